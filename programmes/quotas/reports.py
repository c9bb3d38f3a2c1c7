"""What a supporter owes under a programme and what of it is counted: plain values for a report or another
program.
"""

from typing import Any

from django.db.models import Q, Sum

from programmes.plans import queries as plans
from programmes.plans import rules as plan_rules
from programmes.plans import wording as plan_wording
from programmes.plans.models import Plan, Programme, Target
from programmes.quotas.models import QuotaEntry
from qianchang.people.models import Association


def quota_report(programme: Programme, *, association: Association) -> dict[str, Any]:
    """Return every target of a supporter with strength, source and quote, and what the ledger counts for it.

    A target whose unit is not the session has no ledger yet: `counted` is None, not 0.
    """
    of_programme = list(Plan.objects.filter(programme=programme).order_by("pk"))
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
    is_counted = plan.kind == plans.SESSIONS
    entries = QuotaEntry.objects.filter(plan=plan, supporter=association)
    faults = plan_rules.overfull([plans.line_of(target) for target in targets])
    return {
        "plan": plan.code,
        "plan_name": plan.name_zh,
        "unit": plan.unit,
        "counted": _sum(entries, Q()) if is_counted else None,
        "targets": [
            {
                "key": target.key,
                "quantity": target.quantity,
                "strength": target.strength,
                "beneficiary": target.beneficiary.code if target.beneficiary else None,
                "year": target.year,
                "each_year": target.each_year,
                "modes": sorted(mode.code for mode in target.modes.all()),
                "counted": _sum(entries, _behind(target)) if is_counted and not target.each_year else None,
                "counted_by_year": _by_year(entries, _behind(target))
                if is_counted and target.each_year
                else None,
                "source": target.source.file,
                "quote": target.quote,
            }
            for target in targets
        ],
        "contradictions": [plan_wording.overfull(fault, plan=plan.code) for fault in faults],
    }


def _behind(target: Target) -> Q:
    condition = Q()
    if target.beneficiary_id:
        condition &= Q(beneficiary=target.beneficiary_id)
    if target.year:
        condition &= Q(held_date__year=target.year)
    modes = [mode.code for mode in target.modes.all()]
    return condition & Q(mode_code__in=modes) if modes else condition


def _sum(entries: Any, condition: Q) -> int:
    return int(entries.filter(condition).aggregate(total=Sum("quantity"))["total"] or 0)


def _by_year(entries: Any, condition: Q) -> dict[str, int]:
    sums = entries.filter(condition).order_by().values_list("held_date__year").annotate(Sum("quantity"))
    return {str(year): total for year, total in sorted(sums)}
