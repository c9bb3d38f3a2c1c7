"""In which order a plan is written to and reported on: that in which its lock was taken.

A moment that was taken before the wait for the lock would lie behind a report that was made meanwhile, and the report
made again would find what it could not have seen. So what is written stands after every report that was kept before it.
Reports are above this app: they register what knows of them when the site starts.
"""

from collections.abc import Callable, Collection
from datetime import datetime

from programmes.plans.models import Plan

# From which moment on something may be written without changing a report that was kept; None: nothing was kept yet.
Source = Callable[[Collection[int]], datetime | None]

_sources: list[Source] = []


def register_reported(source: Source) -> None:
    """Let a room say up to which moment plans (by their numbers) were reported on; registering it again changes nothing."""
    if source not in _sources:
        _sources.append(source)


def in_turn(*plans: int, at: datetime) -> datetime:
    """Take the locks of plans, and return the moment at which something is written to them now: `at`, or later where a
    report was kept while this waited. Only within a transaction.
    """
    numbers = sorted(set(plans))
    list(Plan.objects.select_for_update(no_key=True).filter(pk__in=numbers).order_by("pk"))
    said = [source(numbers) for source in _sources]
    return max([at, *(moment for moment in said if moment is not None)])
