"""Sessions as calendars (iCalendar, RFC 5545): one to add, and one to subscribe to."""

from collections.abc import Iterable
from datetime import UTC, timedelta

from django.conf import settings
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from courses.schedule.notices import Notice

TYPE = "text/calendar; charset=utf-8"


def calendar_of(notices: Iterable[Notice], *, name: str) -> bytes:
    """Return the calendar of these sessions. Times are written in UTC; a session without a time takes its whole day."""
    calendar = Calendar()
    calendar.add("prodid", f"-//Qianchang//sessions//{(get_language() or 'zh').upper()[:2]}")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", name)
    for notice in notices:
        calendar.add_component(_event(notice))
    written: bytes = calendar.to_ical()
    return written


def _event(notice: Notice) -> Event:
    event = Event()
    # The code of a session never changes: a calendar finds the event again when it moves.
    event.add("uid", f"{notice.code}@qianchang")
    event.add("dtstamp", notice.changed_at.astimezone(UTC))
    event.add("summary", notice.title)
    if notice.begins_at and notice.ends_at:
        event.add("dtstart", notice.begins_at.astimezone(UTC))
        event.add("dtend", notice.ends_at.astimezone(UTC))
    else:
        event.add("dtstart", notice.day)
        event.add("dtend", notice.day + timedelta(days=1))
    if notice.place:
        event.add("location", notice.place)
    event.add("status", "CANCELLED" if notice.is_cancelled else "CONFIRMED")
    event.add("url", settings.SITE_ROOT_URL + notice.url)
    event.add("description", "\n".join(_lines(notice)))
    return event


def _lines(notice: Notice) -> list[str]:
    facts = [
        f"{notice.mode} · {notice.lecturers}" if notice.lecturers else notice.mode,
        f"{notice.supporter} → {notice.region}",
        _("For %(audience)s") % {"audience": notice.audience} if notice.audience else "",
        notice.sign_up,
        notice.code,
    ]
    return [fact for fact in facts if fact]
