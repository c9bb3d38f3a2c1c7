"""Telling a region of its sessions: lawyers and county contacts, when one is scheduled and when it is cancelled.

A worker does it, minutes later: a province has thousands of lawyers, and whoever schedules must not wait for them.
"""

from datetime import date, datetime, timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate

from courses.schedule import signing_up
from courses.schedule.models import TrainingSession
from qianchang.people import notices
from qianchang.people.models import Association, Lawyer, RoleGrant

# What was scheduled longer ago is not announced any more: it was before there were announcements.
ANNOUNCED_FOR = timedelta(days=7)
SCHEDULED, CANCELLED = "session_scheduled", "session_cancelled"


def announce_sessions(*, at: datetime) -> int:
    """Announce every session to come that was scheduled lately, and take back what was announced and cancelled since.
    Each once, however often this is called. Returns how many messages were posted now.
    """
    today, told = localdate(at), 0
    ahead = TrainingSession.objects.filter(date__gte=today, scheduled_at__lte=at).select_related(
        "lecture_version__lecture", "mode", "supporter", "beneficiary"
    )
    fresh = ahead.filter(state=TrainingSession.State.SCHEDULED, scheduled_at__gt=at - ANNOUNCED_FOR)
    for session in fresh.order_by("pk"):
        told += _announce(SCHEDULED, session, at=at)
    for session in ahead.filter(state=TrainingSession.State.CANCELLED).order_by("pk"):
        if notices.is_told(SCHEDULED, session.code) or signing_up.accounts_of(session):
            told += _announce(CANCELLED, session, at=at)
    return told


def people_of(association: Association, *, on: date) -> list[int]:
    """Return the numbers of the accounts of the lawyers on the roster of an association and of those below it, and of
    their county contacts.
    """
    places = Q(association=association) | Q(association__parent=association)
    places |= Q(association__parent__parent=association)
    lawyers = Lawyer.objects.filter(places, account__is_active=True)
    contacts = RoleGrant.objects.filter(
        places, role=RoleGrant.Role.COUNTY_CONTACT, account__is_active=True, valid_from__lte=on
    ).filter(Q(valid_until=None) | Q(valid_until__gt=on))
    found = set(contacts.values_list("account", flat=True))
    return sorted(found | {pk for pk in lawyers.values_list("account", flat=True) if pk})


def _announce(event: str, session: TrainingSession, *, at: datetime) -> int:
    if notices.is_told(event, session.code):
        return 0
    lecture = session.lecture_version.lecture
    words: dict[str, str | int] = {
        "date": session.date.isoformat(),
        "mode": session.mode.name_zh,
        "mode_en": session.mode.name_en,
        "title": lecture.title,
        "title_en": lecture.title_en,
        "place": session.place,
        "association": session.supporter.name_zh,
        "association_en": session.supporter.name_en,
    }
    link = reverse("sessions:session", args=[session.code])
    people = sorted({*people_of(session.beneficiary, on=localdate(at)), *signing_up.accounts_of(session)})
    told = notices.post_many(
        event=event, key=session.code, told=dict.fromkeys(people, words), at=at, link=link
    )
    notices.finish_round(event=event, key=session.code, told=told, at=at)
    return told
