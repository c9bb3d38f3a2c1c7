"""What lawyers are told of their hours: what a week brought, and how much is missing before the year ends.

Source: product-design.md, section 8.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime, time, timedelta
from decimal import Decimal

from django.db.models import QuerySet, Sum
from django.urls import reverse
from django.utils.timezone import localdate, make_aware

from courses.credits import duties
from courses.credits.models import CreditEntry
from courses.credits.queries import NoCreditRule
from qianchang.people import notices
from qianchang.people.models import Jurisdiction, Lawyer

# Days before the end of the accounting year on which whoever is short is told.
BEFORE_THE_END = (90, 30, 7)
# A site that stood still on the day tells it within so many days; later it would be wrong.
CATCH_UP_DAYS = 3
AT_A_TIME = 500


def tell_of_week(*, at: datetime) -> int:
    """Tell every lawyer who was credited hours in the last week, Monday to Sunday, how many and what is missing. Once
    a week, however often this is called. Returns how many were told now.
    """
    today = localdate(at)
    monday = today - timedelta(days=today.weekday())
    key = monday.isoformat()
    if notices.is_told("hours_credited", key):
        return 0
    since, until = (make_aware(datetime.combine(day, time())) for day in (monday - timedelta(days=7), monday))
    rows = CreditEntry.objects.filter(recorded_at__gte=since, recorded_at__lt=until).order_by()
    brought = dict(rows.values_list("lawyer").annotate(sum=Sum("hours")))
    earned = {lawyer: hours for lawyer, hours in brought.items() if hours > 0}
    told = 0
    # Asked by the table itself: thousands of numbers are more than a statement may hold.
    for term, portion in _by_term(_with_account().filter(pk__in=rows.values("lawyer")), at=at):
        lawyers = [lawyer for lawyer in portion if lawyer.pk in earned]
        missing = duties.hours_missing(lawyers, term)
        words = {
            lawyer.account_id or 0: {
                "hours": _hours(earned[lawyer.pk]),
                "missing": _hours(missing[lawyer.pk]),
            }
            for lawyer in lawyers
        }
        told += notices.post_many(
            event="hours_credited", key=key, told=words, at=at, link=reverse("credits:my_hours")
        )
    notices.finish_round(event="hours_credited", key=key, told=told, at=at)
    return told


def remind_of_year(*, at: datetime) -> int:
    """Tell every lawyer who is short of hours that 90, 30 or 7 days are left of the year of the own rule. Once for
    each of these days, however often this is called. Returns how many were told now.
    """
    told = 0
    for jurisdiction in Jurisdiction.objects.order_by("pk"):
        try:
            term = duties.term_of(jurisdiction, at=at)
        except NoCreditRule:
            continue
        left = (term.end - localdate(at)).days
        for days in BEFORE_THE_END:
            if days - CATCH_UP_DAYS < left <= days:
                told += _remind(jurisdiction, term, days=days, left=left, at=at)
    return told


def _remind(jurisdiction: Jurisdiction, term: duties.Term, *, days: int, left: int, at: datetime) -> int:
    key = f"{jurisdiction.code}:{term.year}:{days}"
    if notices.is_told("year_end", key):
        return 0
    told = 0
    for _term, lawyers in _by_term(_with_account().filter(association__jurisdiction=jurisdiction), at=at):
        short = {pk: hours for pk, hours in duties.hours_missing(lawyers, term).items() if hours}
        words: dict[int, dict[str, str | int]] = {
            lawyer.account_id or 0: {"days": left, "missing": _hours(short[lawyer.pk])}
            for lawyer in lawyers
            if lawyer.pk in short
        }
        told += notices.post_many(
            event="year_end", key=key, told=words, at=at, link=reverse("credits:my_hours")
        )
    notices.finish_round(event="year_end", key=key, told=told, at=at)
    return told


def _with_account() -> QuerySet[Lawyer]:
    return Lawyer.objects.filter(account__is_active=True).select_related("association__jurisdiction")


def _by_term(lawyers: QuerySet[Lawyer], *, at: datetime) -> Iterator[tuple[duties.Term, list[Lawyer]]]:
    """Yield lawyers in portions of one jurisdiction, with its year; without a rule nobody owes anything."""
    portions: dict[int, list[Lawyer]] = defaultdict(list)
    terms: dict[int, duties.Term | None] = {}
    for lawyer in lawyers.order_by("pk").iterator(chunk_size=AT_A_TIME):
        jurisdiction = lawyer.association.jurisdiction
        if jurisdiction.pk not in terms:
            terms[jurisdiction.pk] = _term_or_none(jurisdiction, at)
        term = terms[jurisdiction.pk]
        if term is None:
            continue
        portion = portions[jurisdiction.pk]
        portion.append(lawyer)
        if len(portion) == AT_A_TIME:
            yield term, portions.pop(jurisdiction.pk)
    for number, portion in portions.items():
        last = terms[number]
        if last is not None:
            yield last, portion


def _term_or_none(jurisdiction: Jurisdiction, at: datetime) -> duties.Term | None:
    try:
        return duties.term_of(jurisdiction, at=at)
    except NoCreditRule:
        return None


def _hours(hours: Decimal) -> str:
    return f"{hours:.1f}" if hours else "0"
