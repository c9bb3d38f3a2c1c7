"""The enrolment desk as the catalogue's pages see it."""

from collections.abc import Sequence
from datetime import datetime

from django.http import HttpRequest
from django.utils import timezone

from courses.catalogue.models import CoursePage, LecturePage
from courses.catalogue.registries import EnrolmentState, Taken
from courses.enrolment import operations, queries
from courses.enrolment.models import Enrolment
from qianchang.people.models import Account, Association, Lawyer
from qianchang.people.queries import lawyer_of


class Desk:
    """Answers `catalogue.registries.EnrolmentDesk` from releases and enrolments."""

    def lecture_states(
        self, lectures: Sequence[LecturePage], request: HttpRequest
    ) -> dict[int, EnrolmentState]:
        """How the reader stands to each lecture, by its id."""
        ids = [lecture.pk for lecture in lectures]
        stranger, lawyer = _standing(request)
        if lawyer is None:
            return dict.fromkeys(ids, stranger)
        now = timezone.now()
        open_ids = set(
            queries.released_lectures(lawyer.association, at=now)
            .filter(pk__in=ids)
            .values_list("pk", flat=True)
        )
        taken = queries.enrolled_lecture_ids(lawyer, ids)
        return {pk: _state(released=pk in open_ids, taken=pk in taken) for pk in ids}

    def course_state(self, course: CoursePage, request: HttpRequest) -> EnrolmentState:
        """How the reader stands to a course."""
        stranger, lawyer = _standing(request)
        if lawyer is None:
            return stranger
        return _state(
            released=queries.course_is_open(course, lawyer.association, at=timezone.now()),
            taken=Enrolment.objects.filter(lawyer=lawyer, course=course).exists(),
        )

    def taken_by(self, lawyer: Lawyer) -> Taken:
        """What the lawyer takes."""
        enrolments = list(queries.enrolments_of(lawyer))
        return Taken(
            lecture_ids=tuple(each.lecture_id for each in enrolments if each.lecture_id),
            course_ids=tuple(each.course_id for each in enrolments if each.course_id),
        )

    def release(
        self, *, lecture: LecturePage, associations: Sequence[Association] | None, by: Account, at: datetime
    ) -> None:
        """Open the lecture to these associations."""
        operations.release_lecture(lecture=lecture, associations=associations, by=by, at=at)


def _standing(request: HttpRequest) -> tuple[EnrolmentState, Lawyer | None]:
    if not request.user.is_authenticated:
        return EnrolmentState.GUEST, None
    return EnrolmentState.NOT_A_LAWYER, lawyer_of(request.user)


def _state(*, released: bool, taken: bool) -> EnrolmentState:
    if not released:
        return EnrolmentState.NOT_RELEASED
    return EnrolmentState.ENROLLED if taken else EnrolmentState.CAN_ENROL
