"""Who the people on a sheet are: what was written, held against the rosters.

A licence number says who somebody is when the name beside it is the roster's; whoever keys a sheet learns nothing of
other rosters by it. A name alone says it only to those who see the roster, and only where one person bears it.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime

from django.db.models import Q, QuerySet

from courses.schedule.models import SignUp
from courses.sheets.models import Sheet, SheetRow
from courses.sheets.rules import Keyed, KeyedRow
from qianchang.people.models import Account, Association, Lawyer
from qianchang.people.permissions import Act, lawyers_where
from qianchang.people.rules import plain_licence_number, plain_name
from qianchang.people.walls import as_platform


def roster_of(sheet: Sheet, *, by: Account, on: date) -> list[Lawyer]:
    """Return who is expected in a room, in the order of the paper: the lawyers of its county, or where it is no county's,
    those who signed up; as far as the account sees their roster.
    """
    seen = lawyers_where(by, Act.SEE_ROSTER, on=on)
    return list(expected(sheet).filter(seen))


def expected(sheet: Sheet) -> QuerySet[Lawyer]:
    """Return who is expected in a room, in the order of the paper."""
    lawyers = Lawyer.objects.filter(erased_at=None).select_related("firm", "association")
    if sheet.region_id is not None:
        county = sheet.region_id
        there = (
            Q(firm__region=county) | Q(firm__region__parent=county) | Q(firm__region__parent__parent=county)
        )
        lawyers = lawyers.filter(there, below(sheet.session.beneficiary))
    else:
        coming = SignUp.objects.filter(session=sheet.session_id, state=SignUp.State.SIGNED_UP)
        lawyers = lawyers.filter(pk__in=coming.values("lawyer"))
    return lawyers.order_by("firm__name", "firm_id", "licence_number")


def below(association: Association, prefix: str = "") -> Q:
    """The condition on lawyers of an association and of those below it."""
    return (
        Q(**{f"{prefix}association": association})
        | Q(**{f"{prefix}association__parent": association})
        | Q(**{f"{prefix}association__parent__parent": association})
    )


def matched(keyed: Keyed, sheet: Sheet, *, by: Account, at: datetime, on: date) -> Keyed:
    """Return what was keyed with plain words, and with the lawyers whom it means. Four queries."""
    rows = [_plain(row) for row in keyed.rows]
    known = _known(sheet, rows, by=by, on=on)
    numbers = {row.licence_number for row in rows if row.licence_number}
    with as_platform(
        "a licence number is held against the rosters; nobody is shown a name they did not write"
    ):
        by_number = {
            each.licence_number: each
            for each in Lawyer.objects.filter(licence_number__in=numbers, erased_at=None)
        }
    names = {row.name for row in rows if row.lawyer_id is None and not row.licence_number and row.name}
    alone = _by_name(names, sheet, by=by, on=on)
    found = []
    for row in rows:
        if row.lawyer_id is not None:
            lawyer = known.get(row.lawyer_id)
            found.append(_as_on_roster(row, lawyer) if lawyer else replace(row, lawyer_id=None))
            continue
        lawyer = by_number.get(row.licence_number) if row.licence_number else alone.get(row.name)
        fits = lawyer is not None and (not row.name or plain_name(lawyer.name) == row.name)
        found.append(_identified(row, lawyer) if lawyer is not None and fits else row)
    return replace(
        keyed,
        rows=tuple(found),
        codes=tuple(_digits(code) for code in keyed.codes),
        supervisor=_words(keyed.supervisor)[:60],
    )


def _plain(row: KeyedRow) -> KeyedRow:
    return replace(
        row,
        name=plain_name(_words(row.name))[:60],
        licence_number=plain_licence_number(_words(row.licence_number))[:17],
        firm=_words(row.firm)[:120],
    )


def _words(typed: str) -> str:
    return " ".join(typed.replace("\x00", "").split())


def _digits(code: str) -> str:
    """A code as it was copied: full-width digits made plain, at most a few characters kept."""
    return "".join(unicodedata.normalize("NFKC", code.replace("\x00", "")).split())[:8]


def _known(sheet: Sheet, rows: Sequence[KeyedRow], *, by: Account, on: date) -> dict[int, Lawyer]:
    """The lawyers named by number: those whom the account sees, and those who stand on this sheet already."""
    numbers = {row.lawyer_id for row in rows if row.lawyer_id is not None}
    if not numbers:
        return {}
    seen = Lawyer.objects.filter(pk__in=numbers, erased_at=None).select_related("firm")
    found = {each.pk: each for each in seen.filter(lawyers_where(by, Act.SEE_ROSTER, on=on))}
    rest = numbers - found.keys()
    if rest:
        standing = SheetRow.objects.filter(version__sheet=sheet, lawyer__in=rest).values("lawyer")
        with as_platform("who stands on this sheet already, by number"):
            found |= {each.pk: each for each in seen.filter(pk__in=standing)}
    return found


def _by_name(names: Iterable[str], sheet: Sheet, *, by: Account, on: date) -> dict[str, Lawyer]:
    wanted = set(names)
    if not wanted:
        return {}
    rows = Lawyer.objects.filter(
        lawyers_where(by, Act.SEE_ROSTER, on=on),
        below(sheet.session.beneficiary),
        name__in=wanted,
        erased_at=None,
    ).select_related("firm")
    found: dict[str, list[Lawyer]] = {}
    for each in rows:
        found.setdefault(each.name, []).append(each)
    return {name: several[0] for name, several in found.items() if len(several) == 1}


def _as_on_roster(row: KeyedRow, lawyer: Lawyer) -> KeyedRow:
    return replace(
        row,
        name=lawyer.name,
        licence_number=lawyer.licence_number,
        firm=lawyer.firm.name,
    )


def _identified(row: KeyedRow, lawyer: Lawyer) -> KeyedRow:
    """Somebody known by the number and the name that were written: what was written stays."""
    if row.licence_number:
        return replace(row, lawyer_id=lawyer.pk) if row.name else row
    return _as_on_roster(replace(row, lawyer_id=lawyer.pk), lawyer)
