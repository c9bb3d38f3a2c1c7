"""What the rooms below are told of the reports that were kept, without knowing of reports."""

from collections.abc import Collection
from datetime import date, datetime, timedelta

from django.db.models import Max, Min
from django.utils.timezone import localdate

from programmes.plans.models import Plan
from programmes.reports.models import BulletinIssue, MonthlyReturn, Side

# A return holds what was written at its moment, a bulletin what was written before it.
JUST_AFTER = timedelta(microseconds=1)


def reported_until(plans: Collection[int]) -> datetime | None:
    """Return the moment from which on nothing that is written to some plans belongs in a report that was kept."""
    bulletins = BulletinIssue.objects.filter(plan__in=plans).aggregate(last=Max("as_of"))["last"]
    returns = MonthlyReturn.objects.filter(plan__in=plans).aggregate(last=Max("as_of"))["last"]
    found = [moment for moment in (bulletins, returns and returns + JUST_AFTER) if moment is not None]
    return max(found, default=None)


def sent_on(plan: Plan, month: str) -> dict[int, date]:
    """Return the day on which each supporting association sent the return of a month first, by its number. One query."""
    sent = MonthlyReturn.objects.filter(plan=plan, month=month, side=Side.SUPPORTER).order_by()
    rows = sent.values_list("association").annotate(first=Min("sent_at"))
    return {association: localdate(first) for association, first in rows}
