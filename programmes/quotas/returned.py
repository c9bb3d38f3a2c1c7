"""Whether a month's return was sent (月报已报送): told by whoever keeps returns, which is above this app."""

from collections.abc import Callable, Mapping
from datetime import date

from programmes.plans.models import Plan

# Of a plan and a month: the day on which each supporting association sent its return, by its number.
Source = Callable[[Plan, str], Mapping[int, date]]

_sources: list[Source] = []


def register_returned(source: Source) -> None:
    """Let a room say which returns were sent; registering it again changes nothing."""
    if source not in _sources:
        _sources.append(source)


def returned(plan: Plan, *, month: str) -> dict[int, date]:
    """Return the day on which each supporting association sent its return of a month; who sent none is left out."""
    found: dict[int, date] = {}
    for source in _sources:
        found.update(source(plan, month))
    return found
