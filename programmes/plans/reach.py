"""Whose part of a plan somebody sees and may break down."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from programmes.plans.models import Plan, Target
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where


@dataclass(frozen=True)
class Reach:
    """The associations for which an account looks at plans, by number, on each side; None = all of them."""

    supporters: frozenset[int] | None
    beneficiaries: frozenset[int]

    def gives(self, supporter_id: int) -> bool:
        """Tell whether the account sees all that a supporter owes."""
        return self.supporters is None or supporter_id in self.supporters

    def sees(self, target: Target) -> bool:
        """Tell whether the account sees a target: of its own side, or owed to its region."""
        return self.gives(target.supporter_id) or target.beneficiary_id in self.beneficiaries

    def targets(self) -> Q:
        """Return the condition on targets that the account sees."""
        if self.supporters is None:
            return Q()
        return Q(supporter__in=self.supporters) | Q(beneficiary__in=self.beneficiaries)


def reach_of(account: Account, *, on: date) -> Reach:
    """Return what an account sees of plans on a day: the supporting side what it owes, the beneficiary side what is
    owed to it, the national side everything.
    """
    if associations_where(account, Act.SEE_EVERY_BOARD, on=on) is None:
        return Reach(None, frozenset())
    return Reach(
        supporters=_numbers(associations_where(account, Act.BREAK_DOWN_QUOTA, on=on)),
        beneficiaries=_numbers(associations_where(account, Act.CONFIRM_SESSION, on=on)) or frozenset(),
    )


def _numbers(associations: Collection[Association] | None) -> frozenset[int] | None:
    return None if associations is None else frozenset(association.pk for association in associations)


def supporters_of(programme_code: str, reach: Reach) -> list[Association]:
    """Return the supporters whose part of a programme somebody may open. One query."""
    targets = Target.objects.filter(reach.targets(), plan__programme__code=programme_code)
    return list(
        Association.objects.filter(pk__in=targets.values("supporter"))
        .select_related("region")
        .order_by("code")
    )


def plans_of(programme_code: str, supporter: Association, reach: Reach) -> list[Plan]:
    """Return the plans of a programme under which a supporter owes something that somebody sees, the sessions first."""
    targets = Target.objects.filter(
        reach.targets(), plan__programme__code=programme_code, supporter=supporter
    )
    plans = Plan.objects.filter(pk__in=targets.values("plan")).select_related("programme")
    return sorted(plans.order_by("code"), key=lambda plan: (plan.unit != "场", plan.code))
