"""The lecturer's own hours: who teaches on site has heard the lecture, and is credited its hours once, as everybody in the
room who was there throughout. See docs/decisions/0029.
"""

from datetime import datetime
from typing import Any

from courses.catalogue.models import Lecturer
from courses.credits.models import CreditEntry
from courses.credits.operations import award_attendance
from courses.credits.queries import rule_for
from courses.schedule.models import Evidence, TrainingSession
from courses.schedule.rules import ONSITE
from courses.sheets.models import Sheet, SheetDecision
from qianchang.people.models import Lawyer


def lecturers_there(session: TrainingSession) -> list[Lecturer]:
    """Return who lectured at a session on site: the only lecturer of its lecture; of several those who signed there."""
    given = list(Lecturer.objects.filter(lectures=session.lecture_version.lecture_id).order_by("pk"))
    if len(given) == 1:
        return given
    signed = session.evidence.filter(kind=Evidence.Kind.SIGNATURE, withdrawn_at=None)
    there = set(signed.values_list("lecturer", flat=True))
    return [each for each in given if each.pk in there]


def credit_lecturers(*, sheet: Sheet, decision: SheetDecision, at: datetime) -> list[CreditEntry]:
    """Credit the lecturers of a session on site who stand on a roster, when its sheet is confirmed with somebody on it.
    Where the rule of their association gives nothing for teaching, nothing; and nobody confirms the own hours.
    """
    if sheet.kind != Sheet.Kind.ON_SITE or sheet.session.mode.code != ONSITE or decision.version is None:
        return []
    if not decision.version.rows.filter(lawyer__isnull=False, mark__in=["full", "part"]).exists():
        return []
    accounts = [each.account_id for each in lecturers_there(sheet.session) if each.account_id is not None]
    lawyers = Lawyer.objects.filter(account__in=accounts, erased_at=None).exclude(account=decision.by_id)
    entries = []
    for lawyer in lawyers.select_related("association__jurisdiction").order_by("pk"):
        if not rule_for(lawyer.association.jurisdiction, sheet.date).teaching_counts:
            continue
        entry = award_attendance(
            lawyer=lawyer,
            version=sheet.session.lecture_version,
            mode_code=ONSITE,
            on=sheet.date,
            attended_ms=None,
            codes_answered=0,
            grade=decision.grade,
            maker=decision.reported_by,
            checker=decision.by,
            at=at,
        )
        if entry is not None:
            entries.append(entry)
    return entries


def after_confirmation(sender: Any, **said: Any) -> None:
    """What happens when a sheet is confirmed."""
    credit_lecturers(sheet=said["sheet"], decision=said["decision"], at=said["at"])
