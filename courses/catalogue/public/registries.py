"""What the first page asks of the apps above the catalogue: the reader's year, and the next sessions of the region.

Those apps register themselves when they start; without them the first page leaves these parts out.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, time
from decimal import Decimal

from django.http import HttpRequest

from qianchang.people.models import Lawyer


@dataclass(frozen=True)
class YearSoFar:
    """Hours (学时) of a lawyer in the present accounting year. `last_date` is the last day that counts."""

    credited: Decimal
    required: Decimal
    last_date: date

    @property
    def percent(self) -> int:
        """The share of the duty that is credited, in whole per cent; all of it where nothing is asked."""
        return min(100, int(100 * self.credited / self.required)) if self.required else 100

    @property
    def missing(self) -> Decimal:
        """The hours that are still to be earned."""
        return max(self.required - self.credited, Decimal(0))


@dataclass(frozen=True)
class SessionLine:
    """One session to come (场次预告) in a few words."""

    url: str
    date: date
    begins_at: time | None
    title: str
    mode: str
    place: str


@dataclass(frozen=True)
class SignedUp:
    """A session to come for which a lawyer signed up; `waits` as long as there is no seat."""

    session: SessionLine
    waits: bool


YearSource = Callable[[Lawyer], YearSoFar | None]
SessionSource = Callable[[HttpRequest, int], Sequence[SessionLine]]
SignedUpSource = Callable[[Lawyer], Sequence[SignedUp]]


@dataclass
class _Registered:
    year: YearSource | None = None
    sessions: SessionSource | None = None
    signed_up: SignedUpSource | None = None


_registered = _Registered()


def register_year(source: YearSource) -> None:
    """Say who knows the hours of a lawyer's present year; it returns None where no rule holds."""
    _registered.year = source


def register_sessions(source: SessionSource) -> None:
    """Say who knows the next sessions for a reader: at most so many."""
    _registered.sessions = source


def register_signed_up(source: SignedUpSource) -> None:
    """Say who knows for which sessions a lawyer signed up."""
    _registered.signed_up = source


def signed_up_by(lawyer: Lawyer | None) -> Sequence[SignedUp]:
    """Return the sessions to come for which a lawyer signed up or waits, soonest first."""
    return () if lawyer is None or _registered.signed_up is None else _registered.signed_up(lawyer)


def year_of(lawyer: Lawyer | None) -> YearSoFar | None:
    """Return the hours of a lawyer's present year; None for others."""
    return None if lawyer is None or _registered.year is None else _registered.year(lawyer)


def next_sessions(request: HttpRequest, *, most: int) -> Sequence[SessionLine]:
    """Return the next sessions of the reader's region, of all regions for whoever has none."""
    return () if _registered.sessions is None else _registered.sessions(request, most)
