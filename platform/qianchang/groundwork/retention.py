"""How long what is kept, and the work that lets it go. Each app says of its own tables what is overdue when; the days
stand in the settings (KEEP_DAYS), the page /privacy/ shows them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

Overdue = Callable[[datetime], "QuerySet[Any]"]
Drop = Callable[["QuerySet[Any]", datetime], int]

# Rows at a time, so that nobody waits long for a table.
AT_ONCE = 500


@dataclass(frozen=True)
class Period:
    """One kind of thing that goes after some days: its name in KEEP_DAYS, what it is called, which rows are overdue that
    are older than a moment, and how they go (deleted, unless `drop` says otherwise; it returns how many went).
    """

    name: str
    title: Any
    overdue: Overdue
    drop: Drop | None = None

    @property
    def days(self) -> int:
        return int(settings.KEEP_DAYS[self.name])


@dataclass(frozen=True)
class Applied:
    """What went, or would go, of one kind."""

    period: Period
    before: datetime
    count: int


class PeriodDeclaredTwice(Exception):
    """Two apps use the same name."""


def keep(name: str, title: Any, *, overdue: Overdue, drop: Drop | None = None) -> Period:
    """Say what goes after KEEP_DAYS[name]. Raises PeriodDeclaredTwice, or KeyError for a period without a setting."""
    if name in _periods:
        raise PeriodDeclaredTwice(name)
    period = Period(name=name, title=title, overdue=overdue, drop=drop)
    _periods[name] = period
    return period


def periods() -> list[Period]:
    """Return every kind of thing that goes, in the order of the settings."""
    order = list(settings.KEEP_DAYS)
    return sorted(_periods.values(), key=lambda period: order.index(period.name))


def apply(*, at: datetime, dry_run: bool = False) -> list[Applied]:
    """Let go whatever is overdue, and return how many of each kind; with `dry_run` nothing goes. Each portion is a
    transaction of its own, so a run that is killed has done what it has done, and the next one goes on. A kind that fails
    holds no other up: its error is raised when all are done.
    """
    done: list[Applied] = []
    failed: list[Exception] = []
    for period in periods():
        before = at - timedelta(days=period.days)
        overdue = period.overdue(before)
        try:
            count = overdue.count() if dry_run else _drop(period, overdue, at)
        except Exception as error:
            error.add_note(f"period {period.name}")
            failed.append(error)
        else:
            done.append(Applied(period, before, count))
    if failed:
        raise ExceptionGroup("periods that could not be applied", failed)
    return done


def _drop(period: Period, overdue: "QuerySet[Any]", at: datetime) -> int:
    model, gone, last = overdue.model, 0, None
    while True:
        rest = overdue.order_by("pk") if last is None else overdue.filter(pk__gt=last).order_by("pk")
        keys = list(rest.values_list("pk", flat=True)[:AT_ONCE])
        if not keys:
            return gone
        rows = model._default_manager.filter(pk__in=keys)
        if period.drop is not None:
            gone += period.drop(rows, at)
        else:
            gone += rows.delete()[1].get(model._meta.label, 0)
        last = keys[-1]


_periods: dict[str, Period] = {}
