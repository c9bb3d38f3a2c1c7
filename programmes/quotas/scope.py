"""Whose sessions somebody sees: the supporting side what it gives, the beneficiary side what it is given."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where


@dataclass(frozen=True)
class Scope:
    """The associations for which an account looks at sessions, by number, on each side. None = all of them.

    The two sides stay apart: Hubei is supporter and beneficiary, and its beneficiary officer does not see its
    gifts.
    """

    supporters: frozenset[int] | None
    beneficiaries: frozenset[int] | None

    @property
    def sees_everything(self) -> bool:
        return self.supporters is None

    @property
    def is_empty(self) -> bool:
        return self.supporters == frozenset() and self.beneficiaries == frozenset()

    def gives(self, supporter_id: int) -> bool:
        """Tell whether the account sees all that a supporter gives."""
        return self.supporters is None or supporter_id in self.supporters

    def receives(self, beneficiary_id: int) -> bool:
        """Tell whether the account sees all that is held for a beneficiary."""
        return self.beneficiaries is None or beneficiary_id in self.beneficiaries

    def sees(self, *, supporter_id: int, beneficiary_id: int) -> bool:
        """Tell whether the account sees a session."""
        return self.gives(supporter_id) or self.receives(beneficiary_id)

    def sessions(self, prefix: str = "session__") -> Q:
        """Return the condition on rows that point to sessions."""
        if self.supporters is None or self.beneficiaries is None:
            return Q()
        return Q(**{f"{prefix}supporter__in": self.supporters}) | Q(
            **{f"{prefix}beneficiary__in": self.beneficiaries}
        )


def scope_of(account: Account, *, on: date) -> Scope:
    """Return what an account sees on a day."""
    if associations_where(account, Act.SEE_QUOTA_BOARD, on=on) is None:
        return Scope(None, None)
    return Scope(
        supporters=_numbers(associations_where(account, Act.HOLD_SESSION, on=on)),
        beneficiaries=_numbers(associations_where(account, Act.CONFIRM_SESSION, on=on)),
    )


def _numbers(associations: Collection[Association] | None) -> frozenset[int] | None:
    return None if associations is None else frozenset(association.pk for association in associations)
