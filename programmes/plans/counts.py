"""How much of a plan is counted, year by year: told by whoever keeps the ledger, which is above this app.

A room that counts registers its source when the site starts; a plan that nobody counts has no counts.
"""

from collections.abc import Callable, Mapping

from programmes.plans.models import Plan
from qianchang.people.models import Association

# Of a plan and a supporter: what is counted, by year of the date held and beneficiary's number. None: not this plan's.
Counted = Mapping[tuple[int, int], int]
Source = Callable[[Plan, Association], Counted | None]

_sources: list[Source] = []


def register_counts(source: Source) -> None:
    """Let a room say what is counted; registering it again changes nothing."""
    if source not in _sources:
        _sources.append(source)


def counted(plan: Plan, *, supporter: Association) -> Counted | None:
    """Return what is counted of a supporter's part of a plan, by year and beneficiary; None where nobody counts it."""
    for source in _sources:
        said = source(plan, supporter)
        if said is not None:
            return said
    return None
