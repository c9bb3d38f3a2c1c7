"""A batch is taken back within a day: everybody is as before, but for those whom somebody changed or who did something
since. These stay, and are listed.
"""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people.models import (
    Account,
    Firm,
    Lawyer,
    Practice,
    Registration,
    RosterAbsence,
    RosterImport,
    RosterRow,
)
from qianchang.people.permissions import Act, require
from qianchang.people.rosters import recording
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.intake import UnableToImport
from qianchang.people.rosters.working import hand_over, went_on

AT_A_TIME = 500
State = RosterImport.State

# Why somebody stays as the batch left them.
HAS_ACCOUNT, IS_USED, WAS_CHANGED = "account", "used", "changed"


def begin(*, roster_import: RosterImport, by: Account, at: datetime) -> RosterImport:
    """Have a worker take the batch back. Asked again, nothing changes. Raises UnableToImport after 24 hours, or when
    nothing was imported.
    """
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    with transaction.atomic():
        locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
        if locked.state in (State.UNDOING, State.UNDONE):
            return locked
        ends = locked.undo_ends_at()
        half_imported = locked.failed_while == State.IMPORTING
        if (locked.state != State.IMPORTED and not half_imported) or ends is None:
            raise UnableToImport(_("Nothing of this file has been imported yet."))
        if at >= ends or locked.erased_at is not None:
            raise UnableToImport(
                _("A batch can be undone for 24 hours. Change single lawyers on their pages.")
            )
        locked.state, locked.done, locked.by = State.UNDOING, 0, by
        locked.tries, locked.failed_while = 0, ""
        locked.save(update_fields=["state", "done", "by", "tries", "failed_while"])
        hand_over(locked.pk)
    return locked


def carry_out(roster_import: RosterImport, *, clock: Callable[[], datetime]) -> None:
    """Take back chunk after chunk, then the firms that the batch entered, and what it recorded of missing people."""
    while True:
        with transaction.atomic():
            rows = list(_waiting(roster_import).order_by("-number")[:AT_A_TIME])
            if not rows:
                break
            _take_back(roster_import, rows)
            went_on(roster_import, done=roster_import.done + len(rows), clock=clock)
    with transaction.atomic():
        at = clock()
        _take_back_absences(roster_import)
        unused = _unused(Firm, roster_import.firms_entered)
        Firm.objects.filter(pk__in=unused).delete()
        recording.count_again(roster_import)
        kept = roster_import.rows.exclude(kept="").count()
        went_on(roster_import, done=roster_import.done, clock=clock)
        RosterImport.objects.filter(pk=roster_import.pk).update(
            state=State.UNDONE, undone_at=at, worked_until=None
        )
        audit.record(
            "undid a roster import",
            object_type="roster import",
            object_key=str(roster_import.pk),
            by=roster_import.by,
            at=at,
            association=roster_import.association.code,
            kept=kept,
        )


def _waiting(roster_import: RosterImport) -> QuerySet[RosterRow]:
    return roster_import.rows.filter(imported_at__isnull=False, kept="")


def _take_back(roster_import: RosterImport, rows: list[RosterRow]) -> None:
    lawyers = {
        lawyer.licence_number: lawyer
        # Held against whoever would hang a record on them while they go.
        for lawyer in Lawyer.objects.select_for_update(of=("self",))
        .select_related("firm")
        .filter(licence_number__in=[row.licence_number for row in rows])
    }
    firms = dict(
        Registration.objects.filter(
            pk__in=[row.about["opened"] for row in rows if "opened" in row.about], valid_until=None
        ).values_list("pk", "firm_id")
    )
    for row in rows:
        row.kept = _why_kept(row, lawyers.get(row.licence_number), firms)
    entered = [row for row in rows if not row.kept and row.outcome == RosterRow.Outcome.NEW]
    ours = Registration.objects.filter(source=roster_import.document, valid_until=None)
    own = {lawyers[row.licence_number].pk for row in entered if row.licence_number in lawyers}
    free = _unused(Lawyer, own, besides=roster_import.document)
    for row in entered:
        lawyer = lawyers.get(row.licence_number)
        if lawyer is not None and lawyer.pk not in free:
            row.kept = IS_USED
    ours.filter(lawyer__in=free).delete()
    RosterAbsence.objects.filter(lawyer__in=free).delete()
    # Nothing points to them: what was overlooked or came in between, the database refuses instead of taking it along.
    gone = Lawyer.objects.filter(pk__in=free)
    gone._raw_delete(gone.db)
    _change_back([row for row in rows if not row.kept and row.outcome == RosterRow.Outcome.CHANGED], lawyers)
    for reason in {row.kept for row in rows}:
        alike = roster_import.rows.filter(pk__in=[row.pk for row in rows if row.kept == reason])
        if reason:
            alike.update(kept=reason)
        else:
            alike.update(imported_at=None)


def _why_kept(row: RosterRow, lawyer: Lawyer | None, firms: Mapping[int, int]) -> str:
    if lawyer is None:
        return "" if row.outcome == RosterRow.Outcome.NEW else WAS_CHANGED
    if row.outcome == RosterRow.Outcome.NEW:
        if lawyer.account_id is not None:
            return HAS_ACCOUNT
        now = {
            Field.NAME: lawyer.name,
            Field.PHONE: lawyer.phone,
            Field.EMAIL: lawyer.email,
            Field.BIRTH_YEAR: str(lawyer.birth_year or ""),
        }
        said = {field: row.values.get(field, "") for field in now}
        return "" if now == said else WAS_CHANGED
    for field, (_before, after) in row.changes.items():
        if field == Field.FIRM:
            if firms.get(row.about.get("opened", 0)) != lawyer.firm_id:
                return WAS_CHANGED
        elif str(getattr(lawyer, field) or "") != after:
            return WAS_CHANGED
    return ""


def _change_back(rows: list[RosterRow], lawyers: dict[str, Lawyer]) -> None:
    moved = [row for row in rows if Field.FIRM in row.changes]
    for row in rows:
        lawyer = lawyers[row.licence_number]
        for field, (before, _after) in row.changes.items():
            if field == Field.BIRTH_YEAR:
                lawyer.birth_year = int(before) if before else None
            elif field != Field.FIRM:
                setattr(lawyer, field, before)
        if row in moved:
            lawyer.firm_id, lawyer.association_id = row.about["firm"], row.about["association"]
    Registration.objects.filter(
        pk__in=[row.about[each] for row in moved for each in ("opened", "written") if each in row.about]
    ).delete()
    Registration.objects.filter(
        pk__in=[row.about["closed"] for row in moved if "closed" in row.about]
    ).update(valid_until=None)
    recording.save_lawyers(rows, lawyers)


def _take_back_absences(roster_import: RosterImport) -> None:
    """Take back what was recorded of people who stood on no row, as long as nobody recorded anything after it."""
    on, document = roster_import.stands_on, roster_import.document
    decided = roster_import.absences.exclude(decision="")
    moved = decided.filter(decision=RosterAbsence.Decision.MOVED).values_list("lawyer", flat=True)
    ended = Registration.objects.filter(lawyer__in=moved, valid_until=on).exclude(
        lawyer__registrations__valid_until=None
    )
    ended.filter(source=document, valid_from=None).delete()
    Registration.objects.filter(pk__in=list(ended.values_list("pk", flat=True))).update(valid_until=None)
    stopped = decided.filter(decision=RosterAbsence.Decision.STOPPED).values_list("lawyer", flat=True)
    Practice.objects.filter(
        lawyer__in=stopped, kind=Practice.Kind.SUSPENDED, valid_from=on, valid_until=None, source=document
    ).delete()
    decided.update(decision="", decided_at=None, decided_by=None)


def _unused(model: type[Model], numbers: Iterable[int], *, besides: str = "") -> set[int]:
    """Return those rows to which no row of any table points, but for lasting registrations with the document `besides`
    and lists of missing people: rooms above hang their records on people, and none may go with them. One query.
    """
    free, used = set(numbers), Q()
    for relation in model._meta.related_objects:
        table = relation.related_model
        if table is RosterAbsence or not isinstance(table, type):
            continue
        rows = table._default_manager.filter(**{relation.field.name: OuterRef("pk")})
        if table is Registration and besides:
            rows = rows.exclude(source=besides, valid_until=None)
        used |= Q(Exists(rows))
    return free - set(model._default_manager.filter(used, pk__in=free).values_list("pk", flat=True))
