"""Who may take what: releases of lectures, shared collections, classes of courses with their seats, enrolments."""

from courses.enrolment.models.classes import CourseCompletion, CourseRun, Enrolment, EnrolmentEvent, RunSeat
from courses.enrolment.models.releases import Collection, Release

__all__ = [
    "Collection",
    "CourseCompletion",
    "CourseRun",
    "Enrolment",
    "EnrolmentEvent",
    "Release",
    "RunSeat",
]
