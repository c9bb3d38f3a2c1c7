"""The sums of a plan that tie, and what the planner says of one more."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from programmes.plans import planner
from programmes.plans import rules as plan_rules
from programmes.plans import wording as plan_wording
from programmes.plans.frames import Frame
from programmes.plans.models import Plan
from programmes.plans.rules import Line, Overfull


def tied_sums(plan: Plan, lines: Sequence[Line], frame: Frame | None) -> list[dict[str, Any]]:
    """Return every split that leaves nothing open: 120 = 100 + 20. Each says what comes of one more in its last part: the
    planner's refusal where the plan is broken down, else that of the rule for targets.
    """
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for line in lines:
        with_one_more = [replace(each, quantity=each.quantity + (each.key == line.key)) for each in lines]
        for fault in plan_rules.overfull(with_one_more):
            if fault.by != 1 or line.key not in {part.key for part in fault.parts}:
                continue
            found[fault.whole.key, fault.dimension.value] = _tie(plan, line, fault, with_one_more, frame)
    return list(found.values())


def sum_of(whole: int, parts: Sequence[int]) -> str:
    """Return a sum as people write it; one that does not tie is written as unequal."""
    sign = "=" if whole == sum(parts) else "≠"
    return f"{whole} {sign} {' + '.join(map(str, parts))}" if parts else str(whole)


def _tie(
    plan: Plan, line: Line, fault: Overfull, with_one_more: Sequence[Line], frame: Frame | None
) -> dict[str, Any]:
    parts = [part.quantity - (part.key == line.key) for part in fault.parts]
    return {
        "sum": sum_of(fault.whole.quantity, parts),
        "whole": fault.whole.key,
        "parts": [part.key for part in fault.parts],
        "by": fault.dimension.value,
        "one_more": {
            "sum": fault.total,
            "refused": _refusal(with_one_more, frame) or plan_wording.overfull(fault, plan=plan.code),
        },
    }


def _refusal(lines: Sequence[Line], frame: Frame | None) -> str:
    """The words in which the planner refuses these lines; empty where it takes them or has no cells for them."""
    if frame is None:
        return ""
    try:
        planner.propose(planner.margins_of(lines, frame.years), frame.grid)
    except planner.Contradiction as found:
        return plan_wording.contradiction(
            found,
            regions=plan_wording.names_of(frame.regions.values()),
            labels=plan_wording.mode_labels(),
        )
    return ""
