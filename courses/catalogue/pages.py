"""What the Wagtail pages show: the reader's question translated into one read each."""

from typing import Any

from django.http import Http404, HttpRequest

from courses.catalogue import queries, registries, rows
from courses.catalogue.models import (
    CoursePage,
    LecturePage,
)
from courses.catalogue.places import second_of
from courses.catalogue.rows import LectureRow
from courses.catalogue.search.catalogue import catalogue
from media_pipeline import api as media
from qianchang.people import queries as people

__all__ = ["catalogue", "lecture", "refuse_unreleased", "taken_rows", "unfinished"]


def taken_rows(request: HttpRequest) -> list[LectureRow]:
    """The lectures that the reader takes, singly or in a course, newest enrolment first."""
    lawyer, desk = people.lawyer_of(request.user), registries.enrolment_desk()
    if lawyer is None or desk is None:
        return []
    taken = desk.taken_by(lawyer)
    of_courses = CoursePage.objects.filter(pk__in=taken.course_ids).values_list(
        "course_lectures__lecture", flat=True
    )
    ids = dict.fromkeys([*taken.lecture_ids, *(of_courses if taken.course_ids else ())])
    lectures = queries.with_row_parts(queries.visible_lectures(request).filter(pk__in=list(ids))).in_bulk()
    return rows.lecture_rows([lectures[pk] for pk in ids if pk in lectures], request)


def unfinished(taken: list[LectureRow]) -> list[LectureRow]:
    """Those not yet credited, the ones already begun first."""
    return sorted((row for row in taken if not row.finished), key=lambda row: row.progress is None)


def refuse_unreleased(page: LecturePage, request: HttpRequest) -> None:
    """Raise Http404 unless the lecture is released to the reader. Previews are the desk's own and show drafts."""
    if page.released_to_reader or getattr(request, "is_preview", False):
        return
    if not queries.visible_lectures(request).filter(pk=page.pk).exists():
        raise Http404


def lecture(page: LecturePage, request: HttpRequest) -> dict[str, Any]:
    """Everything of one lecture but the player's inside, which `attendance` gives."""
    version = queries.version_for(page, people.lawyer_of(request.user))
    recording_id = version.recording_id if version else page.recording_id
    length_ms = version.length_ms if version else 0
    player = registries.player_for(page, version, request) if version else None
    # The player's own terms say what the lecture is worth to its lawyer: the rule is not read twice.
    hours = {} if player or not length_ms else registries.hours_of([length_ms], request)
    # Who has the player is enrolled, and sees there what each way of watching costs: nothing more is asked for.
    shown = media.recording_summaries([recording_id]) if recording_id and player is None else {}
    return {
        "version": version,
        "length_ms": length_ms,
        "hours": player["hours"] if player else hours.get(length_ms),
        "recording": shown.get(recording_id or 0),
        "lecturers": list(page.lecturers.select_related("association")),
        "state": registries.EnrolmentState.ENROLLED if player else registries.enrolment_state(page, request),
        "player": player,
        "from_s": second_of(request.GET.get("t", "")),
    }
