"""How the answers of the check stand in the database, and how they come back out of it."""

from collections.abc import Iterable, Mapping

from django.db.models import Count, Q

from qianchang.people.models import Lawyer, RosterImport, RosterRow
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.rules import Checked, Raw

COLUMNS = [
    "licence_number",
    "values",
    "repairs",
    "outcome",
    "changes",
    "fault",
    "field",
    "value",
    "proposal",
    "about",
]


def put(row: RosterRow, checked: Checked) -> RosterRow:
    """Write the answer of the check into a row, without saving it."""
    fault = checked.fault
    row.licence_number = checked.licence_number
    row.values, row.repairs = dict(checked.values), dict(checked.repairs)
    row.outcome = checked.outcome.value
    row.changes = {field: list(pair) for field, pair in checked.changes.items()}
    row.fault = fault.kind.value if fault else ""
    row.field = str(fault.field) if fault else ""
    row.value = fault.value[:200] if fault else ""
    row.proposal = fault.proposal[:120] if fault else ""
    row.about = dict(fault.about) if fault else _firm_to_enter(checked)
    return row


def _firm_to_enter(checked: Checked) -> dict[str, str]:
    return {"region": checked.region} if checked.firm is None and checked.region else {}


def raw_of(row: RosterRow, *, typed: frozenset[str] | None = None) -> Raw:
    """Return a row for another check: as it was read, with what an officer typed instead."""
    cells: Mapping[str, str] = {**row.values, **row.mended}
    return Raw(row.number, cells, typed=frozenset(row.mended) if typed is None else typed)


def save_lawyers(rows: Iterable[RosterRow], lawyers: Mapping[str, Lawyer]) -> None:
    """Save of the lawyers of these rows what the rows changed: a column at a time, for a statement that names every column
    of everybody takes long to put together.
    """
    by_field: dict[str, list[Lawyer]] = {}
    for row in rows:
        for field in row.changes:
            by_field.setdefault(field, []).append(lawyers[row.licence_number])
    for field, some in by_field.items():
        Lawyer.objects.bulk_update(some, ["firm", "association"] if field == Field.FIRM else [field])


def count_again(roster_import: RosterImport) -> None:
    """Bring the four numbers in line with the rows, in one statement: they never stop adding up."""
    counts = roster_import.rows.aggregate(
        **{each: Count("pk", filter=Q(outcome=each)) for each in RosterRow.Outcome.values}
    )
    RosterImport.objects.filter(pk=roster_import.pk).update(**counts)
    for name, value in counts.items():
        setattr(roster_import, name, value)


# What somebody decided on purpose is not asked again when rows are imported.
SETTLED = frozenset({Field.FIRM.value, Field.NAME.value})
