"""For which years a plan is broken down, and why. Plain values in, plain values out."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from programmes.plans.rules import Line


class YearsBasis(StrEnum):
    """Where the years of a breakdown come from."""

    WINDOW = "window"
    DIVISION = "division"
    STATED = "stated"
    CHOSEN = "chosen"


class UnknownYears(Exception):
    """No document says for how many years, or from which year."""


@dataclass(frozen=True)
class Years:
    """The years of a breakdown, and why: `dividend` ÷ `divisor` a year where they come from a division."""

    first: int
    count: int
    basis: YearsBasis
    dividend: int | None = None
    divisor: int | None = None

    @property
    def all(self) -> range:
        return range(self.first, self.first + self.count)


def years_of(
    lines: Sequence[Line], *, window: tuple[int, int] | None, first: int | None, count: int | None = None
) -> Years:
    """Return the years of a breakdown: what the officer chose, else the window of the plan, else the whole divided by
    the yearly number, else the years that the lines name. `first` is where a division begins when no line names a year.

    Raises UnknownYears.
    """
    named = sorted({line.year for line in lines if line.year is not None})
    if first is not None and count is not None:
        return Years(first, count, YearsBasis.CHOSEN)
    if window is not None:
        return Years(window[0], window[1] - window[0] + 1, YearsBasis.WINDOW)
    begin = first if first is not None else next(iter(named), None)
    division = _division(lines)
    if division is not None and begin is not None:
        dividend, divisor = division
        reach = named[-1] - begin + 1 if named else 0
        return Years(begin, max(ceil(dividend / divisor), reach), YearsBasis.DIVISION, dividend, divisor)
    if named:
        return Years(named[0], named[-1] - named[0] + 1, YearsBasis.STATED)
    raise UnknownYears


def _division(lines: Sequence[Line]) -> tuple[int, int] | None:
    """The whole and its yearly number: two lines that say the same, one over all years and one for each."""
    for yearly in lines:
        for whole in lines:
            same = (whole.beneficiary, whole.modes) == (yearly.beneficiary, yearly.modes)
            if yearly.each_year and not whole.each_year and whole.year is None and same and yearly.quantity:
                return whole.quantity, yearly.quantity
    return None
