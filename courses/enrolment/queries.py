"""Reads of releases and enrolments. A release to an association covers those below it, one to nobody in particular all."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q, QuerySet

from courses.catalogue.models import CoursePage, LecturePage
from courses.catalogue.queries import live_lectures
from courses.enrolment.models import Enrolment, Release
from qianchang.people.models import Association, Lawyer
from qianchang.people.queries import association_line


def open_releases(association: Association, *, at: datetime | None = None) -> QuerySet[Release]:
    """The releases that cover an association at a time (None: those that nobody ended)."""
    covering = Release.objects.filter(
        Q(association__isnull=True) | Q(association__in=[each.pk for each in association_line(association)])
    )
    if at is None:
        return covering.filter(ended_at__isnull=True)
    return covering.filter(Q(ended_at__isnull=True) | Q(ended_at__gt=at), released_at__lte=at)


def release_for(lecture: LecturePage, association: Association, at: datetime | None = None) -> Release | None:
    """The earliest release that opens a lecture to an association: the evidence that a network-video session needs."""
    return open_releases(association, at=at).filter(lecture=lecture).order_by("released_at", "pk").first()


def released_lectures(association: Association, *, at: datetime | None = None) -> QuerySet[LecturePage]:
    """The published lectures that are open to an association."""
    return live_lectures().filter(pk__in=open_releases(association, at=at).values("lecture"))


def enrolled_lecture_ids(lawyer: Lawyer, lecture_ids: Sequence[int]) -> set[int]:
    """Which of these lectures a lawyer takes, singly or in a course."""
    mine = Enrolment.objects.filter(lawyer=lawyer)
    singly = mine.filter(lecture__in=lecture_ids).values_list("lecture_id", flat=True)
    in_courses = mine.filter(course__course_lectures__lecture__in=lecture_ids)
    return {*singly, *in_courses.values_list("course__course_lectures__lecture_id", flat=True)} & set(
        lecture_ids
    )


def is_enrolled(lawyer: Lawyer, lecture: LecturePage) -> bool:
    """Whether a lawyer takes a lecture, singly or in a course."""
    return lecture.pk in enrolled_lecture_ids(lawyer, [lecture.pk])


def may_play(lawyer: Lawyer, lecture: LecturePage, at: datetime) -> bool:
    """Whether a lawyer may watch a lecture now: it is published, open to the lawyer's association, and taken."""
    return (
        lecture.live
        and lecture.review == LecturePage.Review.PUBLISHED
        and release_for(lecture, lawyer.association, at) is not None
        and is_enrolled(lawyer, lecture)
    )


def enrolments_of(lawyer: Lawyer) -> QuerySet[Enrolment]:
    """What a lawyer takes, newest first."""
    return Enrolment.objects.filter(lawyer=lawyer).order_by("-enrolled_at", "-pk")


def course_is_open(course: CoursePage, association: Association, *, at: datetime) -> bool:
    """Whether at least one lecture of a course is open to an association."""
    return released_lectures(association, at=at).filter(course_places__course=course).exists()
