"""Reads of rosters, each cut to what the viewer may see."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from qianchang.people.models import (
    Account,
    Association,
    Lawyer,
    Practice,
    Region,
    Registration,
    RosterAbsence,
    RosterImport,
    RosterRow,
)
from qianchang.people.permissions import Act, associations_where, lawyers_where
from qianchang.people.rosters.faults import Group, Kind, kinds_of
from qianchang.people.rules import plain_licence_number, plain_name

# So many digits of a licence number find it: fewer would be a way to try numbers out.
_LEAST_DIGITS = 5


@dataclass(frozen=True)
class RosterLine:
    """A lawyer as the list shows them, and how they stand: activated, not activated, left, suspended."""

    lawyer: Lawyer
    standing: str
    tag: str


@dataclass(frozen=True)
class Sought:
    """What a list of lawyers is cut to."""

    words: str = ""
    region: str = ""
    state: str = ""


def roster_seen_by(account: Account | AnonymousUser, sought: Sought, *, on: date) -> QuerySet[Lawyer]:
    """Return the lawyers of one's scope, by county and name: found by name, by five digits or more of the licence number,
    or by the county.
    """
    open_stretch = Registration.objects.filter(lawyer=OuterRef("pk"), valid_until=None)
    any_stretch = Registration.objects.filter(lawyer=OuterRef("pk"))
    suspended = Practice.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on),
        lawyer=OuterRef("pk"),
        kind=Practice.Kind.SUSPENDED,
        valid_from__lte=on,
    )
    rows = (
        Lawyer.objects.filter(lawyers_where(account, Act.SEE_ROSTER, on=on), erased_at=None)
        .select_related("firm__region", "association", "account")
        .annotate(left=Exists(any_stretch) & ~Exists(open_stretch), suspended=Exists(suspended))
    )
    rows = rows.filter(_words(sought.words), _place(sought.region))
    cuts = {
        "activated": Q(account__isnull=False),
        "waiting": Q(account=None, left=False),
        "left": Q(left=True),
        "suspended": Q(suspended=True),
        "unreachable": Q(phone="", email="", account=None),
    }
    return rows.filter(cuts.get(sought.state, Q())).order_by("firm__region__code", "name", "pk")


def _words(words: str) -> Q:
    name, digits = plain_name(words), plain_licence_number(words)
    if digits.isascii() and digits.isdigit():
        return Q(licence_number__contains=digits) if len(digits) >= _LEAST_DIGITS else Q(pk=None)
    return (
        Q(name__contains=name) | Q(firm__name__contains=name) | Q(firm__region__name_zh=name) if name else Q()
    )


def _place(code: str) -> Q:
    return Q(firm__region__code=code) | Q(firm__region__parent__code=code) if code else Q()


def lines_of(lawyers: Iterable[Any]) -> list[RosterLine]:
    """Return rows of the list with their standing. No query."""
    lines = []
    for lawyer in lawyers:
        if lawyer.left:
            standing, tag = _("left"), ""
        elif lawyer.suspended:
            standing, tag = _("suspended"), "wa"
        elif lawyer.account_id:
            standing, tag = _("activated"), "ok"
        else:
            standing, tag = _("not activated"), ""
        lines.append(RosterLine(lawyer, standing, tag))
    return lines


def regions_of_roster(account: Account | AnonymousUser, *, on: date) -> list[Region]:
    """Return the regions in which there are firms of lawyers whom one sees. One query besides that of the scope."""
    seen = Lawyer.objects.filter(lawyers_where(account, Act.SEE_ROSTER, on=on), erased_at=None)
    return list(Region.objects.filter(pk__in=seen.values("firm__region")).order_by("code"))


def associations_to_import(account: Account | AnonymousUser, *, on: date) -> list[Association]:
    """Return whose rosters somebody may import, the highest first."""
    mine = associations_where(account, Act.IMPORT_ROSTER, on=on)
    if mine is None:
        mine = list(Association.objects.select_related("region"))
    rank = {Association.Level.PROVINCE: 0, Association.Level.CITY: 1, Association.Level.NATIONAL: 2}
    return sorted(mine, key=lambda each: (rank[Association.Level(each.level)], each.code))


def imports_seen_by(account: Account | AnonymousUser, *, on: date) -> QuerySet[RosterImport]:
    """Return the imports of the rosters that somebody may import, latest first."""
    rows = RosterImport.objects.select_related("association__region", "by").defer("sheet")
    mine = associations_where(account, Act.IMPORT_ROSTER, on=on)
    if mine is not None:
        rows = rows.filter(association__in=[each.pk for each in mine])
    return rows.order_by("-created_at", "-pk")


def rows_of(roster_import: RosterImport, *, outcome: str, group: str = "") -> QuerySet[RosterRow]:
    """Return the rows of one of the four numbers, in the file's order; of faulty ones perhaps only a group."""
    rows = roster_import.rows.filter(outcome=outcome).order_by("number")
    return rows.filter(fault__in=kinds_of(group)) if group in set(Group) else rows


def faults_by_group(roster_import: RosterImport) -> list[tuple[Group, int]]:
    """Return how many faulty rows each group has, most first. One query."""
    counts: dict[Group, int] = {}
    faulty = roster_import.rows.filter(outcome=RosterRow.Outcome.FAULTY).order_by()
    for kind, count in faulty.values_list("fault").annotate(Count("pk")):
        group = Kind(kind).group
        counts[group] = counts.get(group, 0) + count
    return sorted(counts.items(), key=lambda each: -each[1])


def alike_counts(roster_import: RosterImport, rows: Sequence[RosterRow]) -> dict[int, int]:
    """Return how many rows have the same mistake as each of these, by the row's number of ours. One query."""
    keys = ("fault", "field", "value", "proposal")
    faulty = roster_import.rows.filter(
        outcome=RosterRow.Outcome.FAULTY, fault__in={row.fault for row in rows}
    )
    counted = {tuple(row[:4]): row[4] for row in faulty.order_by().values_list(*keys).annotate(Count("pk"))}
    by_kind: dict[str, int] = {}
    for key, count in counted.items():
        by_kind[key[0]] = by_kind.get(key[0], 0) + count
    found = {}
    for row in rows:
        key = (row.fault, row.field, row.value, row.proposal)
        if not row.field:
            found[row.pk] = by_kind[row.fault]
        elif row.field == "licence_number" or not (row.value or row.proposal):
            found[row.pk] = 1
        else:
            found[row.pk] = counted[key]
    return found


def absences_of(roster_import: RosterImport) -> QuerySet[RosterAbsence]:
    """Return who stands on no row of the file, the undecided first."""
    rows = roster_import.absences.select_related("lawyer__firm__region")
    return rows.order_by("decision", "lawyer__firm__name", "lawyer__name", "pk")
