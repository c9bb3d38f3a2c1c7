"""Good rows reach the roster: in chunks, each one checked again against the roster as it is then.

Firms, lawyers and their registrations are written for many at a time, by the rules of `people.registrations`: whoever
moves keeps the stretch before, with its end.
"""

from collections.abc import Callable, Iterable
from datetime import date, datetime

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import (
    Account,
    Association,
    Firm,
    Lawyer,
    Region,
    Registration,
    RosterImport,
    RosterRow,
)
from qianchang.people.permissions import Act, require
from qianchang.people.registrations import ROSTER
from qianchang.people.rosters import announcing, knowledge, recording
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.intake import UnableToImport
from qianchang.people.rosters.places import Places
from qianchang.people.rosters.rules import Checked, Outcome, check
from qianchang.people.rosters.working import hand_over, went_on

AT_A_TIME = 500
State = RosterImport.State


def waiting(roster_import: RosterImport) -> QuerySet[RosterRow]:
    """Return the good rows that would change something and have not been imported yet."""
    good = (RosterRow.Outcome.NEW, RosterRow.Outcome.CHANGED)
    return roster_import.rows.filter(outcome__in=good, left_out=False, imported_at=None)


def version(roster_import: RosterImport) -> str:
    """Return what somebody who confirms an import has seen: which check, and how many rows wait. Two queries at most."""
    checked = roster_import.checked_at
    return f"{checked.timestamp() if checked else 0:.3f}-{waiting(roster_import).count()}"


def begin(*, roster_import: RosterImport, by: Account, at: datetime, seen: str = "") -> RosterImport:
    """Have the good rows imported by a worker; the faulty ones stay here. Asked again while it is under way or done,
    nothing changes. `seen` is the `version` that somebody confirms.

    Raises UnableToImport when nothing waits, when it is another version by now, or the import was cancelled or undone.
    """
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    with transaction.atomic():
        locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
        if locked.state == State.IMPORTING:
            return locked
        if locked.state not in RosterImport.SETTLED:
            raise UnableToImport(_("This import cannot be carried out any more. Send the file again."))
        if not waiting(locked).exists():
            if locked.state == State.IMPORTED:
                return locked
            raise UnableToImport(_("No row waits to be imported."))
        if seen and seen != version(locked):
            raise UnableToImport(
                _("The rows have changed since this page was opened. Look at the numbers and import again.")
            )
        locked.state, locked.done, locked.tries, locked.by = State.IMPORTING, 0, 0, by
        locked.save(update_fields=["state", "done", "tries", "by"])
        hand_over(locked.pk)
    return locked


def carry_out(roster_import: RosterImport, *, clock: Callable[[], datetime]) -> None:
    """Import chunk after chunk; one that was finished is not begun again, whoever was killed meanwhile."""
    places = knowledge.places_for(roster_import.association)
    while True:
        try:
            with transaction.atomic():
                if not _import_some(roster_import, places, clock=clock):
                    break
        except IntegrityError:
            # Somebody entered one of these lawyers in the same moment. The second look finds that.
            with transaction.atomic():
                _import_some(roster_import, places, clock=clock)
    with transaction.atomic():
        at = clock()
        recording.count_again(roster_import)
        imported = roster_import.rows.filter(imported_at__isnull=False).count()
        went_on(roster_import, done=roster_import.done, clock=clock)
        RosterImport.objects.filter(pk=roster_import.pk).update(
            state=State.IMPORTED, imported_at=at, worked_until=None
        )
        audit.record(
            "imported a roster",
            object_type="roster import",
            object_key=str(roster_import.pk),
            by=roster_import.by,
            at=at,
            association=roster_import.association.code,
            imported=imported,
            unchanged=roster_import.same,
            faulty=roster_import.faulty,
        )
        announcing.finished(roster_import, imported=imported, at=at)


def _import_some(roster_import: RosterImport, places: Places, *, clock: Callable[[], datetime]) -> bool:
    """Import the next rows; tell whether there were any."""
    rows = list(waiting(roster_import).order_by("number")[:AT_A_TIME])
    if not rows:
        return False
    at = clock()
    _alone(roster_import.association)
    numbers = [row.licence_number for row in rows]
    lawyers = {
        lawyer.licence_number: lawyer
        for lawyer in Lawyer.objects.select_for_update(no_key=True).filter(licence_number__in=numbers)
    }
    roster = knowledge.roster_of(
        roster_import.association,
        numbers=numbers,
        today=localdate(at),
        stands_on=roster_import.stands_on,
        places=places,
    )
    raws = [recording.raw_of(row, typed=recording.SETTLED) for row in rows]
    answers = dict(zip((row.pk for row in rows), check(raws, roster), strict=True))
    good = [row for row in rows if answers[row.pk].outcome in (Outcome.NEW, Outcome.CHANGED)]
    differing = [row for row in rows if row.outcome != answers[row.pk].outcome.value]
    for row in differing:
        recording.put(row, answers[row.pk])
    RosterRow.objects.bulk_update(differing, recording.COLUMNS)
    _write(roster_import, good, answers, lawyers)
    RosterRow.objects.filter(pk__in=[row.pk for row in good]).update(imported_at=at)
    if differing:
        recording.count_again(roster_import)
    went_on(roster_import, done=roster_import.done + len(rows), clock=clock)
    return True


def _alone(association: Association) -> None:
    """Let nobody else import into this roster, or one above it, until the chunk is written: two files that name the
    same new firm enter it once.
    """
    above, each = [association.pk], association
    while each.parent is not None:
        each = each.parent
        above.append(each.pk)
    list(Association.objects.select_for_update(no_key=True, of=("self",)).filter(pk__in=above).order_by("pk"))


def _write(
    roster_import: RosterImport,
    rows: list[RosterRow],
    answers: dict[int, Checked],
    lawyers: dict[str, Lawyer],
) -> None:
    firms = _firms(roster_import, [answers[row.pk] for row in rows])
    entered = [_new_lawyer(answers[row.pk], firms) for row in rows if answers[row.pk].outcome is Outcome.NEW]
    Lawyer.objects.bulk_create(entered)
    numbers = {lawyer.licence_number: lawyer for lawyer in entered}
    days = (
        (numbers[row.licence_number], answers[row.pk].values.get(Field.REGISTERED_ON, ""))
        for row in rows
        if row.licence_number in numbers
    )
    Registration.objects.bulk_create(
        [
            _stretch(lawyer, roster_import.document, since=date.fromisoformat(day))
            for lawyer, day in days
            if day
        ]
    )
    changed = [row for row in rows if answers[row.pk].outcome is Outcome.CHANGED]
    moved = []
    for row in changed:
        lawyer, answer = lawyers[row.licence_number], answers[row.pk]
        if Field.FIRM in answer.changes:
            moved.append(row)
            row.about = {"firm": lawyer.firm_id, "association": lawyer.association_id}
            firm = _firm_of(answer, firms)
            lawyer.firm_id, lawyer.association_id = firm.pk, firm.association_id
        _change(lawyer, answer)
    recording.save_lawyers(changed, lawyers)
    _transfer(roster_import, moved, lawyers)


def _firm_of(answer: Checked, firms: dict[str | int, Firm]) -> Firm:
    return firms[answer.firm if answer.firm is not None else answer.values[Field.FIRM]]


def _firms(roster_import: RosterImport, answers: Iterable[Checked]) -> dict[str | int, Firm]:
    """Return the firms of these rows, by number or by name; the ones that the roster does not have are entered."""
    answers = list(answers)
    known = Firm.objects.filter(pk__in={each.firm for each in answers if each.firm is not None})
    firms: dict[str | int, Firm] = {firm.pk: firm for firm in known}
    missing = {each.values[Field.FIRM]: each.region for each in answers if each.firm is None}
    regions = dict(Region.objects.filter(code__in=set(missing.values())).values_list("code", "pk"))
    entered = Firm.objects.bulk_create(
        [
            Firm(name=name, region_id=regions[code], association=roster_import.association)
            for name, code in missing.items()
        ]
    )
    if entered:
        roster_import.firms_entered = [*roster_import.firms_entered, *(firm.pk for firm in entered)]
        RosterImport.objects.filter(pk=roster_import.pk).update(firms_entered=roster_import.firms_entered)
    return firms | {firm.name: firm for firm in entered}


def _new_lawyer(answer: Checked, firms: dict[str | int, Firm]) -> Lawyer:
    firm = _firm_of(answer, firms)
    lawyer = Lawyer(
        licence_number=answer.values[Field.LICENCE_NUMBER],
        name=answer.values[Field.NAME],
        firm=firm,
        association_id=firm.association_id,
    )
    lawyer.phone = answer.values.get(Field.PHONE, "")
    lawyer.email = answer.values.get(Field.EMAIL, "")
    lawyer.birth_year = int(answer.values.get(Field.BIRTH_YEAR) or 0) or None
    return lawyer


def _change(lawyer: Lawyer, answer: Checked) -> None:
    for field, (_before, after) in answer.changes.items():
        if field == Field.BIRTH_YEAR:
            lawyer.birth_year = int(after)
        elif field != Field.FIRM:
            setattr(lawyer, field, after)


def _transfer(roster_import: RosterImport, rows: list[RosterRow], lawyers: dict[str, Lawyer]) -> None:
    """Record who practises at another firm since the day of the roster; what was before gets its end."""
    on, moved = roster_import.stands_on, {lawyers[row.licence_number].pk: row for row in rows}
    stretches: dict[int, list[Registration]] = {}
    for each in Registration.objects.filter(lawyer__in=moved):
        stretches.setdefault(each.lawyer_id, []).append(each)
    closed, written = [], []
    for pk, row in moved.items():
        lasting = next((each for each in stretches.get(pk, []) if each.valid_until is None), None)
        if lasting is not None:
            lasting.valid_until = on
            closed.append(lasting)
            row.about["closed"] = lasting.pk
        elif pk not in stretches:
            before = Registration(
                lawyer_id=pk,
                firm_id=row.about["firm"],
                association_id=row.about["association"],
                valid_until=on,
                source=ROSTER,
            )
            written.append((row, before))
    Registration.objects.bulk_update(closed, ["valid_until"])
    Registration.objects.bulk_create([before for _row, before in written])
    for row, before in written:
        row.about["written"] = before.pk
    opened = Registration.objects.bulk_create(
        [_stretch(lawyers[row.licence_number], roster_import.document, since=on) for row in rows]
    )
    for row, stretch in zip(rows, opened, strict=True):
        row.about["opened"] = stretch.pk
    RosterRow.objects.bulk_update(rows, ["about"])


def _stretch(lawyer: Lawyer, source: str, *, since: date) -> Registration:
    return Registration(
        lawyer=lawyer,
        firm_id=lawyer.firm_id,
        association_id=lawyer.association_id,
        valid_from=since,
        source=source,
    )
