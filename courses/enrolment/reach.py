"""Whom a release reaches: the one place that says which releases are open to which reader at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.timezone import localdate

from courses.catalogue.models import LecturePage
from courses.enrolment.models import Release
from courses.enrolment.models.releases import TO_EVERYBODY
from qianchang.people.models import Account, Association, AssociationRole, Lawyer, Pairing, Region
from qianchang.people.permissions import Act, associations_where, grants_of
from qianchang.people.queries import association_line, lawyer_of
from qianchang.people.rules import holds


@dataclass(frozen=True)
class Reader:
    """For whom it is asked: numbers of the reader's associations with those above them, and of the reader's regions.
    Nobody's are a guest.
    """

    associations: frozenset[int] = frozenset()
    regions: frozenset[int] = frozenset()

    def __or__(self, other: "Reader") -> "Reader":
        return Reader(self.associations | other.associations, self.regions | other.regions)


GUEST = Reader()
# An association for which something holds, from a day to a day (exclusive); None for open.
_Fact = tuple[int, date | None, date | None]


def of_association(association: Association) -> Reader:
    """An association as a reader: its own officers, or a session that is held for it."""
    line = association_line(association)
    regions = [each.region_id for each in line if each.region_id is not None]
    return Reader(frozenset(each.pk for each in line), frozenset(regions))


def of_lawyer(lawyer: Lawyer) -> Reader:
    """A lawyer as a reader: by the roster's association and by the region of the firm."""
    return of_association(lawyer.association) | Reader(regions=frozenset({lawyer.firm.region_id} - {None}))


def of_account(account: Account, *, on: date) -> Reader:
    """Everything that an account reads for: as a lawyer, and for the associations of its grants. Two queries, or none
    where they were asked before.
    """
    lawyer = lawyer_of(account)
    reader = of_lawyer(lawyer) if lawyer is not None else GUEST
    for grant in grants_of(account, on=on):
        if grant.association is not None:
            reader |= of_association(grant.association)
    return reader


def covering(reader: Reader, *, on: date) -> Q:
    """The condition on releases whose target a reader belongs to on a day, whenever they are open."""
    covers = TO_EVERYBODY
    if reader.associations:
        line = reader.associations
        covers |= Q(association__in=line)
        covers |= Q(programme_code__in=_programmes_of(line, on=on)) & ~Q(programme_code="")
        covers |= Q(collection__association__in=line) | _shared_with(line, on=on)
    if reader.regions:
        covers |= Q(region__in=_regions_above(reader.regions))
    return covers


def open_to(reader: Reader, *, at: datetime | None = None, on: date | None = None) -> QuerySet[Release]:
    """The releases that are open to a reader at a time; None: those that nobody ended, whether or not they began, asked
    for what the reader is `on` a day (None: today).
    """
    if at is None:
        return Release.objects.filter(covering(reader, on=on or localdate()), ended_at__isnull=True)
    return Release.objects.filter(
        covering(reader, on=localdate(at)),
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        released_at__lte=at,
    )


def visible_to(request: HttpRequest) -> Q:
    """The condition on lectures that a reader may know of: open to the reader now, given by the reader, or of an
    association for which the reader reviews. What is published is not asked here.
    """
    at = timezone.now()
    account = request.user
    if not isinstance(account, Account):
        return _open(GUEST, at=at)
    on = localdate(at)
    seen = _open(of_account(account, on=on), at=at) | Q(submitted_by=account)
    given = LecturePage.lecturers.through.objects.filter(lecturer__account=account)
    seen |= Q(pk__in=given.values("lecturepage"))
    reviewed = associations_where(account, Act.REVIEW_LECTURE, on=on)
    if reviewed is None:
        return Q()
    return seen | Q(association__in=reviewed) if reviewed else seen


class Coverage:
    """The same answer as `covering`, for many readers and days at once: the facts on which these releases rest are read
    when it is made, in three queries at most, and asking costs none.
    """

    def __init__(self, releases: Iterable[Release]) -> None:
        """Read what the releases rest on. Their collections must have been fetched along."""
        self.releases = list(releases)
        owners = {each.collection.association_id for each in self.releases if each.collection}
        self._beneficiaries = _beneficiaries({each.programme_code for each in self.releases} - {""})
        self._pairs = _pairs(owners)
        self._below = _below({each.region_id for each in self.releases if each.region_id is not None})

    def reaches(self, release: Release, reader: Reader, *, on: date) -> bool:
        """Tell whether a reader belongs to the target of a release on a day, whenever it is open."""
        if release.association_id is not None:
            return release.association_id in reader.associations
        if release.region_id is not None:
            return not reader.regions.isdisjoint(self._below[release.region_id])
        if release.collection is not None:
            owner = release.collection.association_id
            return owner in reader.associations or _holds(self._pairs.get(owner, ()), reader, on=on)
        if release.programme_code:
            return _holds(self._beneficiaries.get(release.programme_code, ()), reader, on=on)
        return True

    def reaches_any(self, reader: Reader, *, on: date) -> bool:
        """Tell whether a reader belongs to the target of at least one of the releases on a day."""
        return any(self.reaches(release, reader, on=on) for release in self.releases)


def _holds(facts: Iterable[_Fact], reader: Reader, *, on: date) -> bool:
    return any(unit in reader.associations and holds(begins, until, on=on) for unit, begins, until in facts)


def _beneficiaries(codes: set[str]) -> dict[str, list[_Fact]]:
    found: dict[str, list[_Fact]] = {}
    if codes:
        roles = AssociationRole.objects.filter(
            programme_code__in=codes, role=AssociationRole.Role.BENEFICIARY
        )
        for role in roles:
            fact = (role.association_id, role.valid_from, role.valid_until)
            found.setdefault(role.programme_code, []).append(fact)
    return found


def _pairs(owners: set[int]) -> dict[int, list[_Fact]]:
    found: dict[int, list[_Fact]] = {}
    if owners:
        pairings = Pairing.objects.filter(
            Q(supporting_association__in=owners) | Q(beneficiary_association__in=owners)
        )
        for each in pairings:
            ends = (each.supporting_association_id, each.beneficiary_association_id)
            for owner, other in (ends, ends[::-1]):
                if owner is not None and other is not None:
                    found.setdefault(owner, []).append((other, each.valid_from, each.valid_until))
    return found


def _below(regions: set[int]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {pk: set() for pk in regions}
    if regions:
        rows = Region.objects.filter(
            Q(pk__in=regions) | Q(parent__in=regions) | Q(parent__parent__in=regions)
        )
        for line in rows.values_list("pk", "parent_id", "parent__parent_id"):
            for above in regions.intersection(line):
                found[above].add(line[0])
    return found


def _open(reader: Reader, *, at: datetime) -> Q:
    return Q(pk__in=open_to(reader, at=at).values("lecture"))


def _valid(on: date, prefix: str = "") -> Q:
    begun = Q(**{f"{prefix}valid_from__isnull": True}) | Q(**{f"{prefix}valid_from__lte": on})
    return begun & (Q(**{f"{prefix}valid_until__isnull": True}) | Q(**{f"{prefix}valid_until__gt": on}))


def _programmes_of(line: Iterable[int], *, on: date) -> QuerySet[AssociationRole, Any]:
    roles = AssociationRole.objects.filter(
        _valid(on), role=AssociationRole.Role.BENEFICIARY, association__in=line
    )
    return roles.values("programme_code")


def _shared_with(line: Iterable[int], *, on: date) -> Q:
    given = Pairing.objects.filter(_valid(on), beneficiary_association__in=line)
    received = Pairing.objects.filter(_valid(on), supporting_association__in=line)
    return Q(collection__association__in=given.values("supporting_association")) | Q(
        collection__association__in=received.values("beneficiary_association")
    )


def _regions_above(regions: Iterable[int]) -> QuerySet[Region, Any]:
    # Three levels is as deep as regions go.
    held = list(regions)
    return Region.objects.filter(
        Q(pk__in=held) | Q(children__in=held) | Q(children__children__in=held)
    ).values("pk")
