"""Reminders of sessions: to those who signed up, three days before; to the lecturer whose signature is missing, after it.

A beat task does it. Whoever was told of a session is not told again, however often it runs.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.timezone import localdate

from courses.catalogue.models import Lecturer
from courses.schedule import rules
from courses.schedule.models import Evidence, SignUp, TrainingSession
from qianchang.people import notices

State = TrainingSession.State
REMINDED_BEFORE = timedelta(days=3)
# Later than this the office asks for a signed sheet.
ASKED_AFTER = timedelta(days=30)
REMINDER, TO_SIGN = "session_reminder", "session_to_sign"


def remind_signed_up(*, at: datetime) -> int:
    """Remind those who have a seat at a session of the next three days. Returns how many were told now."""
    today, told = localdate(at), 0
    ahead = TrainingSession.objects.filter(
        state=State.SCHEDULED, date__gte=today, date__lte=today + REMINDED_BEFORE
    ).select_related("lecture_version__lecture")
    for session in ahead.order_by("pk"):
        coming = session.sign_ups.filter(state=SignUp.State.SIGNED_UP, lawyer__account__is_active=True)
        words = _words(session)
        told += notices.post_many(
            event=REMINDER,
            key=session.code,
            told={number: words for number in coming.values_list("lawyer__account", flat=True) if number},
            at=at,
            link=reverse("sessions:session", args=[session.code]),
        )
    return told


def ask_lecturers(*, at: datetime) -> int:
    """Ask the lecturers of sessions on site of the last month, that nobody signed for, to sign. Returns how many were
    told now.
    """
    today, told = localdate(at), 0
    signed = Evidence.objects.filter(
        session=OuterRef("pk"), withdrawn_at=None, kind__in=[Evidence.Kind.SIGN_OFF, Evidence.Kind.SIGNATURE]
    )
    open_ones = TrainingSession.objects.filter(
        ~Exists(signed),
        mode__code=rules.ONSITE,
        state__in=[State.SCHEDULED, State.HELD],
        date__lt=today,
        date__gt=today - ASKED_AFTER,
    ).select_related("lecture_version__lecture")
    for session in open_ones.order_by("pk"):
        lecturers = Lecturer.objects.filter(
            lectures=session.lecture_version.lecture_id, account__is_active=True
        ).values_list("account", flat=True)
        words = _words(session)
        told += notices.post_many(
            event=TO_SIGN,
            key=session.code,
            told={number: words for number in lecturers if number},
            at=at,
            link=reverse("schedule:evidence", args=[session.code]),
        )
    return told


def _words(session: TrainingSession) -> dict[str, str | int]:
    lecture = session.lecture_version.lecture
    return {
        "date": session.date.isoformat(),
        "title": lecture.title,
        "title_en": lecture.title_en,
        "place": session.place,
    }
