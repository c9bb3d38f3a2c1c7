"""When evidence becomes hours (学时), in which year and of what grade: decisions on plain values.

Source: domain.md, "From watching to 学时", 4, 6 and 7.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from courses.attendance.rules import reaches

# A report that came later than this is a late bundle (grade B); the hours are the same.
LATE_BUNDLE_AFTER = timedelta(days=1)


class Hindrance(StrEnum):
    """What is still missing before hours are awarded."""

    COVERAGE = "coverage"
    CODES = "codes"


def hindrance(
    *, covered_ms: int, creditable_ms: int, threshold: Decimal, codes_missing: int
) -> Hindrance | None:
    """Return what keeps an award back; None when it is due."""
    if not reaches(covered_ms, creditable_ms, threshold):
        return Hindrance.COVERAGE
    return Hindrance.CODES if codes_missing else None


def accounting_year(on: date, starts_month: int) -> int:
    """Return the accounting year of a day: the calendar year in which it began."""
    return on.year if on.month >= starts_month else on.year - 1


def year_window(year: int, starts_month: int) -> tuple[date, date]:
    """Return the first day of an accounting year and the first day after it."""
    return date(year, starts_month, 1), date(year + 1, starts_month, 1)


def appeal_deadline(recorded: date, appeal_days: int) -> date:
    """Return the last day on which a lawyer may ask about what was recorded on a day."""
    return recorded + timedelta(days=appeal_days)


def grade(latest_delay: timedelta) -> str:
    """Return the evidence grade of watching: A online, B when part of it came as a late bundle."""
    return "A" if latest_delay <= LATE_BUNDLE_AFTER else "B"


@dataclass(frozen=True)
class Requirement:
    """One duty of the year and what of it is done, in hours (学时)."""

    required: Decimal
    credited: Decimal

    @property
    def missing(self) -> Decimal:
        return max(self.required - self.credited, Decimal(0))

    @property
    def percent(self) -> int:
        """The share done, rounded down, at most 100; a duty of nothing is done."""
        return min(100, int(100 * self.credited / self.required)) if self.required else 100


@dataclass(frozen=True)
class YearTotals:
    """What one lawyer has credited in one accounting year, against what the rule asks."""

    total: Requirement
    ethics: Requirement


def year_totals(
    entries: Iterable[tuple[str, Decimal]], *, required: Decimal, required_ethics: Decimal, ethics: str
) -> YearTotals:
    """Return the totals of entries (category, hours); a reversing entry has negative hours."""
    rows = list(entries)
    return YearTotals(
        total=Requirement(required, sum((hours for _category, hours in rows), Decimal(0))),
        ethics=Requirement(
            required_ethics, sum((hours for category, hours in rows if category == ethics), Decimal(0))
        ),
    )


def minutes_a_week(missing: Decimal, *, unit_minutes: int, days_left: int) -> int:
    """Return how many minutes a week fill what is missing, rounded up to five; at least one week is
    reckoned.
    """
    weeks = Decimal(max(days_left, 7)) / 7
    fives = (missing * unit_minutes / weeks / 5).to_integral_value(rounding=ROUND_CEILING)
    return int(fives) * 5
