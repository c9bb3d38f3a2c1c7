"""The lecturer's own hours: who teaches on site has heard the lecture, and is credited its hours once, as everybody in the
room who was there throughout. See docs/decisions/0029.
"""

from dataclasses import replace
from datetime import datetime
from typing import Any

from courses.catalogue.models import Lecturer
from courses.credits.models import CreditEntry
from courses.credits.operations import award_attendance
from courses.credits.queries import rule_for
from courses.schedule.models import Evidence, TrainingSession
from courses.schedule.rules import ONSITE
from courses.sheets import crediting, elsewhere, queries
from courses.sheets.models import Sheet, SheetDecision, SheetRow
from courses.sheets.rules import FULL, PART, KeyedRow
from qianchang.people.models import Lawyer


def lecturers_there(session: TrainingSession) -> list[Lecturer]:
    """Return who lectured at a session on site: the only lecturer of its lecture; of several those who signed there."""
    given = list(Lecturer.objects.filter(lectures=session.lecture_version.lecture_id).order_by("pk"))
    if len(given) == 1:
        return given
    signed = session.evidence.filter(kind=Evidence.Kind.SIGNATURE, withdrawn_at=None)
    there = set(signed.values_list("lecturer", flat=True))
    return [each for each in given if each.pk in there]


def taught_by(sheet: Sheet) -> list[int]:
    """Return the lawyers who taught what a sheet is of, where teaching may give hours: on site. No query elsewhere."""
    if sheet.kind != Sheet.Kind.ON_SITE or sheet.session.mode.code != ONSITE:
        return []
    accounts = [each.account_id for each in lecturers_there(sheet.session) if each.account_id is not None]
    found = Lawyer.objects.filter(account__in=accounts, erased_at=None).order_by("pk")
    return list(found.values_list("pk", flat=True))


def credit_lecturers(*, sheet: Sheet, decision: SheetDecision, at: datetime) -> list[CreditEntry]:
    """Credit the lecturers of a session on site who stand on a roster, when its sheet is confirmed with somebody on it.
    Where the rule of their association gives nothing for teaching, nothing; and nobody confirms the own hours. Their time
    counts once, as everybody's: what counts elsewhere does not count here, and the other way round. They are locked.
    """
    version = decision.version
    if version is None or not version.rows.filter(lawyer__isnull=False, mark__in=[FULL, PART]).exists():
        return []
    lawyers = Lawyer.objects.filter(pk__in=taught_by(sheet)).exclude(account=decision.by_id)
    teachers = [
        each
        for each in lawyers.select_related("association__jurisdiction").order_by("pk")
        if rule_for(each.association.jurisdiction, sheet.date).teaching_counts
    ]
    if not teachers:
        return []
    throughout = tuple(KeyedRow(lawyer_id=each.pk, mark=FULL) for each in teachers)
    weighed = elsewhere.weigh(sheet, replace(queries.keyed_from(version, ()), rows=throughout))
    before = set(CreditEntry.objects.filter(lawyer__in=teachers).values_list("pk", flat=True))
    entries: list[CreditEntry] = []
    for lawyer in teachers:
        each = weighed[lawyer.pk]
        entry = award_attendance(
            lawyer=lawyer,
            version=sheet.session.lecture_version,
            mode_code=ONSITE,
            on=sheet.date,
            attended_ms=each.heard_ms if each.is_cut else None,
            codes_answered=0,
            grade=decision.grade,
            maker=decision.reported_by,
            checker=decision.by,
            at=at,
        )
        if entry is not None:
            entries.append(entry)
    rows: dict[int | None, SheetRow] = {
        row.lawyer_id: row for row in version.rows.filter(lawyer__in=teachers, mark__in=[FULL, PART])
    }
    made = [(rows.get(entry.lawyer_id), entry) for entry in entries if entry.pk not in before]
    crediting.count_time(made, weighed)
    return entries


def after_confirmation(sender: Any, **said: Any) -> None:
    """What happens when a sheet is confirmed."""
    credit_lecturers(sheet=said["sheet"], decision=said["decision"], at=said["at"])
