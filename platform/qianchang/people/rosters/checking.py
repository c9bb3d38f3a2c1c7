"""The check of a whole file, on the worker or, if it is small, at once."""

from collections.abc import Callable, Iterator
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate

from qianchang.people.models import RosterAbsence, RosterImport, RosterRow
from qianchang.people.rosters import cells, knowledge, recording, sheets
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.rules import Checked, Outcome, Raw
from qianchang.people.rosters.rules import check as answers
from qianchang.people.rosters.working import went_on

# Rows of one transaction: other writers of an SQLite database wait no longer than for these.
AT_A_TIME = 2000
# A file that names fewer of those on the roster than this says nothing about the others: it is a part of one.
_WHOLE = 0.5


def check(roster_import: RosterImport, *, clock: Callable[[], datetime]) -> None:
    """Answer every row of the file, then list who stands on none. Beginning again begins anew; nothing reaches the
    roster. The rows appear as a whole when the four numbers do.
    """
    roster_import.rows.all().delete()
    roster_import.absences.all().delete()
    today = localdate(clock())
    raws = list(_raws(roster_import))
    numbers = {cells.licence_number(raw.cells.get(Field.LICENCE_NUMBER) or "")[0] for raw in raws}
    roster = knowledge.roster_of(
        roster_import.association,
        numbers={number for number in numbers if len(number) == cells.DIGITS},
        today=today,
        stands_on=roster_import.stands_on,
    )
    counts = dict.fromkeys(Outcome, 0)
    done = 0
    for some in knowledge.chunks(answers(raws, roster), AT_A_TIME):
        for each in some:
            counts[each.outcome] += 1
        done += len(some)
        with transaction.atomic():
            RosterRow.objects.bulk_create([_row(roster_import, each) for each in some], batch_size=500)
            went_on(roster_import, done=done, clock=clock)
    with transaction.atomic():
        _list_absences(roster_import)
        went_on(roster_import, done=done, clock=clock)
        finished = RosterImport.objects.filter(pk=roster_import.pk, state=RosterImport.State.CHECKING)
        finished.update(
            state=RosterImport.State.CHECKED,
            rows_read=len(raws),
            checked_at=clock(),
            worked_until=None,
            form=roster_import.form,
            **{outcome.value: count for outcome, count in counts.items()},
        )


def _raws(roster_import: RosterImport) -> Iterator[Raw]:
    columns = {Field(name): index for name, index in roster_import.columns.items()}
    # Of a spreadsheet empty cells at the end are not there; in a text a short row has lost something.
    width = roster_import.form.get("width", 0) if roster_import.form.get("kind") == "text" else 0
    heading = roster_import.heading_row or 0
    for number, row in sheets.unpack(roster_import.sheet or sheets.pack([])):
        if number > heading:
            named = {field.value: row[index] for field, index in columns.items() if index < len(row)}
            yield Raw(number, named, all=row, width=width)


def _row(roster_import: RosterImport, checked: Checked) -> RosterRow:
    return recording.put(RosterRow(roster_import=roster_import, number=checked.number), checked)


def _list_absences(roster_import: RosterImport) -> None:
    """List whom the roster has and the file has not, unless the file is plainly a part of a roster only. Whoever stands
    on a row with a faulty number is not missing: the name says so.
    """
    everybody = knowledge.lawyers_of(roster_import.association).exclude(
        pk__in=knowledge.who_left(roster_import.association)
    )
    rows = list(everybody.values_list("pk", "licence_number", "name"))
    numbers = set(roster_import.rows.exclude(licence_number="").values_list("licence_number", flat=True))
    here = sum(1 for _pk, number, _name in rows if number in numbers)
    roster_import.form["partial"] = bool(rows) and here < len(rows) * _WHOLE
    if roster_import.form["partial"]:
        return
    faulty = roster_import.rows.filter(outcome=RosterRow.Outcome.FAULTY, licence_number="")
    names = set(faulty.values_list("values__name", flat=True))
    RosterAbsence.objects.bulk_create(
        [
            RosterAbsence(roster_import=roster_import, lawyer_id=pk)
            for pk, number, name in rows
            if number not in numbers and name not in names
        ],
        batch_size=500,
    )
