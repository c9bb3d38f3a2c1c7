"""What the ledger of sessions held at a moment. January read in June is January: only entries posted in a month up to
the one asked for, and written before the moment for which the report stands, are looked at.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from programmes.plans.models import Plan
from programmes.quotas.models import MonthClose, QuotaEntry

ONSITE = "onsite"


@dataclass(frozen=True)
class Entry:
    """One entry of the ledger with what reports say of its session. `event` is the event that several regions may
    share: the session itself, where it is an event of its own.
    """

    ledger: str
    sequence: int
    digest: str
    session: int
    code: str
    title: str
    event: str
    supporter: int
    beneficiary: int
    mode: str
    held_date: date
    effective_month: str
    posted_month: str
    quantity: int
    reach: int
    rule: int

    @property
    def year(self) -> int:
        """The year that it counts for: that of the day held."""
        return self.held_date.year

    @property
    def attendances(self) -> int:
        """What it adds to the lawyers reached: a reversal takes its own away again."""
        return self.quantity * self.reach


@dataclass(frozen=True)
class Counted:
    """A sum of entries: 分区场次 (each region by itself) and 去重场次 (an event for several regions once)."""

    sessions: int
    events: int
    reach: int


def entries(
    plan: Plan,
    *,
    until_month: str | None = None,
    before: datetime,
    supporter: int | None = None,
    beneficiaries: Collection[int] | None = None,
) -> list[Entry]:
    """Return what was posted up to a month (any, when not given), as it was written before a moment, in the order of
    the ledgers: one query.
    """
    found = QuotaEntry.objects.filter(plan=plan, recorded_at__lt=before)
    if until_month is not None:
        found = found.filter(posted_month__lte=until_month)
    if supporter is not None:
        found = found.filter(supporter=supporter)
    if beneficiaries is not None:
        found = found.filter(beneficiary__in=beneficiaries)
    rows = found.order_by("ledger", "sequence").values_list(
        "ledger",
        "sequence",
        "entry_hash",
        "session",
        "session__code",
        "session__lecture_version__lecture__title",
        "session__joint_event",
        "supporter",
        "beneficiary",
        "mode_code",
        "held_date",
        "effective_month",
        "posted_month",
        "quantity",
        "reach",
        "rule__version",
    )
    return [_entry(row) for row in rows]


def _entry(row: Sequence[Any]) -> Entry:
    """A session that shares its event with no other is an event of its own."""
    values = list(row)
    code, event = 4, 6
    values[event] = values[event] or values[code]
    return Entry(*values)


def counted(found: Iterable[Entry]) -> Counted:
    """Add entries up. What was reversed adds nothing, and its event counts only through what is left of it."""
    balance: dict[int, int] = {}
    event_of: dict[int, str] = {}
    reach: dict[int, int] = {}
    for entry in found:
        balance[entry.session] = balance.get(entry.session, 0) + entry.quantity
        event_of[entry.session] = entry.event
        reach[entry.session] = reach.get(entry.session, 0) + entry.attendances
    return Counted(
        sessions=sum(balance.values()),
        events=len({event_of[session] for session, net in balance.items() if net > 0}),
        reach=sum(reach.values()),
    )


def counted_in(found: Iterable[Entry], month: str) -> Counted:
    """Return what a month added to all that `found` holds, whatever year it was held for, so that the months add up to
    the whole: a region that joins an event which counts already adds a session and no event, and a reversal takes
    away the event only with its last session.
    """
    entries_until = [entry for entry in found if entry.posted_month <= month]
    until = counted(entries_until)
    earlier = counted(entry for entry in entries_until if entry.posted_month < month)
    return Counted(
        sessions=until.sessions - earlier.sessions,
        events=until.events - earlier.events,
        reach=until.reach - earlier.reach,
    )


def closes(plan: Plan, *, month: str, before: datetime) -> dict[int, datetime]:
    """Return when each supporter closed a month or a later one, before a moment, by its number: one query."""
    rows = MonthClose.objects.filter(plan=plan, month__gte=month, closed_at__lt=before)
    return dict(rows.order_by("-month").values_list("supporter", "closed_at"))
