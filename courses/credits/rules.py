"""When evidence becomes hours (学时), in which year and of what grade: decisions on plain values.

Source: domain.md, "From watching to 学时", 4, 6 and 7.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum
from fractions import Fraction

from courses.attendance.rules import Interval, difference, intersection, length_of, reaches, union

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


def grade(latest_delay: timedelta, *, brought: bool = False) -> str:
    """Return the evidence grade of watching: A online, B when part of it came as a late bundle or was carried back on a
    stick, however soon.
    """
    return "A" if latest_delay <= LATE_BUNDLE_AFTER and not brought else "B"


def is_worth_more(hours: Decimal, *, is_onsite: bool, than: Decimal, than_onsite: bool) -> bool:
    """Tell whether an award takes the place of one that stands: more hours, or as many on site where the other was not,
    because a part of the yearly duty can be done only there.
    """
    return hours > than or (hours == than and is_onsite and not than_onsite)


# --- The yearly duty ----------------------------------------------------------------------------------------


class ProRata(StrEnum):
    """What is asked of somebody who practised for a part of the accounting year."""

    WHOLE = "whole"
    MONTHS = "months"
    DAYS = "days"


class Stretch(StrEnum):
    """The two kinds of dated stretches of a practice; the words are those of people.models.Practice."""

    PRACTISING = "practising"
    SUSPENDED = "suspended"


class Duty(StrEnum):
    """What a year asks for: hours in all, of these ethics, of these on site."""

    TOTAL = "total"
    ETHICS = "ethics"
    ONSITE = "onsite"


# Category and mode of some hours, and how many.
Line = tuple[str, str, Decimal]


def practised(
    stretches: Iterable[tuple[str, date, date | None]], *, first: date, end: date
) -> list[Interval]:
    """Return when a lawyer practised from `first` until `end` (exclusive), as ordinals of days. Whoever has no
    practising stretch at all practised throughout; suspension is taken out.
    """
    rows = list(stretches)
    year = [(first.toordinal(), end.toordinal())]

    def of(kind: Stretch) -> list[Interval]:
        return union(
            (start.toordinal(), until.toordinal() if until else end.toordinal())
            for each, start, until in rows
            if each == kind
        )

    known = any(kind == Stretch.PRACTISING for kind, _start, _until in rows)
    return difference(intersection(year, of(Stretch.PRACTISING)) if known else year, of(Stretch.SUSPENDED))


def duty_share(practised_days: Sequence[Interval], *, first: date, end: date, how: ProRata) -> Fraction:
    """Return the share of the yearly duty that is asked: all of it where the rule makes no difference, else the
    share of whole calendar months, or of days, that were practised. Nothing of whoever did not practise.
    """
    if not practised_days:
        return Fraction(0)
    if how is ProRata.WHOLE:
        return Fraction(1)
    if how is ProRata.DAYS:
        return Fraction(length_of(practised_days), (end - first).days)
    months = [_month_after(first, number) for number in range(13)]
    whole = sum(
        not difference([(months[number].toordinal(), months[number + 1].toordinal())], practised_days)
        for number in range(12)
    )
    return Fraction(whole, 12)


def pro_rated(hours: Decimal, share: Fraction, *, step: Decimal) -> Decimal:
    """Return a share of a duty in hours, rounded down to the step of the rule; all of it stays as it is."""
    if share >= 1:
        return hours
    steps = int(Fraction(hours) * share / Fraction(step))
    return steps * step


def _month_after(first: date, number: int) -> date:
    years, month = divmod(first.month - 1 + number, 12)
    return date(first.year + years, month + 1, 1)


@dataclass(frozen=True)
class Requirement:
    """One duty of the year and what of it is done or waits for a second person, in hours (学时)."""

    required: Decimal
    credited: Decimal
    awaiting: Decimal = Decimal(0)

    @property
    def missing(self) -> Decimal:
        return max(self.required - self.credited, Decimal(0))

    @property
    def missing_then(self) -> Decimal:
        """What is missing even after everything that waits was confirmed."""
        return max(self.required - self.credited - self.awaiting, Decimal(0))

    @property
    def percent(self) -> int:
        """The share done, rounded down, at most 100; a duty of nothing is done."""
        return self._percent(self.credited)

    @property
    def awaiting_percent(self) -> int:
        """The share that waits, beside `percent`."""
        return self._percent(self.credited + self.awaiting) - self.percent

    def _percent(self, hours: Decimal) -> int:
        return max(0, min(100, int(100 * hours / self.required))) if self.required else 100


@dataclass(frozen=True)
class YearTotals:
    """What one lawyer has credited in one accounting year, against what the rule asks. `ethics` is part of
    `total`, `onsite` (ethics on site) is part of `ethics`.
    """

    total: Requirement
    ethics: Requirement
    onsite: Requirement

    @property
    def is_complete(self) -> bool:
        return not (self.total.missing or self.ethics.missing or self.onsite.missing)


def year_totals(
    entries: Iterable[Line],
    *,
    required: dict[Duty, Decimal],
    ethics: str,
    onsite: str,
    awaiting: Iterable[Line] = (),
) -> YearTotals:
    """Return the totals of entries (category, mode, hours); a reversing entry has negative hours. `ethics` and
    `onsite` are the codes of that category and mode.
    """
    done, waits = list(entries), list(awaiting)

    def of(duty: Duty) -> Requirement:
        def fits(category: str, mode: str) -> bool:
            return duty is Duty.TOTAL or (category == ethics and (duty is Duty.ETHICS or mode == onsite))

        def added(lines: Iterable[Line]) -> Decimal:
            return sum((hours for category, mode, hours in lines if fits(category, mode)), Decimal(0))

        return Requirement(required[duty], added(done), added(waits))

    return YearTotals(total=of(Duty.TOTAL), ethics=of(Duty.ETHICS), onsite=of(Duty.ONSITE))


def largest_gap(totals: YearTotals) -> tuple[Duty, Decimal] | None:
    """Return the gap to fill first and its hours: a part of the duty before the whole, because it fills the
    whole as well; on site where nothing else of ethics is missing. None when nothing is missing.
    """
    onsite, ethics = totals.onsite.missing_then, totals.ethics.missing_then
    anywhere = ethics - onsite
    if max(onsite, ethics) > 0:
        return (Duty.ETHICS, ethics) if anywhere > onsite or not onsite else (Duty.ONSITE, onsite)
    total = totals.total.missing_then
    return (Duty.TOTAL, total) if total else None


def best_fit(options: Sequence[Decimal], gap: Decimal) -> int | None:
    """Return the place of the option that fills a gap: the shortest that fills it alone, else the longest; the
    first of equals. None when there is none that is worth anything.
    """
    worth = [(hours, place) for place, hours in enumerate(options) if hours > 0]
    filling = [each for each in worth if each[0] >= gap]
    if filling:
        return min(filling)[1]
    return max(worth, key=lambda each: (each[0], -each[1]))[1] if worth else None


def minutes_a_week(missing: Decimal, *, unit_minutes: int, days_left: int) -> int:
    """Return how many minutes a week fill what is missing, rounded up to five; at least one week is
    reckoned.
    """
    weeks = Decimal(max(days_left, 7)) / 7
    fives = (missing * unit_minutes / weeks / 5).to_integral_value(rounding=ROUND_CEILING)
    return int(fives) * 5
