"""Reads of the association's desk: its classes and how full they are, and who is in one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, QuerySet
from django.utils.timezone import localdate

from courses.enrolment import queries, registries, wording
from courses.enrolment.models import CourseRun, Enrolment
from courses.enrolment.queries import Seats
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, associations_where, may


@dataclass(frozen=True)
class ClassRow:
    """One class with how full it is."""

    run: CourseRun
    seats: Seats
    is_over: bool

    @property
    def seats_words(self) -> str:
        return wording.seats_in_words(self.run, taken=self.seats.taken)


@dataclass(frozen=True)
class PersonRow:
    """One lawyer in a class: the place on the waiting list, how many of the course's lectures are credited of how many
    that finish it, and what the lawyer counted as on joining.
    """

    enrolment: Enrolment
    colour: str
    place: int | None
    credited: int
    required: int
    counted_as: str


def classes_seen_by(account: Account, *, at: datetime) -> QuerySet[CourseRun]:
    """The classes of the associations for which an officer arranges them, those that end last first."""
    reach = associations_where(account, Act.ARRANGE_CLASSES, on=localdate(at))
    runs = CourseRun.objects.filter(association__isnull=False).select_related(
        "course", "association__parent__parent"
    )
    if reach is not None:
        runs = runs.filter(association__in=reach)
    return runs.order_by(F("last_date").desc(nulls_first=True), "-opened_at", "-pk")


def associations_to_arrange_for(account: Account, *, at: datetime) -> list[Association]:
    """The associations in whose name an officer may open a class."""
    reach = associations_where(account, Act.ARRANGE_CLASSES, on=localdate(at))
    return list(Association.objects.order_by("code")) if reach is None else reach


def below(association: Association) -> list[Association]:
    """The associations below one, which a class of it can be limited to."""
    rows = Association.objects.filter(Q(parent=association) | Q(parent__parent=association))
    return list(rows.order_by("code"))


def sees_names(account: Account, run: CourseRun, *, at: datetime) -> bool:
    """Tell whether an officer sees who is in a class: the lawyers are those of the own association, or below it."""
    return may(account, Act.ENROL_LAWYERS, on=localdate(at), association=run.association)


def rows_of(runs: Sequence[CourseRun], *, at: datetime) -> list[ClassRow]:
    """The classes as a list shows them. One query."""
    seats = queries.seats_of_all(runs)
    today = localdate(at)
    return [ClassRow(run, seats[run.pk], queries.window_of(run).is_over(today)) for run in runs]


def people_of(run: CourseRun, *, left_too: bool = False) -> QuerySet[Enrolment]:
    """Who is in a class and then who waits, in the order of joining; `left_too`: and who left it."""
    rows = run.enrolments.select_related(
        "lawyer__firm", "lawyer__association", "lawyer__account", "completion", "run"
    )
    if not left_too:
        rows = rows.exclude(state=Enrolment.State.WITHDRAWN)
    # By the alphabet: enrolled, finished, waiting, withdrawn.
    return rows.order_by("state", "ticket")


def person_rows(run: CourseRun, enrolments: Sequence[Enrolment]) -> list[PersonRow]:
    """The lawyers of a class as a list shows them. Three queries."""
    lectures = queries.lecture_ids_of(run.course)
    credited = registries.credited_lectures([each.lawyer_id for each in enrolments], lectures)
    places = queries.places_in_queue(enrolments)
    return [
        PersonRow(
            enrolment=each,
            colour=wording.COLOURS[Enrolment.State(each.state)],
            place=places.get(each.pk),
            credited=len(credited.get(each.lawyer_id, ())),
            required=run.course.required_of(len(lectures)),
            counted_as=wording.counts_as(each.eligibility),
        )
        for each in enrolments
    ]
