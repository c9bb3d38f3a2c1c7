"""The planner: whole numbers for the cells year x region x bucket of delivery modes, from the margins that the documents
state. Plain values in, plain values out.

Source: domain.md, "From holding to 场", 6. Every margin is met exactly, or the set is refused and the margins that
contradict each other are named, with by how much. Within that the cells are as close to the proportions of the margins
as whole numbers allow. docs/decisions/0023 says how, and why it is exact.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, product

from programmes.plans import exact
from programmes.plans.rules import ASSIGNED, INEXACT, Line
from programmes.plans.years import Years

# Proportions are kept in millionths: they only say where to round, every margin is met in whole numbers.
PART = 1_000_000
SWEEPS = 60
# How many problems in fractions may be solved before a wish is given up, and before the search is.
STEPS_FOR_A_WISH, STEPS = 40, 2000

Place = tuple[int, str, tuple[str, ...]]
Quantities = dict[Place, int]


class NoRegion(Exception):
    """No number names a region, so there are no cells."""


@dataclass(frozen=True)
class Margin:
    """One number that a sum of cells must come to: a line, for one of its years if it is one for every year."""

    line: Line
    year: int | None
    quantity: int

    @property
    def binds(self) -> bool:
        """Tell whether the number is assigned: no officer may depart from it."""
        return self.line.strength == ASSIGNED

    def covers(self, place: Place) -> bool:
        """Tell whether a cell belongs to the sum."""
        year, beneficiary, modes = place
        return (
            self.year in (None, year)
            and self.line.beneficiary in (None, beneficiary)
            and (not self.line.modes or (bool(modes) and self.line.modes.issuperset(modes)))
        )


@dataclass(frozen=True)
class Grid:
    """The cells there are."""

    years: tuple[int, ...]
    regions: tuple[str, ...]
    buckets: tuple[tuple[str, ...], ...]

    @property
    def places(self) -> list[Place]:
        return list(product(self.years, self.regions, self.buckets))


@dataclass(eq=False)
class Contradiction(Exception):
    """Margins that cannot all be met. `by` is the least by which they miss each other; where `whole` is split into
    the other margins, `over` tells whether they add up to more.
    """

    margins: tuple[Margin, ...]
    by: int
    whole: Margin | None = None
    over: bool = False

    @property
    def parts(self) -> tuple[Margin, ...]:
        return tuple(margin for margin in self.margins if margin is not self.whole)


@dataclass(frozen=True)
class Departure:
    """A margin that some cells do not meet: they come to `total`."""

    margin: Margin
    total: int

    @property
    def by(self) -> int:
        """How much more than the number; negative where it is less."""
        return self.total - self.margin.quantity


@dataclass(frozen=True)
class Proposal:
    """Cells that meet every margin, except those in `loosened`: of approximate numbers, and where the planner was let
    depart from them, of others that are not assigned.
    """

    quantities: Quantities
    loosened: tuple[Departure, ...]


def margins_of(lines: Sequence[Line], years: Years) -> list[Margin]:
    """Return what the sums of cells must come to. A number for one year goes before the number for every year."""
    margins: list[Margin] = []
    own = {(line.year, line.beneficiary, line.modes) for line in lines if line.year is not None}
    for line in lines:
        for year in years.all if line.each_year else (line.year,):
            if not line.each_year or (year, line.beneficiary, line.modes) not in own:
                margins.append(Margin(line, year, line.quantity))
    return margins


def grid_of(lines: Sequence[Line], years: Years, *, modes: Sequence[str]) -> Grid:
    """Return the cells for some lines. A bucket is a set of `modes` that no line tells apart; the modes that no line
    names are one bucket. Raises NoRegion.
    """
    regions = sorted({line.beneficiary for line in lines if line.beneficiary is not None})
    if not regions:
        raise NoRegion
    named = [line.modes for line in lines if line.modes]
    known = [*modes, *sorted({mode for each in named for mode in each} - set(modes))]
    buckets: dict[tuple[bool, ...], list[str]] = {}
    for mode in known:
        buckets.setdefault(tuple(mode in each for each in named), []).append(mode)
    found = tuple(tuple(sorted(bucket)) for bucket in buckets.values()) if named else ((),)
    return Grid(tuple(years.all), tuple(regions), found)


def departures(margins: Sequence[Margin], quantities: Mapping[Place, int]) -> list[Departure]:
    """Return every margin that cells do not meet."""
    sums = [
        Departure(margin, sum(quantity for place, quantity in quantities.items() if margin.covers(place)))
        for margin in margins
    ]
    return [each for each in sums if each.by]


def propose(margins: Sequence[Margin], grid: Grid) -> Proposal:
    """Return cells that meet every margin, as even as whole numbers allow. Approximate numbers are met where the others
    leave room, and given up together where not.

    Raises Contradiction, or exact.Undecided.
    """
    firm = [margin for margin in margins if margin.line.strength not in INEXACT]
    for wanted in (list(margins), firm) if len(firm) < len(margins) else (firm,):
        some = _some(wanted, grid)
        if some is not None:
            quantities = _evenly(wanted, grid) or some
            return Proposal(quantities, tuple(departures(margins, quantities)))
    raise contradiction(firm, grid)


def depart(margins: Sequence[Margin], grid: Grid) -> Proposal:
    """Return cells that meet every assigned number, and miss those that are not assigned by as little as possible, spread
    over as many of them as that leaves open. For margins that cannot all be met.

    Raises Contradiction where the assigned numbers contradict each other, or exact.Undecided.
    """
    binding = [margin for margin in margins if margin.binds]
    if _lacking(binding, grid):
        raise contradiction(binding, grid)
    soft = [margin for margin in margins if not margin.binds and margin.line.strength not in INEXACT]
    nearest = _spread(binding, soft, grid)
    reached = [
        replace(each, quantity=sum(number for place, number in nearest.items() if each.covers(place)))
        for each in soft
    ]
    quantities = _evenly([*binding, *reached], grid) or nearest
    return Proposal(quantities, tuple(departures(margins, quantities)))


def contradiction(margins: Sequence[Margin], grid: Grid) -> Contradiction:
    """Return a reason why margins cannot all be met: a number and the split that does not come to it, else margins of
    which none can be left out. Soft numbers are left out first, so that what is assigned stays named.
    """
    split = _bad_split(margins, grid)
    if split is not None:
        return split
    order = sorted(range(len(margins)), key=lambda place: (margins[place].binds, place))
    kept = dict(enumerate(margins))
    for place in order:
        rest = [margin for other, margin in kept.items() if other != place]
        if _lacking(rest, grid):
            del kept[place]
    named = tuple(kept.values())
    return Contradiction(named, _lacking(named, grid))


def _bad_split(margins: Sequence[Margin], grid: Grid) -> Contradiction | None:
    """Return the first number, assigned ones first, that is split along one dimension into parts that do not come to
    it: 100 + 21 into 120.
    """
    for whole in sorted(margins, key=lambda margin: not margin.binds):
        for axis in range(3):
            parts = [margin for margin in margins if _is_part(margin, whole, axis)]
            held = [sum(part.covers(place) for part in parts) for place in grid.places]
            if not parts or max(held) > 1:
                continue
            by = sum(part.quantity for part in parts) - whole.quantity
            fills = all(
                bool(part) == whole.covers(place) for part, place in zip(held, grid.places, strict=True)
            )
            if by > 0 or (by < 0 and fills):
                return Contradiction((whole, *parts), abs(by), whole, over=by > 0)
    return None


def _is_part(margin: Margin, whole: Margin, axis: int) -> bool:
    """Tell whether a margin says the same as `whole`, and names a year, a region or modes in addition."""
    said = (margin.year, margin.line.beneficiary, margin.line.modes)
    of_whole = (whole.year, whole.line.beneficiary, whole.line.modes)
    return (
        bool(said[axis])
        and not of_whole[axis]
        and all(said[other] == of_whole[other] for other in range(3) if other != axis)
    )


# --- the numbers --------------------------------------------------------------------------------------------


def _some(margins: Sequence[Margin], grid: Grid) -> Quantities | None:
    """Return any cells that meet the margins, or None."""
    solution = _nearest(margins, grid)
    return None if solution.cost else dict(zip(grid.places, solution.whole, strict=False))


def _lacking(margins: Sequence[Margin], grid: Grid) -> int:
    """Return the least by which cells miss the margins, all together."""
    return int(_nearest(margins, grid).cost) if margins else 0


def _nearest(margins: Sequence[Margin], grid: Grid, *, binding: int = 0) -> exact.Solution:
    """Return cells with two columns behind them for each margin: how much it is missed by, below and above. The first
    `binding` margins are never missed.
    """
    found = exact.whole_minimum(_missing(margins, grid, binding=binding), steps=STEPS)
    if found is None:
        raise exact.Undecided
    return found


def _missing(margins: Sequence[Margin], grid: Grid, *, binding: int) -> exact.Problem:
    places = grid.places
    cells, misses = len(places), 2 * len(margins)
    rows = [
        {place: 1 for place, where in enumerate(places) if margin.covers(where)}
        | {cells + 2 * number: 1, cells + 2 * number + 1: -1}
        for number, margin in enumerate(margins)
    ]
    most = max((margin.quantity for margin in margins), default=0)
    counted = [any(margin.covers(where) for margin in margins) for where in places]
    may_miss: list[int | None] = [0 if number < 2 * binding else None for number in range(misses)]
    return exact.Problem(
        rows=rows,
        right=[margin.quantity for margin in margins],
        cost=[0] * cells + [1] * misses,
        lower=[0] * (cells + misses),
        upper=[most if each else 0 for each in counted] + may_miss,
    )


def _spread(binding: Sequence[Margin], soft: Sequence[Margin], grid: Grid) -> Quantities:
    """Return cells that meet the binding margins and miss the soft ones by the least in all; of those, as far as the search
    comes to an end, some whose largest miss is smallest.
    """
    margins = [*binding, *soft]
    least = _nearest(margins, grid, binding=len(binding))
    problem = _missing(margins, grid, binding=len(binding))
    cells, width = len(grid.places), len(problem.cost)
    misses = range(cells + 2 * len(binding), width, 2)
    # Behind them one column for the largest miss, and one for what each miss stays below it.
    largest = [{miss: 1, miss + 1: 1, width: -1, width + 1 + number: 1} for number, miss in enumerate(misses)]
    more = 1 + len(largest)
    wish = exact.Problem(
        rows=[*problem.rows, dict.fromkeys(range(cells, width), 1), *largest],
        right=[*problem.right, int(least.cost), *[0] * len(largest)],
        cost=[*[0] * width, 1, *[0] * len(largest)],
        lower=[*problem.lower, *[0] * more],
        upper=[*problem.upper, *[None] * more],
    )
    try:
        found = exact.whole_minimum(wish, steps=STEPS_FOR_A_WISH) or least
    except exact.Undecided:
        found = least
    return dict(zip(grid.places, found.whole, strict=False))


def _evenly(margins: Sequence[Margin], grid: Grid) -> Quantities | None:
    """Return the cells nearest to the proportions of the margins, each rounded up or down; where the sums over years,
    regions and buckets can be rounded likewise, they are. None where no such rounding meets the margins.
    """
    ideal = _proportional(margins, grid)
    for slack, with_sums in ((0, True), (0, False), (1, True), (1, False), (4, False)):
        try:
            found = _rounded(margins, grid, ideal, slack=slack, with_sums=with_sums)
        except exact.Undecided:
            continue
        if found is not None:
            return found
    return None


def _proportional(margins: Sequence[Margin], grid: Grid) -> dict[Place, int]:
    """Return the cells in parts of PART, in the proportions of the margins: begin alike everywhere, and stretch the
    cells of one margin after another to its number until they settle.
    """
    parts = {place: PART if any(margin.covers(place) for margin in margins) else 0 for place in grid.places}
    within = [[place for place in grid.places if margin.covers(place)] for margin in margins]
    for _sweep in range(SWEEPS):
        before = dict(parts)
        for margin, places in zip(margins, within, strict=True):
            sums = sum(parts[place] for place in places)
            for place in places:
                parts[place] = parts[place] * margin.quantity * PART // sums if sums else 0
        if all(abs(parts[place] - before[place]) <= 1 for place in parts):
            break
    return {place: _settled(part) for place, part in parts.items()}


def _settled(part: int) -> int:
    """Return a sum of parts, as the whole number that it misses by what was lost in stretching."""
    nearest = (part + PART // 2) // PART * PART
    return nearest if abs(part - nearest) <= PART // 1000 else part


def _rounded(
    margins: Sequence[Margin], grid: Grid, ideal: Mapping[Place, int], *, slack: int, with_sums: bool
) -> Quantities | None:
    """Return the cells within `slack` of the ideal rounded down and up that lie nearest to it, by the sum of squares.
    One column for each step of a cell: the first steps cost least, so they are taken first.
    """
    least: Quantities = {}
    steps: list[Place] = []
    cost: list[int] = []
    for place, part in ideal.items():
        least[place] = max(part // PART - slack, 0)
        most = -(-part // PART) + slack if part else 0
        for value in range(least[place], most):
            steps.append(place)
            cost.append(2 * (value * PART - part) + PART)
    rows = [{number: 1 for number, place in enumerate(steps) if margin.covers(place)} for margin in margins]
    right = [
        margin.quantity - sum(value for place, value in least.items() if margin.covers(place))
        for margin in margins
    ]
    upper: list[int | None] = [1] * len(steps)
    for group in _groups(grid) if with_sums else ():
        wanted = _settled(sum(ideal[place] for place in group))
        floor, ceiling = wanted // PART, -(-wanted // PART)
        members = set(group)
        row = {number: 1 for number, place in enumerate(steps) if place in members}
        if not row:
            continue
        rows.append(row | {len(upper): -1})
        right.append(floor - sum(least[place] for place in group))
        upper.append(ceiling - floor)
        cost.append(0)
    problem = exact.Problem(rows=rows, right=right, cost=cost, lower=[0] * len(upper), upper=upper)
    found = exact.whole_minimum(problem, steps=STEPS_FOR_A_WISH)
    if found is None:
        return None
    quantities = dict(least)
    for place, taken in zip(steps, found.whole, strict=False):
        quantities[place] += taken
    return quantities


def _groups(grid: Grid) -> list[list[Place]]:
    """The cells of each year, region and bucket, and of each two of them."""
    axes = (grid.years, grid.regions, grid.buckets)
    fixed = [
        held
        for size in (1, 2)
        for held in combinations(range(len(axes)), size)
        if all(len(axes[axis]) > 1 for axis in held)
    ]
    return [
        [
            place
            for place in grid.places
            if all(place[axis] == value for axis, value in zip(held, values, strict=True))
        ]
        for held in fixed
        for values in product(*(axes[axis] for axis in held))
    ]
