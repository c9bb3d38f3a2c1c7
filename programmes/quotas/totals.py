"""What the ledger of sessions adds up to: one sum for each supporter, beneficiary, mode and pair of months.

Everything that is counted anywhere is a sum of these, so a figure of the board, of a comparison and of a report can be
held against each other and against a recount of the raw entries.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from django.db.models import Sum

from programmes.plans import queries as plans
from programmes.plans.models import Plan
from programmes.quotas.models import QuotaEntry
from qianchang.people.models import Association

Key = TypeVar("Key")


@dataclass(frozen=True)
class Total:
    """The sum of the entries of one supporter for one beneficiary by one mode: held in `effective_month`, posted in
    `posted_month` (both `yyyy-mm`).
    """

    supporter: int
    beneficiary: int
    mode: str
    effective_month: str
    posted_month: str
    quantity: int

    @property
    def year(self) -> int:
        """The year that it counts for: that of the day held."""
        return int(self.effective_month[:4])


def totals(
    plan: Plan, *, supporter: Association | None = None, posted_until: str | None = None
) -> list[Total]:
    """Return the sums of a plan (of one supporter), with `posted_until` only what was posted up to the end of that
    month: January computed in June is January. One query.
    """
    entries = QuotaEntry.objects.filter(plan=plan)
    if supporter is not None:
        entries = entries.filter(supporter=supporter)
    if posted_until is not None:
        entries = entries.filter(posted_month__lte=posted_until)
    fields = ("supporter", "beneficiary", "mode_code", "effective_month", "posted_month")
    sums = entries.order_by(*fields).values_list(*fields).annotate(net=Sum("quantity"))
    return [Total(*values) for values in sums]


def by(key: Callable[[Total], Key], found: Iterable[Total]) -> dict[Key, int]:
    """Add totals up under what a function says of each."""
    sums: dict[Key, int] = {}
    for total in found:
        sums[key(total)] = sums.get(key(total), 0) + total.quantity
    return sums


def counted_for_plans(plan: Plan, supporter: Association) -> dict[tuple[int, int], int] | None:
    """Return what is counted of a supporter's sessions by year and beneficiary, for the pages of the plans; None for a
    plan of anything but sessions.
    """
    if plan.kind != plans.SESSIONS:
        return None
    return by(lambda total: (total.year, total.beneficiary), totals(plan, supporter=supporter))
