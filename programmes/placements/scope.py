"""Whose rows of the registers somebody sees: the giving side its own, the receiving side its own, some all of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from programmes.placements.models import Donation, Trainee
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where


@dataclass(frozen=True)
class Scope:
    """The associations, by number, for which an account gives and takes in (`given`), and nominates and receives
    (`received`). `everything`: it looks at all rows besides; of people whom it sees for no other reason, names are hidden.
    """

    given: frozenset[int]
    received: frozenset[int]
    everything: bool

    def trainees(self) -> Q:
        """Return the condition on trainees."""
        if self.everything:
            return Q()
        return (
            Q(supporter__in=self.given)
            | Q(host__in=self.given)
            | Q(roster__in=self.received)
            | Q(beneficiary__in=self.received)
        )

    def donations(self) -> Q:
        """Return the condition on donations."""
        if self.everything:
            return Q()
        return Q(supporter__in=self.given) | Q(donor__in=self.given) | Q(beneficiary__in=self.received)

    def shares(self, side: str) -> Q:
        """Return the condition on the places of hosts (`host`) and the shares of donors (`donor`): the giving side's own."""
        if self.everything:
            return Q()
        return Q(supporter__in=self.given) | Q(**{f"{side}__in": self.given})

    def of(self, side: str) -> Q:
        """Return the condition on rows of one association in the column `side`, of either kind."""
        return Q() if self.everything else Q(**{f"{side}__in": self.given | self.received})

    def names(self, trainee: Trainee) -> bool:
        """Tell whether the account sees who a trainee is."""
        return bool(
            {trainee.supporter_id, trainee.host_id} & self.given
            or {trainee.roster_id, trainee.beneficiary_id} & self.received
        )

    def gives(self, donation: Donation) -> bool:
        """Tell whether the account stands on the giving side of a donation."""
        return bool({donation.supporter_id, donation.donor_id} & self.given)


def scope_of(account: Account, *, on: date) -> Scope:
    """Return what an account sees on a day."""
    return Scope(
        given=_numbers(associations_where(account, Act.HOST_TRAINEE, on=on)),
        received=_numbers(associations_where(account, Act.NOMINATE_TRAINEE, on=on)),
        everything=associations_where(account, Act.SEE_EVERY_BOARD, on=on) is None,
    )


def _numbers(associations: Collection[Association] | None) -> frozenset[int]:
    return frozenset(each.pk for each in associations or ())
