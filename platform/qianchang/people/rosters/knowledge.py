"""What the database knows of a roster, as the check takes it. The queries grow with the roster, not with the file."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet

from qianchang.people import walls
from qianchang.people.models import Association, Firm, Lawyer, Region, Registration
from qianchang.people.rosters.places import Place, Places
from qianchang.people.rosters.rules import KnownFirm, KnownLawyer, Roster

T = TypeVar("T")

# Far below the most variables of one statement on either database.
CHUNK = 500
# The cities of the XPCC stand under Xinjiang in GB/T 2260; they are the XPCC's. Their codes begin so.
_XPCC_CITIES = "6590"


def chunks(items: Iterable[T], size: int = CHUNK) -> Iterator[list[T]]:
    """Give the items in lists of at most `size`."""
    each = iter(items)
    while chunk := list(islice(each, size)):
        yield chunk


def of_association(association: Association, path: str = "association") -> Q:
    """Return the condition for rows of an association and of those below it."""
    return (
        Q(**{path: association.pk})
        | Q(**{f"{path}__parent": association.pk})
        | Q(**{f"{path}__parent__parent": association.pk})
    )


def lawyers_of(association: Association) -> QuerySet[Lawyer]:
    """Return everybody on the roster of an association and of those below it, without those who were erased."""
    return Lawyer.objects.filter(of_association(association), erased_at=None)


def firms_of(association: Association) -> list[KnownFirm]:
    """Return the firms of an association and of those below it; its own come first."""
    rows = Firm.objects.filter(of_association(association)).values_list(
        "pk", "name", "region__code", "association_id"
    )
    return [
        KnownFirm(pk, name, region)
        for pk, name, region, _own in sorted(rows, key=lambda row: (row[3] != association.pk, row[0]))
    ]


def places_for(association: Association) -> Places:
    """Return the regions of the country, with the association's own as their scope. Without a region of its own (the
    national one) an association has them all.
    """
    found = Region.objects.values_list("pk", "code", "name_zh", "level", "parent_id")
    regions: dict[int, tuple[str, str, str, int | None]] = {
        pk: (code, name, level, parent) for pk, code, name, level, parent in found
    }
    places = []
    for code, name, level, parent in regions.values():
        above: list[str] = []
        while parent is not None:
            above_code, _name, _level, parent = regions[parent]
            above.append(above_code)
        places.append(Place(code, name, level, tuple(above)))
    own = regions.get(association.region_id) if association.region_id else None
    if own is None:
        scope = [place.code for place in places]
    elif own[2] == Region.Level.XPCC:
        scope = [own[0], *(place.code for place in places if place.code.startswith(_XPCC_CITIES))]
    else:
        scope = [own[0]]
    return Places.of(places, scope=scope)


def roster_of(
    association: Association,
    *,
    numbers: Collection[str],
    today: date,
    stands_on: date,
    places: Places | None = None,
    firms: Sequence[KnownFirm] | None = None,
) -> Roster:
    """Return what the check of rows with these licence numbers needs to know."""
    known: dict[str, KnownLawyer] = {}
    elsewhere: set[str] = set()
    own = set(
        Association.objects.filter(
            Q(pk=association.pk) | Q(parent=association.pk) | Q(parent__parent=association.pk)
        ).values_list("pk", flat=True)
    )
    for some in chunks(sorted(numbers)):
        # Whoever asks may not see other rosters: they learn that a number is taken, and nothing else.
        with walls.as_platform("tell whether a licence number stands on another roster"):
            rows = list(_lawyers_numbered(some))
        stretches = _registrations([row["pk"] for row in rows])
        for row in rows:
            if row["association_id"] not in own:
                elsewhere.add(row["licence_number"])
                continue
            known[row["licence_number"]] = _known(row, stretches.get(row["pk"], []))
    return Roster(
        lawyers=known,
        elsewhere=frozenset(elsewhere),
        firms=firms if firms is not None else firms_of(association),
        places=places or places_for(association),
        today=today,
        stands_on=stands_on,
    )


def _lawyers_numbered(numbers: list[str]) -> Iterable[Mapping[str, Any]]:
    return Lawyer.objects.filter(licence_number__in=numbers).values(
        "pk",
        "licence_number",
        "name",
        "phone",
        "email",
        "birth_year",
        "association_id",
        "firm_id",
        "firm__name",
        "firm__region__code",
    )


def _registrations(lawyers: list[int]) -> dict[int, list[tuple[date | None, date | None]]]:
    found: dict[int, list[tuple[date | None, date | None]]] = {}
    rows = Registration.objects.filter(lawyer__in=lawyers).values_list(
        "lawyer_id", "valid_from", "valid_until"
    )
    for lawyer, start, end in rows:
        found.setdefault(lawyer, []).append((start, end))
    return found


def _known(row: Mapping[str, Any], stretches: list[tuple[date | None, date | None]]) -> KnownLawyer:
    days = [day for start, end in stretches for day in (start, end) if day is not None]
    return KnownLawyer(
        name=row["name"],
        firm=KnownFirm(row["firm_id"], row["firm__name"], row["firm__region__code"]),
        phone=row["phone"],
        email=row["email"],
        birth_year=str(row["birth_year"] or ""),
        since=max(days, default=None),
        left=bool(stretches) and all(end is not None for _start, end in stretches),
    )


def who_left(association: Association) -> QuerySet[Lawyer, int]:
    """Return the numbers of lawyers on the roster who are registered nowhere any more."""
    registered = Registration.objects.filter(lawyer=OuterRef("pk"), valid_until=None)
    once = Registration.objects.filter(lawyer=OuterRef("pk"))
    return lawyers_of(association).filter(Exists(once), ~Exists(registered)).values_list("pk", flat=True)
