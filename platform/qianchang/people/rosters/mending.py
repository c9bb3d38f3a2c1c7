"""Faulty rows are put right here, one at a time or all equal ones together, and checked again at once."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.people.models import Account, RosterImport, RosterRow
from qianchang.people.permissions import Act, require
from qianchang.people.rosters import knowledge, recording
from qianchang.people.rosters.cells import is_identity_card, licence_number
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.faults import Kind
from qianchang.people.rosters.intake import UnableToImport
from qianchang.people.rosters.rules import Outcome, check, firm_key

LONGEST = 200
Faulty = RosterRow.Outcome.FAULTY


def alike(row: RosterRow) -> QuerySet[RosterRow]:
    """Return the rows with the same mistake: the same kind, in the same field, with the same value and proposal. A
    licence number is one person's: rows of it are never alike.
    """
    rows = row.roster_import.rows.filter(outcome=Faulty)
    if row.field == Field.LICENCE_NUMBER or (not row.value and not row.proposal and row.field):
        return rows.filter(pk=row.pk)
    if not row.field:
        return rows.filter(fault=row.fault)
    return rows.filter(fault=row.fault, field=row.field, value=row.value, proposal=row.proposal)


def mend(*, row: RosterRow, value: str, together: bool, by: Account, at: datetime) -> list[RosterRow]:
    """Write `value` into the faulty field of a row, or of all rows with the same mistake, check them again, and return
    them. The file's own cells stay as they were.

    Raises UnableToImport for a row that is not faulty any more, a row without a field to mend, or text that is too long.
    """
    value = value.replace("\x00", "").strip()
    if len(value) > LONGEST:
        raise UnableToImport(_("The value is too long. 200 characters are enough."))
    if is_identity_card(value):
        raise UnableToImport(
            _(
                "This is the number of an identity card, which is never kept. Type the 17 digits of the licence."
            )
        )
    with transaction.atomic():
        rows = _locked(row, together=together, by=by, at=at)
        if not row.field:
            raise UnableToImport(
                _("This row has no value to put right. Leave it out, or mend it in the file.")
            )
        released = {each.licence_number for each in rows if each.licence_number}
        for each in rows:
            each.mended = {**each.mended, row.field: value}
        _check_again(row.roster_import, rows, released=released, at=at)
    return rows


def leave_out(*, row: RosterRow, together: bool, by: Account, at: datetime) -> list[RosterRow]:
    """Decide that a row, or all rows with the same mistake, are not imported. They count among those that change nothing.
    Raises UnableToImport for a row that is not faulty any more.
    """
    with transaction.atomic():
        rows = _locked(row, together=together, by=by, at=at)
        released = {each.licence_number for each in rows if each.licence_number}
        for each in rows:
            each.outcome, each.left_out = RosterRow.Outcome.SAME, True
            each.fault = each.proposal = ""
            each.changes = {}
        RosterRow.objects.bulk_update(rows, ["left_out", *recording.COLUMNS])
        _check_again(row.roster_import, [], released=released, at=at)
    return rows


def take_all_proposals(*, roster_import: RosterImport, by: Account, at: datetime) -> int:
    """Write every proposal into its row, check those rows again, and return how many there were."""
    with transaction.atomic():
        _require(roster_import, by=by, at=at)
        rows = list(roster_import.rows.filter(outcome=Faulty).exclude(proposal="").exclude(field=""))
        for each in rows:
            each.mended = {**each.mended, each.field: each.proposal}
        released = {each.licence_number for each in rows if each.licence_number}
        _check_again(roster_import, rows, released=released, at=at)
    return len(rows)


def _locked(row: RosterRow, *, together: bool, by: Account, at: datetime) -> list[RosterRow]:
    _require(row.roster_import, by=by, at=at)
    rows = alike(row) if together else row.roster_import.rows.filter(pk=row.pk, outcome=Faulty)
    found = list(rows.order_by("number"))
    if not any(each.pk == row.pk for each in found):
        raise UnableToImport(_("This row was put right meanwhile."))
    return found


def _require(roster_import: RosterImport, *, by: Account, at: datetime) -> None:
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
    if locked.state not in RosterImport.SETTLED or locked.erased_at is not None:
        raise UnableToImport(_("Rows can be changed again when the work on this file is done."))


def _check_again(
    roster_import: RosterImport, rows: Sequence[RosterRow], *, released: set[str], at: datetime
) -> None:
    """Check rows again, and with them those that had waited for the licence number of one of them."""
    rows = list(rows)
    mine = {row.pk for row in rows}
    twice = roster_import.rows.filter(fault=Kind.LICENCE_TWICE, licence_number__in=released).exclude(
        pk__in=mine
    )
    rows = sorted([*rows, *twice], key=lambda row: row.number)
    mine = {row.pk for row in rows}
    raws = [recording.raw_of(row) for row in rows]
    numbers = {licence_number(raw.cells.get(Field.LICENCE_NUMBER, ""))[0] for raw in raws}
    roster = knowledge.roster_of(
        roster_import.association, numbers=numbers, today=localdate(at), stands_on=roster_import.stands_on
    )
    others = roster_import.rows.exclude(pk__in=mine).exclude(left_out=True).exclude(fault=Kind.LICENCE_TWICE)
    for number, licence in others.filter(licence_number__in=numbers - {""}).values_list(
        "number", "licence_number"
    ):
        roster.claimed[licence] = min(number, roster.claimed.get(licence, number))
    _tell_firms(roster_import, roster.firm_counties, mine)
    for row, answer in zip(rows, check(raws, roster), strict=True):
        recording.put(row, answer)
    # Those that stay faulty first: two good rows never bear the same number, not even for a moment.
    rows.sort(key=lambda row: row.outcome != Outcome.FAULTY.value)
    RosterRow.objects.bulk_update(rows, ["mended", *recording.COLUMNS], batch_size=200)
    recording.count_again(roster_import)


def _tell_firms(roster_import: RosterImport, counties: dict[str, str], mine: set[int]) -> None:
    """Tell the check where other rows of the file have put firms that the roster does not have."""
    rows = roster_import.rows.filter(outcome=RosterRow.Outcome.NEW, left_out=False).exclude(pk__in=mine)
    for values, about in rows.exclude(about={}).values_list("values", "about"):
        if "region" in about:
            counties.setdefault(firm_key(values[Field.FIRM]), about["region"])
