"""What the schedule asks of the rooms above it: whom a lecture has reached, and where the discs of a session are."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from qianchang.people.models import Account

if TYPE_CHECKING:
    from courses.schedule.models import TrainingSession


@dataclass(frozen=True)
class ReachQuestion:
    """How many lawyers of this beneficiary association, or of those below it, has this lecture reached by
    this mode?
    """

    lecture_id: int
    beneficiary_id: int
    mode_code: str


ReachSource = Callable[[Sequence[ReachQuestion]], dict[ReachQuestion, int]]


@dataclass(frozen=True)
class DiscPapers:
    """What is known of the discs (光盘) of one session: the checksums of their masters, their serial numbers, and which of
    them were sent and received at least once.
    """

    masters: tuple[str, ...] = ()
    serials: tuple[str, ...] = ()
    dispatched: tuple[str, ...] = ()
    received: tuple[str, ...] = ()


@dataclass(frozen=True)
class RoomFact:
    """What is known of the rooms in which one session was seen: how many sign-in sheets there are, how many of them were
    confirmed, how many people stand on these as present, and where they are looked at.
    """

    sheets: int = 0
    confirmed: int = 0
    people: int = 0
    url: str = ""


@dataclass(frozen=True)
class RoomPaper:
    """A photo or scan that came with a sign-in sheet of a session. `url` is signed for one reader; empty where that reader
    does not read the names on it, and knows only that it is there.
    """

    sheet: str
    sheet_url: str
    state: str
    kind: str
    size_bytes: int
    uploaded_at: datetime
    sha256: str
    url: str

    @property
    def digest(self) -> tuple[str, ...]:
        """The SHA-256 in parts between which a line may break."""
        return tuple(self.sha256[start : start + 8] for start in range(0, 64, 8))


RoomSource = Callable[[Sequence[int]], dict[int, RoomFact]]
# Of one session, for one reader on a day.
PaperSource = Callable[["TrainingSession", Account, date], Sequence[RoomPaper]]
DiscSource = Callable[[Iterable[int]], dict[int, DiscPapers]]
# Is told of a session that was just planned or scheduled, by whom and when.
Listener = Callable[["TrainingSession", Account, datetime], object]


@dataclass
class _Registered:
    reach: ReachSource | None = None
    rosters: ReachSource | None = None
    rooms: RoomSource | None = None
    papers: PaperSource | None = None
    discs: DiscSource | None = None
    scheduled: Listener | None = None


_registered = _Registered()


def register_reach(source: ReachSource) -> None:
    """Say who knows whom a lecture has reached; its queries must not grow with the number of questions."""
    _registered.reach = source


def register_rosters(source: ReachSource) -> None:
    """Say who knows how many lawyers stand on confirmed sign-in sheets; its queries must not grow with the questions."""
    _registered.rosters = source


def reach_of(questions: Sequence[ReachQuestion]) -> dict[ReachQuestion, int]:
    """Return how many lawyers were reached: those with hours, or those on confirmed sign-in sheets where these are more;
    0 while nobody knows. Source: domain.md, "From holding to 场", 2 (a lawyer awarded or a screening with a roster).
    """
    sources = [
        source for source in (_registered.reach, _registered.rosters) if source is not None and questions
    ]
    answers = [source(questions) for source in sources]
    return {question: max((found.get(question, 0) for found in answers), default=0) for question in questions}


def register_rooms(source: RoomSource) -> None:
    """Say who knows the sign-in sheets of sessions, by the numbers of the sessions; its queries must not grow with them."""
    _registered.rooms = source


def rooms_of(session_ids: Sequence[int]) -> dict[int, RoomFact]:
    """Return what is known of the rooms of these sessions; nothing while nobody knows, or for no session."""
    return _registered.rooms(session_ids) if _registered.rooms and session_ids else {}


def register_room_papers(source: PaperSource) -> None:
    """Say who knows the papers that came with the sign-in sheets of a session; its queries must not grow with them."""
    _registered.papers = source


def room_papers(session: "TrainingSession", reader: Account, *, on: date) -> Sequence[RoomPaper]:
    """Return the papers of the rooms of a session, as far as an account sees those rooms; nothing while nobody knows."""
    return _registered.papers(session, reader, on) if _registered.papers is not None else ()


def register_discs(source: DiscSource) -> None:
    """Say who knows the discs of sessions, by the numbers of the sessions; its queries must not grow with them."""
    _registered.discs = source


def discs_of(session_ids: Sequence[int]) -> dict[int, DiscPapers]:
    """Return what is known of the discs of these sessions; nothing while nobody knows, or for no session."""
    return _registered.discs(session_ids) if _registered.discs and session_ids else {}


def register_scheduled(listener: Listener) -> None:
    """Say who finds what exists already for a session that was just scheduled, in the same transaction."""
    _registered.scheduled = listener


def tell_scheduled(session: "TrainingSession", by: Account, at: datetime) -> None:
    """Tell whoever asked for it of a session that was just planned or scheduled."""
    if _registered.scheduled is not None:
        _registered.scheduled(session, by, at)
