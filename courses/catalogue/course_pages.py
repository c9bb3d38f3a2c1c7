"""What the pages of courses show: all of them, and one with its lectures, its classes and the next step."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from courses.catalogue import queries, registries, rows
from courses.catalogue.models import CoursePage

PER_PAGE = 20


@dataclass(frozen=True)
class CourseRow:
    """One course in the list: how many lectures, how long together (milliseconds)."""

    course: CoursePage
    url: str
    lectures: int
    length_ms: int


@dataclass(frozen=True)
class KindLink:
    """One kind of courses in the filter, with how many there are; `value` empty: all of them."""

    value: str
    label: str
    count: int
    current: bool


def course_index(request: HttpRequest) -> dict[str, Any]:
    """One page of the courses, of one kind (`?kind=`) or of all. The queries do not grow with the courses."""
    found = queries.visible_courses(request)
    counts = dict(found.order_by().values_list("kind").annotate(many=Count("pk")))
    kind = request.GET.get("kind", "")
    if kind not in CoursePage.Kind.values:
        kind = ""
    chosen = found.filter(kind=kind) if kind else found
    page = Paginator(chosen, PER_PAGE).get_page(request.GET.get("page"))
    courses = list(page)
    ids = {place.lecture_id for course in courses for place in course.course_lectures.all()}
    visible = queries.visible_lectures(request).filter(pk__in=ids)
    lengths = {lecture.pk: rows.length_of(lecture) for lecture in queries.with_row_parts(visible)}
    return {
        "courses": [_course_row(course, lengths, request) for course in courses],
        "page_of": page,
        "kinds": _kind_links(counts, kind),
        "query": urlencode({"kind": kind}) if kind else "",
    }


def course(page: CoursePage, request: HttpRequest) -> dict[str, Any]:
    """One course: its rule, its lectures in order, what they cost together, its classes and the next step. Lectures
    that are not released to the reader are counted and nothing else. Raises Http404 where that is all of them.
    """
    ids = list(page.course_lectures.order_by("sort_order").values_list("lecture_id", flat=True))
    visible = queries.visible_lectures(request).filter(pk__in=ids)
    lectures = queries.with_row_parts(visible).in_bulk()
    lecture_rows = rows.lecture_rows([lectures[pk] for pk in ids if pk in lectures], request)
    hidden = _hidden(ids, lectures)
    if hidden and not lecture_rows and not getattr(request, "is_preview", False):
        raise Http404
    standing = registries.course_standing(page, request)
    next_number = next((number for number, row in enumerate(lecture_rows, 1) if _can_be_next(row)), None)
    # What finishes the course is asked of all its lectures, whoever they are released to.
    of_all = len(lecture_rows) + hidden
    required = page.required_of(of_all)
    opens_later = page.opens_date is not None and page.opens_date > timezone.localdate(timezone.now())
    return {
        "rows": lecture_rows,
        "hidden": hidden,
        "of_all": of_all,
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


def _hidden(ids: Collection[int], visible: Collection[int]) -> int:
    """How many published lectures of a course the reader does not see. One query, none where all of them are seen."""
    unseen = [pk for pk in ids if pk not in visible]
    return queries.live_lectures().filter(pk__in=unseen).count() if unseen else 0


def _kind_links(counts: Mapping[str, int], chosen: str) -> list[KindLink]:
    """The kinds that there are; nothing where there is nothing to choose."""
    links = [
        KindLink(value, str(label), counts[value], value == chosen)
        for value, label in CoursePage.Kind.choices
        if counts.get(value)
    ]
    return [KindLink("", _("All"), sum(counts.values()), not chosen), *links] if links else []


def _can_be_next(row: rows.LectureRow) -> bool:
    return not row.finished and row.state != registries.EnrolmentState.NOT_RELEASED


def _course_row(page: CoursePage, lengths: Mapping[int, int], request: HttpRequest) -> CourseRow:
    live = [place.lecture_id for place in page.course_lectures.all() if place.lecture_id in lengths]
    return CourseRow(page, page.get_url(request) or "", len(live), sum(lengths[pk] for pk in live))
