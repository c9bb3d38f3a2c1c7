"""What a supporter's part of a plan is broken down from: its targets, years, margins and cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans import planner, queries
from programmes.plans.models import Breakdown, Plan, Target
from programmes.plans.planner import Grid, Margin, Place
from programmes.plans.rules import Line
from programmes.plans.years import UnknownYears, Years, YearsBasis, years_of
from qianchang.people.models import Association


class UnableToPlan(Exception):
    """The targets cannot be broken down; the message says what is missing."""


@dataclass(frozen=True)
class Frame:
    """The margins of one supporter's part of a plan, and the cells that have to meet them."""

    plan: Plan
    supporter: Association
    targets: tuple[Target, ...]
    years: Years
    margins: tuple[Margin, ...]
    grid: Grid

    @cached_property
    def target_by_key(self) -> Mapping[str, Target]:
        return {target.key: target for target in self.targets}

    @cached_property
    def regions(self) -> Mapping[str, Association]:
        """The regions of the cells by their codes, in the order of the grid."""
        named = {each.beneficiary.code: each.beneficiary for each in self.targets if each.beneficiary}
        return {code: named[code] for code in self.grid.regions}


def frame_of(
    plan: Plan, *, supporter: Association, first: int | None = None, count: int | None = None
) -> Frame:
    """Return what a supporter's part of a plan is broken down from; `first` (and `count`) are the officer's choice of
    years. At most four queries.

    Raises UnableToPlan where no target names a region, or nothing says which years.
    """
    targets = queries.targets([plan], supporter_id=supporter.pk)
    lines = [queries.line_of(target) for target in targets]
    if not lines:
        raise UnableToPlan(_("Nothing is assigned under this plan yet. Enter the targets first."))
    try:
        years = years_of(lines, window=_window(plan), first=first, count=count)
    except UnknownYears as error:
        if first is not None:
            raise UnableToPlan(_unknown_years()) from error
        years = _years_of_neighbours(plan, supporter, lines)
    return _framed(plan, supporter, targets, lines, years)


def frame_behind(breakdown: Breakdown) -> Frame:
    """Return what a breakdown has to meet: the targets as they are today, in the years of the breakdown. Two queries.

    Raises UnableToPlan.
    """
    targets = queries.targets([breakdown.plan], supporter_id=breakdown.supporter_id)
    lines = [queries.line_of(target) for target in targets]
    return _framed(breakdown.plan, breakdown.supporter, targets, lines, years_behind(breakdown))


def years_behind(breakdown: Breakdown) -> Years:
    """Return the years of a breakdown with their reason."""
    return Years(
        breakdown.first_year,
        breakdown.year_count,
        YearsBasis(breakdown.years_basis),
        breakdown.years_dividend,
        breakdown.years_divisor,
    )


def quantities_of(breakdown: Breakdown) -> dict[Place, int]:
    """Return the cells of a breakdown as the planner sees them. One query."""
    return {
        (cell.year, cell.beneficiary_code, cell.modes): cell.quantity
        for cell in queries.every_cell_of(breakdown)
    }


def _framed(
    plan: Plan, supporter: Association, targets: Sequence[Target], lines: Sequence[Line], years: Years
) -> Frame:
    try:
        grid = planner.grid_of(lines, years, modes=[mode.code for mode in courses.delivery_modes()])
    except planner.NoRegion as error:
        raise UnableToPlan(
            _(
                "No target names a region, so there is nothing to break down. Enter a target for a region first."
            )
        ) from error
    return Frame(plan, supporter, tuple(targets), years, tuple(planner.margins_of(lines, years)), grid)


def _window(plan: Plan) -> tuple[int, int] | None:
    """The years of the plan's window; the end is the first day after it."""
    if plan.window_from is None or plan.window_until is None:
        return None
    last = plan.window_until.year
    if (plan.window_until.month, plan.window_until.day) == (1, 1):
        last -= 1
    return plan.window_from.year, max(last, plan.window_from.year)


def _years_of_neighbours(plan: Plan, supporter: Association, lines: Sequence[Line]) -> Years:
    """The years from the first one that the supporter's other plans of the programme name."""
    first = (
        Target.objects.filter(plan__programme=plan.programme_id, supporter=supporter, year__isnull=False)
        .order_by("year", "pk")
        .values_list("year", flat=True)
        .first()
    )
    try:
        return years_of(lines, window=None, first=first)
    except UnknownYears as error:
        raise UnableToPlan(_unknown_years()) from error


def _unknown_years() -> str:
    return _("No document says for which years. Give the first year and how many there are.")
