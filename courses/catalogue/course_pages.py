"""What the pages of courses show: all of them, and one with its lectures, its classes and the next step."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from courses.catalogue import queries, registries, rows
from courses.catalogue.models import CoursePage


@dataclass(frozen=True)
class CourseRow:
    """One course in the list: how many lectures, how long together (milliseconds)."""

    course: CoursePage
    url: str
    lectures: int
    length_ms: int


def course_index(request: HttpRequest) -> dict[str, Any]:
    """All courses with what they hold."""
    courses = list(queries.live_courses())
    ids = {place.lecture_id for course in courses for place in course.course_lectures.all()}
    lengths = {
        lecture.pk: rows.length_of(lecture)
        for lecture in queries.with_row_parts(queries.live_lectures().filter(pk__in=ids))
    }
    return {"courses": [_course_row(course, lengths, request) for course in courses]}


def course(page: CoursePage, request: HttpRequest) -> dict[str, Any]:
    """One course: its rule, its lectures in order, what they cost together, its classes and the next step."""
    ids = list(page.course_lectures.order_by("sort_order").values_list("lecture_id", flat=True))
    lectures = queries.with_row_parts(queries.live_lectures().filter(pk__in=ids)).in_bulk()
    lecture_rows = rows.lecture_rows([lectures[pk] for pk in ids if pk in lectures], request)
    standing = registries.course_standing(page, request)
    next_number = next((number for number, row in enumerate(lecture_rows, 1) if _can_be_next(row)), None)
    required = page.required_of(len(lecture_rows))
    opens_later = page.opens_date is not None and page.opens_date > timezone.localdate(timezone.now())
    return {
        "rows": lecture_rows,
        "standing": standing,
        "state": standing.state,
        "opens_later": opens_later,
        # Nothing to choose: the button alone stands for studying on one's own.
        "alone": not opens_later
        and standing.state == registries.EnrolmentState.CAN_ENROL
        and not any(each.association for each in standing.offer),
        "required": required,
        "percent": min(100, 100 * standing.credited // required) if required else 0,
        "next_number": next_number,
        "next_row": lecture_rows[next_number - 1] if next_number else None,
        "length_ms": sum(row.length_ms for row in lecture_rows),
        "hours": sum(row.hours or 0 for row in lecture_rows),
        "audio_bytes": sum(row.audio_bytes or 0 for row in lecture_rows),
        "video_bytes": sum(row.video_bytes or 0 for row in lecture_rows),
    }


def _can_be_next(row: rows.LectureRow) -> bool:
    return not row.finished and row.state != registries.EnrolmentState.NOT_RELEASED


def _course_row(page: CoursePage, lengths: Mapping[int, int], request: HttpRequest) -> CourseRow:
    live = [place.lecture_id for place in page.course_lectures.all() if place.lecture_id in lengths]
    return CourseRow(page, page.get_url(request) or "", len(live), sum(lengths[pk] for pk in live))
