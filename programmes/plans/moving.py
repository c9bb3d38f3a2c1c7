"""Giving a target another region, year or delivery modes. Its number, its terms and its documents stay with it.

What stands on a target stays true: one that sessions stand on, that the breakdown which holds has cells for, or that a
version gives a reason for departing from, is not given another meaning behind their back.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans import facts_file, frames, moments, planner, queries, targets
from programmes.plans.models import Target
from programmes.plans.planner import Place
from programmes.plans.rules import Line
from programmes.plans.targets import Said, UnableToSetTarget
from programmes.plans.years import Years
from qianchang.groundwork import audit
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, require


@dataclass(frozen=True)
class Dimensions:
    """For what a number is owed. Empty means any."""

    beneficiary: Association | None
    year: int | None
    each_year: bool
    modes: frozenset[str]


@transaction.atomic
def move_target(*, target: Target, to: Dimensions, seen: int, by: Account, at: datetime) -> Target:
    """Give a target another region, year or delivery modes. `seen` is the revision that the officer saw. To where it stands
    already changes nothing.

    Raises UnableToSetTarget or PermissionDenied.
    """
    require(by, Act.SET_QUOTAS, on=localdate(at))
    at = moments.in_turn(target.plan_id, at=at)
    here = queries.targets([target.plan], supporter_id=target.supporter_id)
    found = next((each for each in here if each.pk == target.pk), None)
    if found is None:
        raise UnableToSetTarget(targets.overtaken())
    before, said = queries.line_of(found), _said(found, to)
    if _dimensions(before) == said.dimensions:
        return found
    targets.refuse_odd(said)
    _refuse_stated(found)
    others = [queries.line_of(each) for each in here if each.pk != found.pk]
    _refuse_twice(said, [each for each in here if each.pk != found.pk])
    line = targets.line_of_said(targets.key_of(found.plan, said), said)
    targets.refuse_overfull([*others, line], plan=found.plan)
    _refuse_what_stands_on(found, [*others, before], [*others, line])
    targets.update(
        found,
        seen,
        key=line.key,
        beneficiary=to.beneficiary,
        year=to.year,
        each_year=to.each_year,
        set_at=at,
    )
    found.modes.set(courses.ensure_delivery_modes({"code": code} for code in sorted(to.modes)))
    audit.record(
        "moved target",
        object_type="target",
        object_key=line.key,
        by=by,
        at=at,
        key_before=before.key,
        beneficiary_before=before.beneficiary or "",
        year_before=before.year,
        each_year_before=str(before.each_year),
        modes_before=",".join(sorted(before.modes)),
    )
    return found


def _said(target: Target, to: Dimensions) -> Said:
    return Said(
        supporter=target.supporter,
        quantity=target.quantity,
        strength=target.strength,
        quote=target.quote,
        beneficiary=to.beneficiary,
        year=to.year,
        each_year=to.each_year,
        modes=to.modes,
    )


def _dimensions(line: Line) -> tuple[str | None, int | None, bool, frozenset[str]]:
    return line.beneficiary, line.year, line.each_year, line.modes


def _refuse_twice(said: Said, others: list[Target]) -> None:
    for other in others:
        if _dimensions(queries.line_of(other)) == said.dimensions:
            raise UnableToSetTarget(
                _(
                    "There is a number for this already: %(quantity)d (%(strength)s). Change that one instead. "
                    "Nothing was changed."
                )
                % {"quantity": other.quantity, "strength": other.get_strength_display()}
            )


def _refuse_stated(target: Target) -> None:
    if target.key in facts_file.target_keys():
        raise UnableToSetTarget(
            _(
                "This number stands in the associations' own documents for this region, year and delivery mode. Enter the "
                "other one as a target of its own, and change the quantity of this one. Nothing was changed."
            )
        )


def _refuse_what_stands_on(target: Target, before: list[Line], after: list[Line]) -> None:
    """`before` and `after` are the numbers of the plan, the moved one at the end."""
    if target.session_targets.exists():
        raise UnableToSetTarget(
            _(
                "Sessions stand on this target. Enter the other one as a target of its own, and change the quantity of this "
                "one. Nothing was changed."
            )
        )
    if target.overrides.exists():
        raise UnableToSetTarget(
            _(
                "A version of the breakdown gives a reason for departing from this target. Enter the other one as a target "
                "of its own, and change the quantity of this one. Nothing was changed."
            )
        )
    adopted = queries.adopted_breakdown(target.plan, supporter=target.supporter)
    if adopted is None:
        return
    quantities, years = frames.quantities_of(adopted), frames.years_behind(adopted)
    lost = {place for place, number in quantities.items() if number} - _places(after, years)
    if lost or (_meets(quantities, before, years) and not _meets(quantities, after, years)):
        raise UnableToSetTarget(
            _(
                "Version %(version)d of the breakdown holds, and its cells are for the targets as they are. Enter the other "
                "one as a target of its own, decide on a breakdown with it, and then change the quantity of this one. "
                "Nothing was changed."
            )
            % {"version": adopted.version}
        )


def _places(lines: list[Line], years: Years) -> set[Place]:
    try:
        grid = planner.grid_of(lines, years, modes=[mode.code for mode in courses.delivery_modes()])
    except planner.NoRegion:
        return set()
    return set(grid.places)


def _meets(quantities: Mapping[Place, int], lines: list[Line], years: Years) -> bool:
    """Tell whether cells come to the last of some numbers."""
    missed = planner.departures(planner.margins_of(lines, years), quantities)
    return lines[-1].key not in {each.margin.line.key for each in missed}
