"""What the hours ask of the rooms above them: what of a lawyer waits to be confirmed, on which sheet an entry stands, and
whether the time of hours that are to be given back counts elsewhere.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from courses.catalogue.models import LecturePage
from courses.credits.models import CreditEntry
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
# Of a reversal: the sentence why what it took cannot be given back, or nothing.
WhyNotGiveBack = Callable[[CreditEntry], str]
# Of the entry that gave it back.
CountAgain = Callable[[CreditEntry], None]


@dataclass
class _Registered:
    awaited: AwaitedSource | None = None
    attended: AttendedSource | None = None
    why_not_give_back: WhyNotGiveBack | None = None
    count_again: CountAgain | None = None


_registered = _Registered()


def register_awaited(source: AwaitedSource) -> None:
    """Say who knows what of a lawyer waits to be confirmed. One query."""
    _registered.awaited = source


def register_attended(source: AttendedSource) -> None:
    """Say who knows on which sign-in sheet an entry stands, by the number of the entry. One query."""
    _registered.attended = source


def register_giving_back(why_not: WhyNotGiveBack, count_again: CountAgain) -> None:
    """Say who knows whether the time of hours counts elsewhere meanwhile, and writes down that it counts again."""
    _registered.why_not_give_back, _registered.count_again = why_not, count_again


def why_not_give_back(reversal: CreditEntry) -> str:
    """Return the sentence why the hours that a reversal took cannot be given back; empty where they can."""
    return "" if _registered.why_not_give_back is None else _registered.why_not_give_back(reversal)


def count_again(entry: CreditEntry) -> None:
    """Let the time count again of which an entry gave the hours back."""
    if _registered.count_again is not None:
        _registered.count_again(entry)


def attended_at(entry: int) -> Attended | None:
    """Return on which sign-in sheet an entry stands; None for what was watched alone."""
    return None if _registered.attended is None else _registered.attended(entry)


def awaited_of(lawyer: Lawyer, first: date, end: date) -> Sequence[Awaited]:
    """Return what of a lawyer waits to be confirmed, of days from `first` until `end` (exclusive)."""
    return () if _registered.awaited is None else _registered.awaited(lawyer, first, end)
