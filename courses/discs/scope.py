"""Whose discs somebody sees and moves: the supporting side what it makes, the beneficiary side what is made for it, a
county contact what is registered to the county.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from courses.catalogue.queries import beneficiary_associations
from courses.discs.models import Disc, DiscEvent, DiscRequest
from qianchang.people.models import Account, Association, Region, RoleGrant
from qianchang.people.permissions import MATRIX, Act, Scope, associations_where, grants_of

Numbers = frozenset[int]


@dataclass(frozen=True)
class DiscScope:
    """What an account reaches: associations by number on each side, the regions of those that receive, and the counties of
    a contact, each with all below them. `everything`: whoever looks at all discs and moves none.
    """

    account: Account
    everything: bool
    gives: Numbers
    receives: Numbers
    regions: Numbers
    counties: Numbers

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing for this account."""
        return not (self.everything or self.gives or self.receives or self.counties)

    @property
    def sends(self) -> bool:
        """Whether the account may make and send discs at all."""
        return bool(self.gives or self.receives)

    def discs(self, prefix: str = "") -> Q:
        """Return the condition on discs, or on rows that point to them."""
        if self.everything:
            return Q()
        return (
            Q(**{f"{prefix}master__maker__in": self.gives})
            | Q(**{f"{prefix}beneficiary__in": self.receives})
            | Q(**{f"{prefix}region__in": self.regions | self.counties})
        )

    def requests(self) -> Q:
        """Return the condition on requests: those of the own side, those for lectures that one gave, and the own ones."""
        if self.everything:
            return Q()
        return (
            Q(association__in=self.receives)
            | Q(region__in=self.regions | self.counties)
            | Q(lectures__lecture__association__in=self.gives)
            | Q(asked_by=self.account)
        )

    def sees(self, disc: Disc) -> bool:
        """Tell whether the account sees a disc, whose master is read."""
        return self.everything or self.may_send(disc) or self.may_receive(disc)

    def saw(self, disc: Disc) -> bool:
        """Tell whether a disc was once received on the account's side, wherever it went since then. One query."""
        here = Q(region=None, association__in=self.receives) | Q(region__in=self.regions | self.counties)
        return disc.events.filter(here, kind=DiscEvent.Kind.RECEIVED).exists()

    def may_send(self, disc: Disc) -> bool:
        """Tell whether the account may send a disc, and note that it is back or lost."""
        return disc.master.maker_id in self.gives or self._receives(disc)

    def may_receive(self, disc: Disc) -> bool:
        """Tell whether the account may note that a disc arrived."""
        return self._receives(disc) or disc.region_id in self.counties

    def _receives(self, disc: Disc) -> bool:
        # A disc of the province that lies in a county of one's city is the city's business too.
        return disc.beneficiary_id in self.receives or disc.region_id in self.regions

    def may_answer(self, request: DiscRequest, lecture_makers: Collection[int]) -> bool:
        """Tell whether the account may make discs for a request or decline it."""
        return request.association_id in self.receives or bool(self.gives.intersection(lecture_makers))


def scope_of(account: Account, *, on: date) -> DiscScope:
    """Return what an account reaches on a day."""
    allowed = MATRIX[Act.SEE_DISCS]
    if any(allowed.get(grant.role) is Scope.ANY for grant in grants_of(account, on=on)):
        return DiscScope(account, True, *(frozenset[int]() for _side in range(4)))
    receiving = associations_where(account, Act.RECEIVE_DISCS, on=on) or []
    return DiscScope(
        account,
        everything=False,
        # Only supporting officers hold sessions; an association that is both sides keeps them apart.
        gives=_numbers(associations_where(account, Act.HOLD_SESSION, on=on)),
        receives=_numbers(receiving),
        regions=_below({each.region_id for each in receiving if each.region_id}),
        counties=_below(_of_contact(account, on=on)),
    )


def sent_to(scope: DiscScope, *, on: date) -> list[Association]:
    """Return the associations to which somebody sends discs: of the own side, and whomever a supporting one helps."""
    own = list(
        Association.objects.filter(pk__in=scope.receives).select_related("parent__parent").order_by("code")
    )
    others = list(beneficiary_associations(on=on).select_related("parent__parent")) if scope.gives else []
    return list({each.pk: each for each in [*own, *others]}.values())


def contacts_of(region: Region, *, on: date) -> list[int]:
    """Return the accounts of the county contacts of a region on a day. One query, and those for its parents."""
    line, here = [region.pk], region.parent
    while here is not None:
        line.append(here.pk)
        here = here.parent
    holding = RoleGrant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on),
        role=RoleGrant.Role.COUNTY_CONTACT,
        region__in=line,
        valid_from__lte=on,
        account__is_active=True,
    )
    return sorted(set(holding.values_list("account", flat=True)))


def _of_contact(account: Account, *, on: date) -> set[int]:
    roles = {role for role, scope in MATRIX[Act.RECEIVE_DISCS].items() if scope is Scope.COUNTY}
    return {grant.region_id for grant in grants_of(account, on=on) if grant.role in roles and grant.region_id}


def _below(roots: set[int]) -> Numbers:
    """These regions and all below them; no query for none."""
    if not roots:
        return frozenset()
    below = Q(pk__in=roots) | Q(parent__in=roots) | Q(parent__parent__in=roots)
    return frozenset(Region.objects.filter(below).values_list("pk", flat=True))


def _numbers(associations: Collection[Association] | None) -> Numbers:
    return frozenset(association.pk for association in associations or ())
