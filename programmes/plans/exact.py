"""Whole numbers that satisfy equations exactly and cost least: a bounded simplex method on integers (the tableau is
kept over one common denominator, so nothing is rounded) inside branch and bound. Plain values in, plain values out.

Nothing here is random and ties are broken by position: the same problem has the same answer on every machine.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

# After so many steps that changed nothing the order of columns decides alone, which cannot run in circles (Bland).
STANDING_STILL = 40


class Undecided(Exception):
    """The search was ended before it was decided whether there are whole numbers."""


@dataclass(frozen=True)
class Problem:
    """Minimise `cost` over columns within `lower` and `upper` (None: without end), so that each of `rows` (column to
    factor) adds up to what stands at its place in `right`.
    """

    rows: Sequence[Mapping[int, int]]
    right: Sequence[int]
    cost: Sequence[int]
    lower: Sequence[int]
    upper: Sequence[int | None]


@dataclass(frozen=True)
class Solution:
    """The values of the columns and what they cost."""

    values: tuple[Fraction, ...]
    cost: Fraction

    @property
    def whole(self) -> list[int]:
        """The values of a solution in whole numbers."""
        return [int(value) for value in self.values]


def minimum(problem: Problem) -> Solution | None:
    """Return a cheapest solution in fractions, or None where there is none."""
    if any(
        upper is not None and upper < lower for lower, upper in zip(problem.lower, problem.upper, strict=True)
    ):
        return None
    tableau = _Tableau(problem)
    if not tableau.make_feasible():
        return None
    tableau.make_cheapest(problem.cost)
    values = tuple(lower + value for lower, value in zip(problem.lower, tableau.values(), strict=True))
    cost = sum((value * price for value, price in zip(values, problem.cost, strict=True)), Fraction(0))
    return Solution(values, cost)


def whole_minimum(problem: Problem, *, steps: int) -> Solution | None:
    """Return a cheapest solution in whole numbers, or None where there is none. Raises Undecided when that took more
    than `steps` solutions in fractions.
    """
    best: Solution | None = None
    waiting = [problem]
    while waiting:
        if steps == 0:
            raise Undecided
        steps -= 1
        here = waiting.pop()
        found = minimum(here)
        # Costs are whole, so a better whole solution is better by one at least.
        if found is None or (best is not None and found.cost > best.cost - 1):
            continue
        split = next((place for place, value in enumerate(found.values) if value.denominator > 1), None)
        if split is None:
            best = found
            continue
        below = found.values[split].numerator // found.values[split].denominator
        up = replace(here, lower=[*here.lower[:split], below + 1, *here.lower[split + 1 :]])
        down = replace(here, upper=[*here.upper[:split], below, *here.upper[split + 1 :]])
        # The nearer side is looked at first.
        nearer_up = found.values[split] - below > Fraction(1, 2)
        waiting += [down, up] if nearer_up else [up, down]
    return best


class _Tableau:
    """Rows of whole numbers over the common denominator `self.over`. Every column outside the basis stands at zero: one
    at its upper bound is written as what it lacks to it (`flipped`). Columns from `self.width` on are the artificial
    ones that the basis begins with; they never come back.
    """

    def __init__(self, problem: Problem) -> None:
        self.width = len(problem.cost)
        self.over = 1
        self.upper: list[int | None] = [
            None if upper is None else upper - lower
            for lower, upper in zip(problem.lower, problem.upper, strict=True)
        ]
        self.flipped = [False] * self.width
        self.rows: list[list[int]] = []
        self.right: list[int] = []
        for row, right in zip(problem.rows, problem.right, strict=True):
            right -= sum(factor * problem.lower[column] for column, factor in row.items())
            sign = -1 if right < 0 else 1
            self.rows.append([sign * row.get(column, 0) for column in range(self.width)])
            self.right.append(sign * right)
        self.basis = [self.width + place for place in range(len(self.rows))]
        self.upper += [None] * len(self.rows)
        self.price: list[int] = []

    def make_feasible(self) -> bool:
        """Drive what the equations lack to nothing; tell whether that was possible."""
        self.price = [-sum(row[column] for row in self.rows) for column in range(self.width)]
        self._descend()
        lacking = sum(
            right for basic, right in zip(self.basis, self.right, strict=True) if basic >= self.width
        )
        if lacking:
            return False
        for place in range(self.width, len(self.upper)):
            self.upper[place] = 0
        return True

    def make_cheapest(self, cost: Sequence[int]) -> None:
        """Go on from a solution to a cheapest one."""
        signed = [-price if flip else price for price, flip in zip(cost, self.flipped, strict=True)]
        self.price = [price * self.over for price in signed]
        for basic, row in zip(self.basis, self.rows, strict=True):
            if basic < self.width and signed[basic]:
                self.price = [
                    price - signed[basic] * factor for price, factor in zip(self.price, row, strict=True)
                ]
        self._descend()

    def values(self) -> list[Fraction]:
        """Return what each column stands at, from its lower bound."""
        values = [Fraction(0)] * self.width
        for basic, right in zip(self.basis, self.right, strict=True):
            if basic < self.width:
                values[basic] = Fraction(right, self.over)
        for column, flip in enumerate(self.flipped):
            if flip:
                values[column] = (self.upper[column] or 0) - values[column]
        return values

    def _descend(self) -> None:
        still = 0
        while (column := self._entering(in_order=still > STANDING_STILL)) is not None:
            row, distance, at_upper = self._leaving(column)
            if row is None:
                self._flip_column(column)
                still = 0
                continue
            still = still + 1 if distance == 0 else 0
            if at_upper:
                self._flip_row(row)
            self._pivot(row, column)

    def _entering(self, *, in_order: bool) -> int | None:
        falling = [column for column, price in enumerate(self.price) if price < 0 and self.upper[column] != 0]
        if not falling:
            return None
        return falling[0] if in_order else min(falling, key=lambda column: (self.price[column], column))

    def _leaving(self, column: int) -> tuple[int | None, Fraction, bool]:
        """Return the row whose column leaves, how far the entering one comes, and whether the leaving one ends at its
        upper bound; no row where the entering one comes to its own upper bound first.
        """
        own = self.upper[column]
        best = None if own is None else (Fraction(own), -1, -1, False)
        for place, row in enumerate(self.rows):
            factor, basic = row[column], self.basis[place]
            if factor > 0:
                reach, at_upper = Fraction(self.right[place], factor), False
            elif factor < 0 and (most := self.upper[basic]) is not None:
                reach, at_upper = Fraction(most * self.over - self.right[place], -factor), True
            else:
                continue
            if best is None or (reach, basic) < best[:2]:
                best = (reach, basic, place, at_upper)
        if best is None:
            raise ValueError("a cost that falls without end")
        reach, _basic, place, at_upper = best
        return (None if place < 0 else place), reach, at_upper

    def _flip_column(self, column: int) -> None:
        most = self.upper[column] or 0
        for place, row in enumerate(self.rows):
            if row[column]:
                self.right[place] -= row[column] * most
                row[column] = -row[column]
        self.price[column] = -self.price[column]
        self.flipped[column] = not self.flipped[column]

    def _flip_row(self, place: int) -> None:
        basic = self.basis[place]
        self.rows[place] = [-factor for factor in self.rows[place]]
        self.right[place] = (self.upper[basic] or 0) * self.over - self.right[place]
        if basic < self.width:
            # Its own column is the denominator again.
            self.rows[place][basic] = self.over
            self.flipped[basic] = not self.flipped[basic]

    def _pivot(self, place: int, column: int) -> None:
        pivot_row, pivot_right = self.rows[place], self.right[place]
        pivot = pivot_row[column]
        for other, row in enumerate(self.rows):
            if other == place or (not row[column] and pivot == self.over):
                continue
            factor = row[column]
            self.rows[other] = [
                (value * pivot - factor * base) // self.over
                for value, base in zip(row, pivot_row, strict=True)
            ]
            self.right[other] = (self.right[other] * pivot - factor * pivot_right) // self.over
        factor = self.price[column]
        self.price = [
            (value * pivot - factor * base) // self.over
            for value, base in zip(self.price, pivot_row, strict=True)
        ]
        self.over = pivot
        self.basis[place] = column
