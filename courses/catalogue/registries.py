"""What the catalogue asks of the apps above it: whether one may watch, how far one is, what a length is worth.

The catalogue knows lectures and nothing of enrolments, evidence or hours. Those apps register themselves here when
they start; as long as nobody did, the answers are those of a site without them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from django.db.models import Q
from django.http import HttpRequest

from courses.catalogue.models import CoursePage, LecturePage, LectureVersion
from qianchang.people.models import Account, Lawyer


class EnrolmentState(StrEnum):
    """How the reader stands to a lecture or a course."""

    GUEST = "guest"
    NOT_A_LAWYER = "not_a_lawyer"
    NOT_RELEASED = "not_released"
    CAN_ENROL = "can_enrol"
    REFUSED = "refused"
    WAITING = "waiting"
    ENROLLED = "enrolled"
    FINISHED = "finished"


@dataclass(frozen=True)
class Progress:
    """How far one lawyer is with one lecture. `credited_hours` is None as long as nothing was credited."""

    percent: int
    credited_hours: Decimal | None
    position_ms: int


@dataclass(frozen=True)
class CourseClass:
    """One class (班) of a course as a reader sees it. Dates are days that still count; `audience` and `seats` are
    words, empty where there is nothing to say; `refusal` says why this reader cannot join, empty where they can.
    `pk` None: studying on one's own, outside any class.
    """

    pk: int | None
    name: str
    association: str = ""
    begins: date | None = None
    last: date | None = None
    enrol_last: date | None = None
    audience: str = ""
    seats: str = ""
    waiting: int = 0
    is_full: bool = False
    refusal: str = ""


@dataclass(frozen=True)
class CourseStanding:
    """How a reader stands to one course: in `own` class (None: in none), with a `place` on its waiting list, or before
    the classes on `offer`. `enrolment_id` is what can be withdrawn. `runs_now`: the class has begun and is not over.
    `credited`: of how many of its lectures the hours stand.
    """

    state: EnrolmentState
    own: CourseClass | None = None
    offer: tuple[CourseClass, ...] = ()
    place: int | None = None
    finished_at: datetime | None = None
    enrolment_id: int | None = None
    runs_now: bool = False
    credited: int = 0


@dataclass(frozen=True)
class ClassTaken:
    """One class that a lawyer is in, waits for or has finished, and how many of its lectures are credited. `is_over`:
    its last day has passed.
    """

    course_id: int
    own: CourseClass
    state: EnrolmentState
    place: int | None
    finished_at: datetime | None
    is_over: bool
    credited: int
    required: int


@dataclass(frozen=True)
class Taken:
    """What one lawyer takes, newest first: ids of lectures (those of courses are not among them) and of courses in
    whose classes the lawyer has a seat.
    """

    lecture_ids: tuple[int, ...] = ()
    course_ids: tuple[int, ...] = ()


@dataclass(frozen=True)
class ReleaseTerms:
    """To whom a lecture is opened, and when: plain values, so that they can wait for a set time in a JSON column.
    Associations, regions and programmes by their codes, shared collections by their numbers. `begins_at` None: at
    once; `ends_at` (exclusive) None: until somebody ends it.
    """

    everybody: bool = False
    associations: tuple[str, ...] = ()
    regions: tuple[str, ...] = ()
    programmes: tuple[str, ...] = ()
    collections: tuple[int, ...] = ()
    begins_at: datetime | None = None
    ends_at: datetime | None = None

    @property
    def to_nobody(self) -> bool:
        """Whether no target was chosen at all."""
        return not (
            self.everybody or self.associations or self.regions or self.programmes or self.collections
        )

    def as_json(self) -> dict[str, Any]:
        """The terms as a JSON column keeps them."""
        times = {name: time.isoformat() if (time := getattr(self, name)) else None for name in _TIMES}
        return asdict(self) | times

    @classmethod
    def from_json(cls, kept: Mapping[str, Any]) -> "ReleaseTerms":
        """The terms that `as_json` kept."""
        begins, ends = (datetime.fromisoformat(time) if (time := kept[name]) else None for name in _TIMES)
        return cls(
            everybody=kept["everybody"],
            associations=tuple(kept["associations"]),
            regions=tuple(kept["regions"]),
            programmes=tuple(kept["programmes"]),
            collections=tuple(kept["collections"]),
            begins_at=begins,
            ends_at=ends,
        )


_TIMES = ("begins_at", "ends_at")


class ReleaseForm(Protocol):
    """A Django form that asks to whom and from when to when a lecture is opened; rendered by the template
    `courses/enrolment/includes/release_form.html` as `form`.
    """

    def is_valid(self) -> bool:
        """As of every form."""

    def add_error(self, field: str | None, error: Any) -> None:
        """As of every form."""

    def terms(self) -> ReleaseTerms:
        """What was chosen, of a valid form."""


class UnableToRelease(Exception):
    """The lecture cannot be opened like that. The text says what to do."""


class EnrolmentDesk(Protocol):
    """Who may take what. `courses.enrolment` is the desk."""

    def lecture_states(
        self, lectures: Sequence[LecturePage], request: HttpRequest
    ) -> dict[int, EnrolmentState]:
        """How the reader stands to each lecture, by its id; queries do not grow with their number."""

    def course_standing(self, course: CoursePage, request: HttpRequest) -> CourseStanding:
        """How the reader stands to a course."""

    def taken_by(self, lawyer: Lawyer) -> Taken:
        """What the lawyer takes."""

    def classes_of(self, lawyer: Lawyer) -> list[ClassTaken]:
        """The classes of the lawyer, newest first; queries do not grow with their number."""

    def release_form(self, data: Any, *, lecture: LecturePage, by: Account, at: datetime) -> ReleaseForm:
        """The form for `release`; `data` is what was posted, None to ask."""

    def release(self, *, lecture: LecturePage, terms: ReleaseTerms, by: Account, at: datetime) -> None:
        """Open a published lecture, or one that is published at a set time, as the terms say. Raises UnableToRelease."""


PlayerSource = Callable[[LecturePage, LectureVersion, HttpRequest], dict[str, object] | None]
ProgressSource = Callable[[Lawyer, Sequence[int]], dict[int, Progress]]
# Annotates lectures with how many lawyers take each of them.
LearnersSource = Callable[[], Any]
HoursSource = Callable[[int, HttpRequest], Decimal]
# Of a lawyer and a lecture: the version begun last (None: none), and those on which hours were earned.
VersionHistory = Callable[[Lawyer, int], tuple[int | None, frozenset[int]]]
# The condition on lectures that a reader may know of.
VisibilitySource = Callable[[HttpRequest], Q]


@dataclass
class _Registered:
    desk: EnrolmentDesk | None = None
    player: PlayerSource | None = None
    progress: ProgressSource | None = None
    hours: HoursSource | None = None
    visibility: VisibilitySource | None = None
    learners: LearnersSource | None = None
    versions: VersionHistory | None = None


_registered = _Registered()


def register_enrolment_desk(desk: EnrolmentDesk) -> None:
    """Say who decides about enrolments and releases."""
    _registered.desk = desk


def register_player(source: PlayerSource) -> None:
    """Say who makes the player of a lecture page; it returns None where the reader gets no player."""
    _registered.player = source


def register_progress(source: ProgressSource) -> None:
    """Say who knows how far a lawyer is."""
    _registered.progress = source


def register_hours(source: HoursSource) -> None:
    """Say who knows how many hours (学时) a length in milliseconds is worth to the reader."""
    _registered.hours = source


def register_version_history(source: VersionHistory) -> None:
    """Say who knows which versions of a lecture a lawyer has begun and finished."""
    _registered.versions = source


def version_history(lawyer: Lawyer, lecture_id: int) -> tuple[int | None, frozenset[int]]:
    """Return the version of a lecture that a lawyer began last (None: none), and those on which hours were earned."""
    return (None, frozenset()) if _registered.versions is None else _registered.versions(lawyer, lecture_id)


def register_visibility(source: VisibilitySource) -> None:
    """Say who knows which lectures are released to whom."""
    _registered.visibility = source


def register_learners(source: LearnersSource) -> None:
    """Say who knows how many lawyers take a lecture."""
    _registered.learners = source


def learners() -> Any:
    """Return the expression that annotates lectures with how many lawyers take each; None while nobody knows."""
    return None if _registered.learners is None else _registered.learners()


def visible(request: HttpRequest) -> Q | None:
    """Return the condition on lectures that the reader may know of; None while nobody releases anything: all of them.
    Ask `queries.visible_lectures`, which adds that they are published.
    """
    return None if _registered.visibility is None else _registered.visibility(request)


def enrolment_desk() -> EnrolmentDesk | None:
    """Return who decides about enrolments, None while nobody does."""
    return _registered.desk


def enrolment_states(lectures: Sequence[LecturePage], request: HttpRequest) -> dict[int, EnrolmentState]:
    """Return how the reader stands to each lecture, by its id."""
    if _registered.desk is None:
        return {lecture.pk: EnrolmentState.GUEST for lecture in lectures}
    return _registered.desk.lecture_states(lectures, request)


def enrolment_state(lecture: LecturePage, request: HttpRequest) -> EnrolmentState:
    """Return how the reader stands to one lecture."""
    return enrolment_states([lecture], request)[lecture.pk]


def course_standing(course: CoursePage, request: HttpRequest) -> CourseStanding:
    """Return how the reader stands to a course."""
    if _registered.desk is None:
        return CourseStanding(EnrolmentState.GUEST)
    return _registered.desk.course_standing(course, request)


def player_for(
    lecture: LecturePage, version: LectureVersion, request: HttpRequest
) -> dict[str, object] | None:
    """Return the context of the player of a version, or None where the reader gets none. `hours` in it are those
    that the version is worth to the reader."""
    return None if _registered.player is None else _registered.player(lecture, version, request)


def progress_of(lawyer: Lawyer | None, lecture_ids: Sequence[int]) -> dict[int, Progress]:
    """Return how far the lawyer is with each lecture that was begun, by its id."""
    if lawyer is None or _registered.progress is None:
        return {}
    return _registered.progress(lawyer, lecture_ids)


def hours_of(lengths_ms: Iterable[int], request: HttpRequest) -> dict[int, Decimal]:
    """Return the hours (学时) that each length is worth to the reader; empty while nobody knows."""
    if _registered.hours is None:
        return {}
    return {length_ms: _registered.hours(length_ms, request) for length_ms in set(lengths_ms)}
