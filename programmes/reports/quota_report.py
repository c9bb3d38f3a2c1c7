"""What a supporter owes under a programme, how it is planned, and what is counted: plain values for a report or another
program. Every number stands with its strength and its source.
"""

from typing import Any

from django.db.models import Q, QuerySet, Sum

from programmes.placements import queries as registers
from programmes.plans import breakdowns
from programmes.plans import queries as plans
from programmes.plans import rules as plan_rules
from programmes.plans import wording as plan_wording
from programmes.plans.cells import Cell
from programmes.plans.frames import Frame, UnableToPlan, frame_of
from programmes.plans.models import Plan, Programme, Target
from programmes.plans.queries import SESSIONS
from programmes.quotas.models import QuotaEntry
from programmes.reports.checks import sum_of, tied_sums
from qianchang.people.models import Association


def quota_report(programme: Programme, *, association: Association) -> dict[str, Any]:
    """Return every target of a supporter with strength, source and quote, what is counted for it, the cells of its
    breakdown (adopted, or what the planner proposes), the registers behind other units, and the sums that tie.
    """
    of_programme = list(Plan.objects.filter(programme=programme).select_related("programme").order_by("pk"))
    targets = plans.targets(of_programme, supporter_id=association.pk)
    return {
        "programme": programme.code,
        "programme_name": programme.name_zh,
        "association": association.code,
        "association_name": association.name_zh,
        "plans": [
            _plan(plan, [target for target in targets if target.plan_id == plan.pk], association)
            for plan in of_programme
        ],
    }


def _plan(plan: Plan, targets: list[Target], association: Association) -> dict[str, Any]:
    lines = [plans.line_of(target) for target in targets]
    entries = QuotaEntry.objects.filter(plan=plan, supporter=association)
    is_session = plan.kind == SESSIONS
    frame, no_frame = _frame(plan, association) if is_session and targets else (None, "")
    said: dict[str, Any] = {
        "plan": plan.code,
        "plan_name": plan.name_zh,
        "unit": plan.unit,
        "counted": _sum(entries, Q()) if is_session else _whole_of_register(targets),
        "targets": [_target(target, entries if is_session else None) for target in targets],
        "contradictions": [
            plan_wording.overfull(fault, plan=plan.code) for fault in plan_rules.overfull(lines)
        ],
        "checks": tied_sums(plan, lines, frame),
    }
    if is_session and targets:
        said["breakdown"] = _breakdown(plan, association, frame, no_frame)
    if plan.kind == registers.TRAINEES:
        said["hosts"] = _hosts(plan, association)
        said["checks"] += _sum_of_hosts(said["hosts"], targets)
    if plan.kind == registers.DONATIONS:
        said["donors"] = _donors(plan, association)
        said["checks"] += _sums_of_donors(said["donors"], targets)
    return said


# --- targets ------------------------------------------------------------------------------------------------


def _target(target: Target, entries: QuerySet[QuotaEntry] | None) -> dict[str, Any]:
    return {
        "key": target.key,
        "quantity": target.quantity,
        "strength": target.strength,
        "beneficiary": target.beneficiary.code if target.beneficiary else None,
        "year": target.year,
        "each_year": target.each_year,
        "modes": sorted(mode.code for mode in target.modes.all()),
        **_counted(target, entries),
        "source": target.source.file,
        "quote": target.quote,
    }


def _counted(target: Target, entries: QuerySet[QuotaEntry] | None) -> dict[str, Any]:
    """What is counted for a target; a figure for each year is counted by year, and None stands where no ledger and no
    register counts it.
    """
    if entries is not None:
        behind = _behind(target)
        if target.each_year:
            return {"counted": None, "counted_by_year": _by_year(entries, behind)}
        return {"counted": _sum(entries, behind), "counted_by_year": None}
    if target.each_year:
        by_year = registers.counted_by_year(target)
        years = None if by_year is None else {str(year): by_year[year] for year in sorted(by_year)}
        return {"counted": None, "counted_by_year": years}
    return {"counted": registers.counted(target), "counted_by_year": None}


def _whole_of_register(targets: list[Target]) -> int | None:
    """What a register counts for the number over all years and regions."""
    whole = [target for target in targets if plans.line_of(target).beneficiary is None]
    return next((registers.counted(each) for each in whole if each.year is None and not each.each_year), None)


def _behind(target: Target) -> Q:
    condition = Q()
    if target.beneficiary_id:
        condition &= Q(beneficiary=target.beneficiary_id)
    if target.year:
        condition &= Q(held_date__year=target.year)
    modes = [mode.code for mode in target.modes.all()]
    return condition & Q(mode_code__in=modes) if modes else condition


def _sum(entries: QuerySet[QuotaEntry], condition: Q) -> int:
    return int(entries.filter(condition).aggregate(total=Sum("quantity"))["total"] or 0)


def _by_year(entries: QuerySet[QuotaEntry], condition: Q) -> dict[str, int]:
    sums = entries.filter(condition).order_by().values_list("held_date__year").annotate(Sum("quantity"))
    return {str(year): total for year, total in sorted(sums)}


# --- the breakdown ------------------------------------------------------------------------------------------


def _frame(plan: Plan, association: Association) -> tuple[Frame | None, str]:
    try:
        return frame_of(plan, supporter=association), ""
    except UnableToPlan as refusal:
        return None, str(refusal)


def _breakdown(plan: Plan, association: Association, frame: Frame | None, no_frame: str) -> dict[str, Any]:
    """The adopted cells, or the planner's proposal where none are adopted: which of both is said."""
    adopted = plans.adopted_breakdown(plan, supporter=association)
    if adopted is not None:
        cells = [cell for cell in plans.cells_of(adopted) if cell.quantity]
        return {"state": "adopted", "version": adopted.version, "cells": [_cell(cell) for cell in cells]}
    if frame is None:
        return {"state": "none", "why": no_frame, "cells": []}
    try:
        proposed = breakdowns.proposal(frame)
    except UnableToPlan as refusal:
        return {"state": "none", "why": str(refusal), "cells": []}
    numbers = {code: each.pk for code, each in frame.regions.items()}
    return {
        "state": "proposed",
        "years": plan_wording.years(frame.years),
        "departs": breakdowns.departures_of(proposed, frame),
        "cells": [
            _cell(Cell(year, numbers[code], code, modes, quantity))
            for (year, code, modes), quantity in sorted(proposed.quantities.items())
            if quantity
        ],
    }


def _cell(cell: Cell) -> dict[str, Any]:
    return {
        "year": cell.year,
        "beneficiary": cell.beneficiary_code,
        "modes": list(cell.modes),
        "quantity": cell.quantity,
        "strength": Target.Strength.PLANNED.value,
    }


# --- registers ----------------------------------------------------------------------------------------------


def _hosts(plan: Plan, association: Association) -> list[dict[str, Any]]:
    return [
        {
            "host": row.host_code,
            "host_name": row.host_name,
            "year": row.year,
            "places": row.places,
            "nominated": row.nominated,
            "in_class": row.in_class,
            "at_firm": row.at_firm,
            "finished": row.finished,
            "stipend_due_cny": str(row.stipend_due_cny),
            "stipend_paid_cny": str(row.stipend_paid_cny),
            "source": row.source,
            "quote": row.quote,
        }
        for row in registers.trainees_by_host(plan, supporter=association)
    ]


def _donors(plan: Plan, association: Association) -> list[dict[str, Any]]:
    return [
        {
            "donor": row.donor_code,
            "donor_name": row.donor_name,
            "year": row.year,
            "promised": row.promised,
            "given": row.given,
            "verified": row.verified,
            "value_cny": str(row.value_cny),
            "source": row.source,
            "quote": row.quote,
        }
        for row in registers.vehicles_by_year_and_donor(plan, supporter=association)
    ]


def _sum_of_hosts(hosts: list[dict[str, Any]], targets: list[Target]) -> list[dict[str, Any]]:
    """The places of the hosts beside the yearly number."""
    yearly = [target for target in targets if target.each_year and target.beneficiary_id is None]
    parts = [row["places"] for row in hosts if row["year"] is None]
    return [
        {"sum": sum_of(target.quantity, parts), "whole": target.key, "by": "host"}
        for target in yearly
        if parts
    ]


def _sums_of_donors(donors: list[dict[str, Any]], targets: list[Target]) -> list[dict[str, Any]]:
    """What the donors promise for each year, beside the number of that year."""
    found = []
    for target in targets:
        parts = [row["promised"] for row in donors if row["year"] == target.year and row["promised"]]
        if target.year is not None and target.beneficiary_id is None and parts:
            found.append({"sum": sum_of(target.quantity, parts), "whole": target.key, "by": "donor"})
    return found
