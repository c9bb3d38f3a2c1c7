"""What the hours ask of the rooms above them: what of a lawyer waits to be confirmed, and on which sheet an entry stands."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from courses.catalogue.models import LecturePage
from qianchang.people.models import Lawyer


@dataclass(frozen=True)
class Awaited:
    """Hours that somebody else has to confirm first, with the reason in words; `hours` is None where there may be none."""

    on: date
    lecture: LecturePage
    mode_code: str
    hours: Decimal | None
    why: str


# Of one lawyer, from a day until another one (exclusive).
AwaitedSource = Callable[[Lawyer, date, date], Sequence[Awaited]]


@dataclass(frozen=True)
class Attended:
    """Where hours were earned that nobody watched alone: the sign-in sheet in words, and its address for officers."""

    words: str
    url: str


AttendedSource = Callable[[int], Attended | None]


@dataclass
class _Registered:
    awaited: AwaitedSource | None = None
    attended: AttendedSource | None = None


_registered = _Registered()


def register_awaited(source: AwaitedSource) -> None:
    """Say who knows what of a lawyer waits to be confirmed. One query."""
    _registered.awaited = source


def register_attended(source: AttendedSource) -> None:
    """Say who knows on which sign-in sheet an entry stands, by the number of the entry. One query."""
    _registered.attended = source


def attended_at(entry: int) -> Attended | None:
    """Return on which sign-in sheet an entry stands; None for what was watched alone."""
    return None if _registered.attended is None else _registered.attended(entry)


def awaited_of(lawyer: Lawyer, first: date, end: date) -> Sequence[Awaited]:
    """Return what of a lawyer waits to be confirmed, of days from `first` until `end` (exclusive)."""
    return () if _registered.awaited is None else _registered.awaited(lawyer, first, end)
