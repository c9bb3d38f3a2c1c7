"""What fills the largest gap of a year: a lecture that is open to the lawyer, or the next session on site.

Source: product-design.md, 5.1 "我的学时".
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils.timezone import localdate

from courses.catalogue.models import Category, LecturePage
from courses.catalogue.queries import with_row_parts
from courses.catalogue.rows import length_of, version_of
from courses.credits import rules
from courses.credits.queries import Year
from courses.credits.rules import Duty, YearTotals
from courses.enrolment.queries import released_lectures
from courses.schedule.models import TrainingSession
from courses.schedule.rules import ONSITE
from media_pipeline import api as media
from qianchang.groundwork.hours import hours_for
from qianchang.people.models import Lawyer
from qianchang.people.queries import association_line

# So many lectures, the newest, are looked through: one of them fits well enough.
LOOK_THROUGH = 40


@dataclass(frozen=True)
class OnlineLecture:
    """A lecture to watch; its size is that of audio with slides, in bytes (None: there is no such mode)."""

    lecture: LecturePage
    hours: Decimal
    minutes: int
    audio_bytes: int | None


@dataclass(frozen=True)
class OnsiteSession:
    """A session to go to."""

    lecture: LecturePage
    hours: Decimal
    on: date
    place: str


@dataclass(frozen=True)
class Suggestion:
    """The gap to fill first, in hours, and what fills it: one of the two, or nothing that is open now."""

    duty: Duty
    gap: Decimal
    lecture: OnlineLecture | None = None
    session: OnsiteSession | None = None


def suggestion(
    lawyer: Lawyer, year: Year, totals: YearTotals, *, begun: frozenset[int], at: datetime
) -> Suggestion | None:
    """Return what to do next about the largest gap of the present year; None when nothing is missing. `begun`
    are lectures that the page offers already. One query for a session; four for a lecture.
    """
    found = rules.largest_gap(totals)
    if found is None:
        return None
    duty, gap = found
    if duty is Duty.ONSITE:
        return Suggestion(duty, gap, session=_next_session(lawyer, year, at=at))
    return Suggestion(duty, gap, lecture=_best_lecture(lawyer, year, duty, gap, begun=begun, at=at))


def _next_session(lawyer: Lawyer, year: Year, *, at: datetime) -> OnsiteSession | None:
    line = [each.pk for each in association_line(lawyer.association)]
    planned = TrainingSession.objects.filter(
        mode__code=ONSITE,
        state__in=[TrainingSession.State.PLANNED, TrainingSession.State.SCHEDULED],
        beneficiary__in=line,
        date__gte=localdate(at),
        date__lt=year.end_date,
        lecture_version__lecture__category=Category.ETHICS,
    )
    row = planned.select_related("lecture_version__lecture").order_by("date", "pk").first()
    if row is None:
        return None
    return OnsiteSession(
        lecture=row.lecture_version.lecture,
        hours=_hours(year, row.lecture_version.length_ms),
        on=row.date,
        place=row.place,
    )


def _best_lecture(
    lawyer: Lawyer, year: Year, duty: Duty, gap: Decimal, *, begun: frozenset[int], at: datetime
) -> OnlineLecture | None:
    standing = {entry.lecture_id for entry in year.entries}
    lectures = released_lectures(lawyer, at=at).exclude(pk__in=standing | begun)
    if duty is Duty.ETHICS:
        lectures = lectures.filter(category=Category.ETHICS)
    choices = list(with_row_parts(lectures).order_by("-first_published_at", "-pk")[:LOOK_THROUGH])
    place = rules.best_fit([_hours(year, length_of(each)) for each in choices], gap)
    if place is None:
        return None
    lecture = choices[place]
    version = version_of(lecture)
    modes = media.modes_of(version.recording_id, slides=0) if version else ()
    return OnlineLecture(
        lecture=lecture,
        hours=_hours(year, length_of(lecture)),
        minutes=length_of(lecture) // 60_000,
        audio_bytes=next((mode.size_bytes for mode in modes if mode.mode == "audio"), None),
    )


def _hours(year: Year, length_ms: int) -> Decimal:
    return hours_for(length_ms // 1000, unit_minutes=year.rule.unit_minutes, step=year.rule.step)
