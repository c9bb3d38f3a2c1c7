"""What the numbers of a plan must satisfy, and which of them a session stands on. Plain values in, plain
values out.

Source: domain.md, "From holding to 场", 5 and 6. A line is one target: an empty dimension means "any".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

# How firm a number is. Only an assigned number is owed; the others say how a plan means to get there.
ASSIGNED = "assigned"
# 约: the document itself says that the number is not exact, so it cannot contradict another one (85 × 3 = 255
# of 250).
INEXACT = frozenset({"about"})


class Dimension(StrEnum):
    """What a margin can be split by."""

    BENEFICIARY = "beneficiary"
    YEAR = "year"
    MODE = "mode"


@dataclass(frozen=True)
class Line:
    """One target as the rules see it. `modes` empty = any mode; video and DVD in one line are one bucket."""

    key: str
    supporter: str
    quantity: int
    strength: str
    beneficiary: str | None = None
    year: int | None = None
    each_year: bool = False
    modes: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Overfull:
    """A split that is larger than the number it splits: `parts` add up to `total`, which is `by` more than
    `whole`.
    """

    whole: Line
    parts: tuple[Line, ...]
    dimension: Dimension
    total: int

    @property
    def by(self) -> int:
        return self.total - self.whole.quantity


def overfull(lines: Sequence[Line]) -> list[Overfull]:
    """Return every split that does not fit its margin: 100 + 21 = 121 into 120, or 11 + 30 = 41 into 40 a
    year.

    A split that leaves something open is not a fault: the documents give margins only and no cell.
    """
    found: list[Overfull] = []
    for whole in lines:
        if whole.strength in INEXACT:
            continue
        for dimension in Dimension:
            parts = _apart(tuple(line for line in lines if _is_part(line, whole, dimension)), dimension)
            total = sum(part.quantity for part in parts)
            if total > whole.quantity:
                found.append(Overfull(whole, parts, dimension, total))
    return found


def _apart(parts: tuple[Line, ...], dimension: Dimension) -> tuple[Line, ...]:
    """Return the parts that can be added up: of buckets that share a mode (video, and video or DVD) only one, so that
    they come to most. Regions and years never overlap.
    """
    if dimension is not Dimension.MODE or not parts:
        return parts
    first, rest = parts[0], parts[1:]
    beside = tuple(line for line in rest if not line.modes & first.modes)
    taken = (first, *_apart(beside, dimension))
    if len(beside) == len(rest):
        return taken
    left = _apart(rest, dimension)
    return max(taken, left, key=lambda chosen: sum(line.quantity for line in chosen))


def line_for(lines: Sequence[Line], *, supporter: str, beneficiary: str, year: int, mode: str) -> Line | None:
    """Return the most specific assigned line that a session stands on, or None where the plan owes nothing
    there.

    A margin whose split over the regions is complete (120 = 100 + 20) takes no session of a region outside
    the split.
    """
    fitting = [
        line
        for line in lines
        if line.strength == ASSIGNED
        and line.supporter == supporter
        and line.beneficiary in (None, beneficiary)
        and line.year in (None, year)
        and (not line.modes or mode in line.modes)
        and (line.beneficiary is not None or _open_to(beneficiary, line, lines))
    ]
    return max(fitting, key=_precision, default=None)


def _precision(line: Line) -> tuple[int, str]:
    stated = (line.beneficiary is not None) + (line.year is not None) + bool(line.modes)
    return stated, line.key


def _open_to(beneficiary: str, whole: Line, lines: Sequence[Line]) -> bool:
    parts = [
        line for line in lines if line.strength == ASSIGNED and _is_part(line, whole, Dimension.BENEFICIARY)
    ]
    return (
        any(part.beneficiary == beneficiary for part in parts)
        or sum(p.quantity for p in parts) < whole.quantity
    )


def _is_part(line: Line, whole: Line, dimension: Dimension) -> bool:
    """Tell whether `line` says the same as `whole`, with only `dimension` stated in addition."""
    if line.key == whole.key or line.supporter != whole.supporter or line.strength in INEXACT:
        return False
    same = {
        Dimension.BENEFICIARY: line.beneficiary == whole.beneficiary,
        Dimension.YEAR: (line.year, line.each_year) == (whole.year, whole.each_year),
        Dimension.MODE: line.modes == whole.modes,
    }
    stated_in_addition = {
        Dimension.BENEFICIARY: whole.beneficiary is None and line.beneficiary is not None,
        Dimension.YEAR: whole.year is None and not whole.each_year and line.year is not None,
        Dimension.MODE: not whole.modes and bool(line.modes),
    }
    return stated_in_addition[dimension] and all(same[other] for other in Dimension if other is not dimension)
