"""Reads about programmes, plans and targets."""

from collections.abc import Collection, Iterable

from django.db.models import Exists, OuterRef

from programmes.plans.carry import Alone
from programmes.plans.cells import Cell
from programmes.plans.models import Breakdown, Plan, Programme, Target
from programmes.plans.rules import Line
from qianchang.people.models import Association

SESSIONS = "lecture_sessions"


def session_plans() -> list[Plan]:
    """Return the plans whose unit is the training session, with their programmes."""
    return list(Plan.objects.filter(kind=SESSIONS).select_related("programme").order_by("code"))


def session_plan_of(programme_code: str) -> Plan | None:
    """Return the plan of a programme whose unit is the training session, or None."""
    return next((plan for plan in session_plans() if plan.programme.code == programme_code), None)


def programme_names() -> dict[str, str]:
    """Return what the programmes are called in the reader's language, by their codes."""
    return {each.code: str(each) for each in Programme.objects.order_by("code")}


def programme(code: str) -> Programme | None:
    """Return a programme with its document and owner, or None."""
    return Programme.objects.filter(code=code).select_related("owner", "source").first()


def targets(plans: Collection[Plan], *, supporter_id: int | None = None) -> list[Target]:
    """Return the targets of some plans (of one supporter), with everything that a page says of them: two
    queries.
    """
    rows = Target.objects.filter(plan__in=plans)
    if supporter_id is not None:
        rows = rows.filter(supporter=supporter_id)
    return list(
        rows.select_related("plan", "supporter__region", "beneficiary__region", "source", "owner")
        .prefetch_related("modes")
        .order_by("plan__code", "pk")
    )


def targets_by_width(plan: Plan) -> dict[Target, bool]:
    """Return the targets of a plan, with their sources, and whether each says nothing of delivery modes: one query, for
    pages that ask no more of the modes.
    """
    modes = Target.modes.through.objects.filter(target=OuterRef("pk"))
    found = Target.objects.filter(plan=plan).select_related("source").annotate(is_narrow=Exists(modes))
    return {target: not target.is_narrow for target in found.order_by("pk")}


def line_of(target: Target) -> Line:
    """Return a target as the rules see it. `modes` must have been prefetched, or this is a query."""
    return Line(
        key=target.key,
        supporter=target.supporter.code,
        quantity=target.quantity,
        strength=target.strength,
        beneficiary=target.beneficiary.code if target.beneficiary else None,
        year=target.year,
        each_year=target.each_year,
        modes=frozenset(mode.code for mode in target.modes.all()),
    )


def standing_alone(targets: Iterable[Target]) -> list[Alone]:
    """Return which of some targets carry nothing over into the next year. Those of single delivery modes say nothing of a
    year as a whole. `modes` must have been prefetched.
    """
    return [
        Alone(target.beneficiary_id, target.year)
        for target in targets
        if not target.carry_over and not target.modes.all()
    ]


def adopted_breakdown(plan: Plan, *, supporter: Association) -> Breakdown | None:
    """Return the breakdown that holds for a supporter: the one adopted last, or None before the first. One query."""
    return (
        Breakdown.objects.filter(adoptions__plan=plan, adoptions__supporter=supporter)
        .select_related("supporter", "made_by")
        .order_by("-adoptions__number")
        .first()
    )


def cells_of(breakdown: Breakdown) -> list[Cell]:
    """Return the cells of a breakdown by year, region and bucket of modes, without those that are empty. One query."""
    return [cell for cell in every_cell_of(breakdown) if cell.quantity]


def every_cell_of(breakdown: Breakdown) -> list[Cell]:
    """Return the cells of a breakdown with those that stand at nothing. One query."""
    rows = breakdown.cells.select_related("beneficiary").order_by("year", "beneficiary__code", "modes", "pk")
    return [row.as_cell() for row in rows]
