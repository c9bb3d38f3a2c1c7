"""Months of the ledger for the tests of reports."""

from datetime import datetime

from programmes.quotas import reversals
from programmes.quotas.models import QuotaEntry
from tests.programmes.factories import Office
from tests.world import SHANGHAI


def at(year: int, month: int, day: int, hour: int = 18) -> datetime:
    """A moment of a day in Guangzhou."""
    return datetime(year, month, day, hour, 0, tzinfo=SHANGHAI)


END_OF_OCTOBER = at(2026, 10, 31)
END_OF_NOVEMBER = at(2026, 11, 30)


def october(office: Office, *titles: str) -> None:
    """Guangdong held these on site for Guangxi in October, and posted the month."""
    for title in titles:
        office.confirmed(office.lecture(title), mode="onsite")
    office.close("2026-10", at=END_OF_OCTOBER)


def reversed_by_two(office: Office, entry: QuotaEntry, *, when: datetime) -> QuotaEntry:
    """One officer of Guangdong proposes to take an entry back, another one approves it."""
    proposed = reversals.propose_reversal(
        entry=entry, reason="重复", by=office.world.supporting_officer, at=when
    )
    return reversals.approve_reversal(reversal=proposed, by=office.world.second_supporting_officer, at=when)
