"""The figures of a bulletin: plain values that were read from the ledger."""

from dataclasses import dataclass
from datetime import datetime

from programmes.reports.goals import Owed
from programmes.reports.posted import Counted


@dataclass(frozen=True)
class Line:
    """One association's month. `closed` is the day on which it closed the month, `reported` the one on which it sent its
    return; None while it has not.
    """

    code: str
    name: str
    goal: Owed | None
    whole: Owed | None
    month: Counted
    year: Counted
    over_the_years: Counted
    onsite: int
    other: int
    reversed: int
    due: int | None
    closed_at: datetime | None
    reported_at: datetime | None

    @property
    def ahead(self) -> int | None:
        """How many sessions it is ahead of an even pace; negative when behind."""
        return None if self.due is None else self.year.sessions - self.due


@dataclass(frozen=True)
class Region:
    """One beneficiary region's month."""

    code: str
    name: str
    month: Counted
    year: Counted
    over_the_years: Counted


@dataclass(frozen=True)
class Bulletin:
    """One month of one plan, for the whole country. `rows` is the digest of all ledger entries that it was made from."""

    plan_code: str
    plan_name: str
    unit: str
    month: str
    version: int
    as_of: datetime
    lines: tuple[Line, ...]
    regions: tuple[Region, ...]
    total: Line
    rows: str
    ledgers: tuple[tuple[str, int, str], ...]

    @property
    def not_reported(self) -> tuple[Line, ...]:
        """The associations whose return of the month had not come."""
        return tuple(line for line in self.lines if line.reported_at is None)

    @property
    def not_closed(self) -> tuple[Line, ...]:
        """The associations that had not closed the month."""
        return tuple(line for line in self.lines if line.closed_at is None)
