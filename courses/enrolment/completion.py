"""Finishing a course: written once, on the day on which the hours of enough of its lectures stand."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from courses.enrolment import history, queries, registries
from courses.enrolment.history import Kind, Step
from courses.enrolment.models import CourseCompletion, CourseRun, Enrolment
from courses.enrolment.rules import is_complete


def complete_courses(*, lawyer_id: int, lecture_id: int, at: datetime) -> list[CourseCompletion]:
    """Record the courses that the hours of this lecture have finished for a lawyer; returns those. The hours office
    calls it whenever hours were credited. One query for a lecture of no course that the lawyer takes.
    """
    standing = Enrolment.objects.filter(
        lawyer=lawyer_id,
        state=Enrolment.State.ENROLLED,
        course__course_lectures__lecture=lecture_id,
    ).select_related("course")
    done = (complete_if_due(enrolment=enrolment, at=at) for enrolment in standing)
    return [completion for completion in done if completion is not None]


def complete_all(*, run: CourseRun, enrolments: Sequence[Enrolment], at: datetime) -> None:
    """Record that those who just got a seat have finished the course, as far as they have. Two queries where nobody
    has.
    """
    lectures = queries.lecture_ids_of(run.course)
    credited = registries.credited_lectures([each.lawyer_id for each in enrolments], lectures)
    for enrolment in enrolments:
        if credited.get(enrolment.lawyer_id):
            complete_if_due(enrolment=enrolment, at=at)


@transaction.atomic
def complete_if_due(*, enrolment: Enrolment, at: datetime) -> CourseCompletion | None:
    """Record that a lawyer finished the course of an enrolment, if enough of its lectures are credited. Doing it again
    changes nothing; returns what stands, None while something is missing.
    """
    standing = CourseCompletion.objects.filter(enrolment=enrolment).first()
    if standing is not None or enrolment.course is None:
        return standing
    lectures = queries.lecture_ids_of(enrolment.course)
    credited = registries.credited_lectures([enrolment.lawyer_id], lectures).get(enrolment.lawyer_id, set())
    required = enrolment.course.required_of(len(lectures))
    if not is_complete(credited=credited, lectures=lectures, required=required):
        return None
    # Of two lectures that are credited at the same moment, or a withdrawal, one alone changes the row.
    seated = Enrolment.objects.filter(pk=enrolment.pk, state=Enrolment.State.ENROLLED)
    if not seated.update(state=Enrolment.State.FINISHED):
        return CourseCompletion.objects.filter(enrolment=enrolment).first()
    enrolment.state = Enrolment.State.FINISHED
    step = Step(enrolment, Kind.FINISHED)
    history.record_all([step], by=None, at=at)
    history.audit_all([step], by=None, at=at)
    return CourseCompletion.objects.create(
        enrolment=enrolment,
        required=required,
        lectures=sorted(credited),
        at=at,
    )
