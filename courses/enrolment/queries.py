"""Reads of releases and enrolments. Whom a release reaches is said in reach.py."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from courses.catalogue.models import CourseLecture, CoursePage, LecturePage
from courses.catalogue.queries import live_lectures
from courses.enrolment import reach
from courses.enrolment.models import CourseRun, Enrolment, Release
from courses.enrolment.rules import Audience, Window
from qianchang.people.models import Association, Lawyer
from qianchang.people.queries import association_line

CLASSES_ON_A_PAGE = 12


def release_for(lecture: LecturePage, association: Association, at: datetime | None = None) -> Release | None:
    """The earliest release that opens a lecture to an association at a time (None: of those that nobody ended): the
    evidence that a network-video session needs.
    """
    found = reach.open_to(reach.of_association(association), at=at).filter(lecture=lecture)
    return found.order_by("released_at", "pk").first()


def released_lectures(lawyer: Lawyer, *, at: datetime) -> QuerySet[LecturePage]:
    """The published lectures that are open to a lawyer at a time."""
    return live_lectures().filter(pk__in=reach.open_to(reach.of_lawyer(lawyer), at=at).values("lecture"))


def learners() -> Coalesce:
    """The expression that annotates lectures with how many lawyers take each of them, or took it, by itself."""
    taking = Enrolment.objects.filter(lecture=OuterRef("pk")).exclude(state=Enrolment.State.WITHDRAWN)
    counted = taking.order_by().values("lecture").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def enrolled_lecture_ids(lawyer: Lawyer, lecture_ids: Sequence[int], *, on: date | None = None) -> set[int]:
    """Which of these lectures a lawyer takes, singly or in a class of a course; with a day, only in classes that run
    on it. Whoever waits for a seat takes nothing yet. One query.
    """
    pairs = _taking(lawyer, lecture_ids, on=on).values_list(
        "lecture_id", "course__course_lectures__lecture_id"
    )
    return {pk for pair in pairs for pk in pair if pk is not None} & set(lecture_ids)


def _taking(lawyer: Lawyer, lecture_ids: Sequence[int], *, on: date | None) -> QuerySet[Enrolment]:
    mine = Enrolment.objects.filter(
        Q(lecture__in=lecture_ids) | Q(course__course_lectures__lecture__in=lecture_ids),
        lawyer=lawyer,
        state__in=Enrolment.SEATED,
    )
    if on is None:
        return mine
    return mine.filter(
        Q(run__begins_date__isnull=True) | Q(run__begins_date__lte=on),
        Q(run__last_date__isnull=True) | Q(run__last_date__gte=on),
    )


def may_play(lawyer: Lawyer, lecture: LecturePage, at: datetime) -> bool:
    """Whether a lawyer may watch a lecture at a time: it is published, open to the lawyer, and taken,
    singly or in a class that runs on that day. One query.
    """
    if not lecture.live or lecture.review != LecturePage.Review.PUBLISHED:
        return False
    taking = _taking(lawyer, [lecture.pk], on=localdate(at))
    return reach.open_to(reach.of_lawyer(lawyer), at=at).filter(Exists(taking), lecture=lecture).exists()


def enrolments_of(lawyer: Lawyer) -> QuerySet[Enrolment]:
    """What a lawyer takes, waits for or has finished, newest first, with its class."""
    mine = Enrolment.objects.filter(lawyer=lawyer).exclude(state=Enrolment.State.WITHDRAWN)
    return mine.select_related("run__association", "course", "completion").order_by("-enrolled_at", "-pk")


def course_is_open(course: CoursePage, lawyer: Lawyer, *, at: datetime) -> bool:
    """Whether at least one lecture of a course is open to a lawyer."""
    return released_lectures(lawyer, at=at).filter(course_places__course=course).exists()


def open_releases_of(course: CoursePage, *, at: datetime) -> QuerySet[Release]:
    """The releases by which published lectures of a course are open to anybody at a time."""
    releases = Release.objects.filter(
        Q(ended_at__isnull=True) | Q(ended_at__gt=at),
        released_at__lte=at,
        lecture__in=live_lectures().filter(course_places__course=course),
    )
    return releases.select_related("collection")


def lecture_ids_of(course: CoursePage) -> list[int]:
    """The published lectures of a course, in its order: what its rule of completion counts."""
    return lecture_ids_of_all([course])[course.pk]


def lecture_ids_of_all(courses: Sequence[CoursePage]) -> dict[int, list[int]]:
    """The published lectures of each of these courses, by its number. One query."""
    places = CourseLecture.objects.filter(course__in=courses, lecture__in=live_lectures())
    found: dict[int, list[int]] = {course.pk: [] for course in courses}
    for course, lecture in places.order_by("sort_order").values_list("course_id", "lecture_id"):
        found[course].append(lecture)
    return found


# --- Classes ------------------------------------------------------------------------------------------------
def window_of(run: CourseRun) -> Window:
    """The dates of a class."""
    return Window(begins=run.begins_date, last=run.last_date, enrol_last=run.enrol_last_date)


def audience_of(run: CourseRun) -> Audience:
    """Whom a class is for. One query, or none where `invited` was fetched along."""
    return Audience(
        categories=frozenset(run.categories), associations=frozenset(each.code for each in run.invited.all())
    )


def classes_for(course: CoursePage, association: Association, *, on: date) -> list[CourseRun]:
    """The classes of a course in which a lawyer of an association has a place: those that the association, or one
    above it, holds and that are not over; where there are none, the default run, if it was opened yet.
    """
    line = [each.pk for each in association_line(association)]
    runs = (
        CourseRun.objects.filter(Q(association__isnull=True) | Q(association__in=line), course=course)
        .select_related("association", "course")
        .prefetch_related("invited")
    )
    current = [
        run for run in runs.order_by("begins_date", "enrol_last_date", "pk") if not window_of(run).is_over(on)
    ]
    return [run for run in current if not run.is_default] or current


def current_classes(course: CoursePage, *, on: date) -> list[CourseRun]:
    """The classes of a course that are not over, whoever holds them, as many as a page shows."""
    runs = CourseRun.objects.filter(
        Q(last_date__isnull=True) | Q(last_date__gte=on), course=course, association__isnull=False
    )
    return list(runs.select_related("association").order_by("begins_date", "pk")[:CLASSES_ON_A_PAGE])


def standing_in(course: CoursePage, lawyer: Lawyer) -> Enrolment | None:
    """Where a lawyer stands in a course: in the class joined last, unless the lawyer withdrew from it."""
    rows = Enrolment.objects.filter(lawyer=lawyer, course=course).exclude(state=Enrolment.State.WITHDRAWN)
    found = rows.select_related("run__association", "run__course", "completion")
    return found.order_by("-enrolled_at", "-pk").first()


@dataclass(frozen=True)
class Seats:
    """How full a class is: who sits in it, who of them has finished, who waits; `free` seats, None without a limit."""

    taken: int
    finished: int
    waiting: int
    free: int | None


def seats_of(run: CourseRun) -> Seats:
    """How full one class is. One query."""
    return seats_of_all([run])[run.pk]


def seats_of_all(runs: Sequence[CourseRun]) -> dict[int, Seats]:
    """How full each of these classes is, by its number. One query."""
    rows = Enrolment.objects.filter(run__in=runs).values_list("run", "state").annotate(many=Count("pk"))
    states = {(run, state): many for run, state, many in rows.order_by()}
    found = {}
    for run in runs:
        finished = states.get((run.pk, Enrolment.State.FINISHED), 0)
        taken = states.get((run.pk, Enrolment.State.ENROLLED), 0) + finished
        found[run.pk] = Seats(
            taken=taken,
            finished=finished,
            waiting=states.get((run.pk, Enrolment.State.WAITING), 0),
            free=None if run.seats is None else run.seats - taken,
        )
    return found


def goes_on(enrolment: Enrolment, *, on: date) -> bool:
    """Whether somebody still takes, or waits for, the class of an enrolment: it is neither finished nor over."""
    run = enrolment.run
    return enrolment.state in Enrolment.ACTIVE and run is not None and not window_of(run).is_over(on)


def in_other_classes(run: CourseRun, lawyers: Sequence[Lawyer]) -> list[Enrolment]:
    """Where these lawyers are enrolled or wait in another class of the same course. One query."""
    rows = Enrolment.objects.filter(
        lawyer__in=lawyers, course=run.course_id, state__in=Enrolment.ACTIVE
    ).exclude(run=run)
    return list(rows.select_related("run"))


def places_in_queue(enrolments: Sequence[Enrolment]) -> dict[int, int]:
    """The place on its waiting list of each enrolment that waits, by its number; the first has place 1. Whoever got a
    seat since the enrolments were read has none. One query.
    """
    waiting = [each for each in enrolments if each.state == Enrolment.State.WAITING]
    if not waiting:
        return {}
    rows = Enrolment.objects.filter(
        run__in={each.run_id for each in waiting}, state=Enrolment.State.WAITING
    ).order_by("ticket")
    lengths: dict[int | None, int] = {}
    places = {}
    for pk, run in rows.values_list("pk", "run"):
        places[pk] = lengths[run] = lengths.get(run, 0) + 1
    return {each.pk: places[each.pk] for each in waiting if each.pk in places}
