"""The enrolment desk as the catalogue's pages see it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from courses.catalogue.models import CoursePage, LecturePage
from courses.catalogue.registries import (
    ClassTaken,
    CourseClass,
    CourseStanding,
    EnrolmentState,
    ReleaseTerms,
    Taken,
)
from courses.enrolment import queries, registries, releasing, wording
from courses.enrolment.admission import Gate
from courses.enrolment.models import CourseRun, Enrolment
from courses.enrolment.queries import Seats
from courses.enrolment.release_forms import ReleaseForm
from qianchang.people.eligibility import eligibility_snapshot
from qianchang.people.models import Account, Lawyer
from qianchang.people.queries import lawyer_of

STATES = {
    Enrolment.State.ENROLLED: EnrolmentState.ENROLLED,
    Enrolment.State.WAITING: EnrolmentState.WAITING,
    Enrolment.State.FINISHED: EnrolmentState.FINISHED,
}


class Desk:
    """Answers `catalogue.registries.EnrolmentDesk` from releases, classes and enrolments."""

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
            queries.released_lectures(lawyer, at=now).filter(pk__in=ids).values_list("pk", flat=True)
        )
        taken = queries.enrolled_lecture_ids(lawyer, ids, on=timezone.localdate(now))
        return {pk: _state(released=pk in open_ids, taken=pk in taken) for pk in ids}

    def course_standing(self, course: CoursePage, request: HttpRequest) -> CourseStanding:
        """How the reader stands to a course. The queries do not grow with its classes."""
        stranger, lawyer = _standing(request)
        now = timezone.now()
        if lawyer is None:
            current = queries.current_classes(course, on=timezone.localdate(now))
            return CourseStanding(stranger, offer=_as_shown(current, {}))
        enrolment, today = queries.standing_in(course, lawyer), timezone.localdate(now)
        if enrolment is None or enrolment.run is None:
            return self._offer(course, lawyer, now)
        if queries.goes_on(enrolment, on=today):
            return _own(enrolment, enrolment.run, lawyer, today)
        offered = self._offer(course, lawyer, now)
        if enrolment.state != Enrolment.State.FINISHED:
            return offered
        others = tuple(each for each in offered.offer if each.association and each.pk != enrolment.run_id)
        return replace(_own(enrolment, enrolment.run, lawyer, today), offer=others)

    def _offer(self, course: CoursePage, lawyer: Lawyer, now: datetime) -> CourseStanding:
        if not queries.course_is_open(course, lawyer, at=now):
            return CourseStanding(EnrolmentState.NOT_RELEASED)
        today = timezone.localdate(now)
        classes = queries.classes_for(course, lawyer.association, on=today)
        if not classes:
            alone = CourseClass(None, wording.run_name(CourseRun()))
            return CourseStanding(EnrolmentState.CAN_ENROL, offer=(alone,))
        eligibility = eligibility_snapshot(lawyer, today)
        refusals = {}
        for run in classes:
            gate = Gate(run, now)
            why = gate.outside(lawyer, eligibility)
            refusals[run.pk] = gate.closed(by_officer=False) or (
                wording.outside_sentence(why, run, eligibility) if why else ""
            )
        open_to_me = not all(refusals.values())
        return CourseStanding(
            EnrolmentState.CAN_ENROL if open_to_me else EnrolmentState.REFUSED,
            offer=_as_shown(classes, refusals),
        )

    def taken_by(self, lawyer: Lawyer) -> Taken:
        """What the lawyer takes."""
        enrolments = [each for each in queries.enrolments_of(lawyer) if each.state != Enrolment.State.WAITING]
        return Taken(
            lecture_ids=tuple(each.lecture_id for each in enrolments if each.lecture_id),
            course_ids=tuple(each.course_id for each in enrolments if each.course_id),
        )

    def classes_of(self, lawyer: Lawyer) -> list[ClassTaken]:
        """The classes of the lawyer, newest first."""
        enrolments = [each for each in queries.enrolments_of(lawyer) if each.run is not None]
        places = queries.places_in_queue(enrolments)
        lectures = queries.lecture_ids_of_all([each.course for each in enrolments if each.course])
        credited = _credited(lawyer, {pk for ids in lectures.values() for pk in ids})
        found, today = [], timezone.localdate()
        for each in enrolments:
            if each.run is None or each.course is None:
                continue
            ids = lectures[each.course.pk]
            found.append(
                ClassTaken(
                    course_id=each.course.pk,
                    own=_shown(each.run, None, ""),
                    state=STATES[Enrolment.State(each.state)],
                    place=places.get(each.pk),
                    finished_at=_finished_at(each),
                    is_over=queries.window_of(each.run).is_over(today),
                    credited=len(credited & set(ids)),
                    required=each.course.required_of(len(ids)),
                )
            )
        return found

    def release_form(self, data: Any, *, lecture: LecturePage, by: Account, at: datetime) -> ReleaseForm:
        """The form for `release`."""
        return ReleaseForm(data, lecture=lecture, at=at)

    def release(self, *, lecture: LecturePage, terms: ReleaseTerms, by: Account, at: datetime) -> None:
        """Open the lecture as the terms say."""
        releasing.release(lecture=lecture, terms=terms, by=by, at=at)


def _standing(request: HttpRequest) -> tuple[EnrolmentState, Lawyer | None]:
    if not request.user.is_authenticated:
        return EnrolmentState.GUEST, None
    return EnrolmentState.NOT_A_LAWYER, lawyer_of(request.user)


def _state(*, released: bool, taken: bool) -> EnrolmentState:
    if not released:
        return EnrolmentState.NOT_RELEASED
    return EnrolmentState.ENROLLED if taken else EnrolmentState.CAN_ENROL


def _own(enrolment: Enrolment, run: CourseRun, lawyer: Lawyer, on: date) -> CourseStanding:
    window = queries.window_of(run)
    lectures = queries.lecture_ids_of_all([run.course])[run.course_id]
    return CourseStanding(
        STATES[Enrolment.State(enrolment.state)],
        own=_shown(run, None, ""),
        place=queries.places_in_queue([enrolment]).get(enrolment.pk),
        finished_at=_finished_at(enrolment),
        enrolment_id=enrolment.pk,
        runs_now=window.has_begun(on) and not window.is_over(on),
        credited=len(_credited(lawyer, lectures)),
    )


def _as_shown(runs: Sequence[CourseRun], refusals: dict[int, str]) -> tuple[CourseClass, ...]:
    seats = queries.seats_of_all(runs)
    return tuple(_shown(run, seats[run.pk], refusals.get(run.pk, "")) for run in runs)


def _shown(run: CourseRun, seats: Seats | None, refusal: str) -> CourseClass:
    return CourseClass(
        pk=run.pk,
        name=wording.run_name(run),
        association=run.association.name if run.association else "",
        begins=run.begins_date,
        last=run.last_date,
        enrol_last=run.enrol_last_date,
        audience=wording.audience_in_words(run),
        seats=wording.seats_in_words(run, taken=seats.taken) if seats and run.seats is not None else "",
        waiting=seats.waiting if seats else 0,
        is_full=seats is not None and (seats.free == 0 or seats.waiting > 0),
        refusal=refusal,
    )


def _credited(lawyer: Lawyer, lecture_ids: Iterable[int]) -> set[int]:
    return registries.credited_lectures([lawyer.pk], lecture_ids).get(lawyer.pk, set())


def _finished_at(enrolment: Enrolment) -> datetime | None:
    return enrolment.completion.at if enrolment.state == Enrolment.State.FINISHED else None
