"""The planned numbers (计划数) that hold: the cells of the breakdowns that were adopted last."""

from collections.abc import Collection, Mapping, Sequence

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext as _

from programmes.plans import carry
from programmes.plans.carry import Alone, YearOwed
from programmes.plans.cells import Cell, by_region
from programmes.plans.models import Adoption, Plan, PlanCell, Target
from programmes.quotas.gauges import Goal
from qianchang.people.models import Association


def cells_in_force(plan: Plan, *, supporter: Association | None = None) -> dict[int, list[Cell]]:
    """Return the cells of the breakdown that holds for each supporter (or for one), by its number. One query."""
    latest = Adoption.objects.filter(plan=plan, supporter=OuterRef("breakdown__supporter")).order_by(
        "-number"
    )
    rows = PlanCell.objects.filter(breakdown__plan=plan, breakdown=Subquery(latest.values("breakdown")[:1]))
    if supporter is not None:
        rows = rows.filter(breakdown__supporter=supporter)
    rows = rows.select_related("beneficiary", "breakdown").order_by(
        "breakdown__supporter", "year", "beneficiary__code", "modes", "pk"
    )
    found: dict[int, list[Cell]] = {}
    for row in rows:
        found.setdefault(row.breakdown.supporter_id, []).append(row.as_cell())
    return found


def planned(
    cells: Sequence[Cell],
    *,
    year: int | None = None,
    beneficiary: str = "",
    modes: Collection[str] = (),
) -> int | None:
    """Return what is planned at one place of a board; None where no cell says anything of such a place."""
    wanted = frozenset(modes)
    fitting = [
        cell
        for cell in cells
        if year in (None, cell.year)
        and beneficiary in ("", cell.beneficiary_code)
        and (not wanted or frozenset(cell.modes) == wanted)
    ]
    return sum(cell.quantity for cell in fitting) if fitting else None


def goal_of(quantity: int | None) -> Goal | None:
    """Return a planned number as a goal: it stands in no document, officers adopted it."""
    if quantity is None:
        return None
    return Goal(
        quantity=quantity,
        strength=Target.Strength.PLANNED.value,
        strength_label=str(Target.Strength.PLANNED.label),
        each_year=False,
        source=_("Adopted breakdown"),
        quote="",
    )


def owed_in(
    cells: Sequence[Cell],
    counted: Mapping[tuple[int, int], int],
    *,
    whole: int | None,
    alone: Collection[Alone],
    year: int,
) -> YearOwed | None:
    """Return what a year owes with what the years before it lack or did beyond; None where nothing is planned. `counted`
    is by year and beneficiary, `alone` are the numbers that carry nothing over.
    """
    if not cells:
        return None
    found = carry.owed_of(by_region(cells), counted, whole=whole, alone=alone)
    return next((each for each in found if each.year == year), None)
