"""Reads of the hours: the rule that holds, the ledger of one lawyer, and whom a lecture has reached."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction

from django.db import connection
from django.db.models import Count, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.timezone import localdate

from courses.catalogue.models import Category
from courses.credits import rules
from courses.credits.models import AccountingWindow, CreditEntry, CreditRule
from courses.credits.rules import Duty, Line, YearTotals
from courses.schedule.registries import ReachQuestion
from courses.schedule.rules import NETWORK_VIDEO, ONSITE
from qianchang.people.models import Account, Jurisdiction, Lawyer, Practice
from qianchang.people.permissions import Act, may
from qianchang.people.walls import as_platform

# No reversing entry. Said in this way round, because SQLite takes "reverses_id IS NULL" for a key that finds one row,
# where nearly the whole ledger is such rows, and would read all of it.
IS_AWARD = ~Q(reverses__isnull=False)
STANDS = IS_AWARD & Q(reversed_by=None)


class NoCreditRule(Exception):
    """No credit rule holds on that day, not even a national one: the programme's facts were not loaded."""


class EntryUnknown(Exception):
    """There is no such entry, or it is not this account's to see: from outside both look the same."""


@dataclass(frozen=True)
class Year:
    """One lawyer's accounting year: its rule, its entries (latest first) and what they add up to. `share` is the
    part of the duty that is asked: less than 1 of whoever did not practise all the year. `ever` are the lectures
    of which any year's ledger has an entry.
    """

    year: int
    first_date: date
    end_date: date
    rule: CreditRule
    entries: tuple[CreditEntry, ...]
    share: Fraction
    required: dict[Duty, Decimal]
    totals: YearTotals
    ever: frozenset[int]
    other_years: tuple[int, ...]


def rule_for(jurisdiction: Jurisdiction, on: date) -> CreditRule:
    """Return the rule of a jurisdiction that is in force on a day: its own latest, or the national one
    where it has none. One query, which reads the year of network video along. Raises NoCreditRule.
    """
    video = AccountingWindow.objects.filter(rule=OuterRef("pk"), mode_code=NETWORK_VIDEO)
    in_force = (
        CreditRule.objects.filter(
            jurisdiction__code__in={jurisdiction.code, Jurisdiction.DEFAULT_CODE}, effective_date__lte=on
        )
        .select_related("jurisdiction")
        .annotate(video_month=Subquery(video.values("starts_month")[:1]))  # type: ignore[no-redef]
    )
    latest = sorted(
        in_force,
        key=lambda rule: (rule.jurisdiction_id == jurisdiction.pk, rule.effective_date, rule.version),
    )
    if not latest:
        raise NoCreditRule(jurisdiction.code)
    return latest[-1]


def year_start(rule: CreditRule, mode_code: str) -> int:
    """Return the month in which the accounting year of a mode begins. One query."""
    window = AccountingWindow.objects.filter(rule=rule, mode_code=mode_code).values_list("starts_month")
    own = window.first()
    return own[0] if own else rule.year_starts_month


# Written out, because every report of watching asks it: see courses/attendance/rows.py.
_STANDING = f"""WITH asked(lawyer, lecture, year) AS (VALUES {{places}})
SELECT entry.id FROM asked CROSS JOIN {CreditEntry._meta.db_table} AS entry
LEFT JOIN {CreditEntry._meta.db_table} AS reversal ON reversal.reverses_id = entry.id
WHERE entry.lawyer_id = asked.lawyer AND entry.lecture_id = asked.lecture
AND entry.accounting_year = asked.year AND NOT (entry.reverses_id IS NOT NULL) AND reversal.id IS NULL"""  # noqa: S608 (no value is put in)


def standing_entries(asked: Sequence[tuple[int, int, int]]) -> list[CreditEntry]:
    """Return the awards that stand of these (lawyer, lecture, accounting year). One query, one more where there are any."""
    if not asked:
        return []
    places = ", ".join(["(%s, %s, %s)"] * len(asked))
    with connection.cursor() as cursor:
        cursor.execute(_STANDING.format(places=places), [value for each in asked for value in each])
        found = [pk for (pk,) in cursor.fetchall()]
    return list(CreditEntry.objects.filter(pk__in=found)) if found else []


def entries_of(lawyer: Lawyer) -> QuerySet[CreditEntry]:
    """Return every entry of a lawyer with its lecture and its reversal, latest first."""
    entries = CreditEntry.objects.filter(lawyer=lawyer).select_related("lecture", "reversed_by")
    return entries.order_by("-recorded_at", "-pk")


def awards_of(lawyer: Lawyer) -> QuerySet[CreditEntry]:
    """Return a lawyer's awards that stand: neither reversing nor reversed."""
    return CreditEntry.objects.filter(STANDS, lawyer=lawyer)


def awards_ever(lawyer: Lawyer, lecture_id: int) -> QuerySet[CreditEntry]:
    """Return every award of a lecture to a lawyer, also those that were reversed later."""
    awards = CreditEntry.objects.filter(IS_AWARD, lawyer=lawyer, lecture=lecture_id)
    return awards.select_related("reversed_by")


def is_reversed(entry: CreditEntry) -> bool:
    """Tell whether an award was taken back. No query where `reversed_by` was selected along."""
    return hasattr(entry, "reversed_by")


def year_of(lawyer: Lawyer, *, year: int | None, at: datetime) -> Year:
    """Return one accounting year of a lawyer (None: the present one) under the rule of today, a past one under the
    rule that held when it ended. Three queries, one more for a past year. Raises NoCreditRule.
    """
    today = localdate(at)
    rule = rule_for(lawyer.association.jurisdiction, today)
    present = rules.accounting_year(today, rule.year_starts_month)
    year = present if year is None else year
    if year < present:
        rule = _rule_at_the_end(lawyer.association.jurisdiction, year, otherwise=rule)
    every = list(entries_of(lawyer))
    entries = tuple(entry for entry in every if entry.accounting_year == year)
    first, end = rules.year_window(year, rule.year_starts_month)
    share = duty_share_of(lawyer, rule, first=first, end=end)
    required = {
        Duty.TOTAL: rule.yearly_hours,
        Duty.ETHICS: rule.yearly_ethics_hours,
        Duty.ONSITE: rule.yearly_onsite_hours,
    }
    required = {duty: rules.pro_rated(hours, share, step=rule.step) for duty, hours in required.items()}
    return Year(
        year=year,
        first_date=first,
        end_date=end,
        rule=rule,
        entries=entries,
        share=share,
        required=required,
        totals=totals_of(entries, required=required),
        ever=frozenset(entry.lecture_id for entry in every),
        other_years=tuple(sorted({entry.accounting_year for entry in every} | {present}, reverse=True)),
    )


def _rule_at_the_end(jurisdiction: Jurisdiction, year: int, *, otherwise: CreditRule) -> CreditRule:
    """Return the rule that held on the last day of a past accounting year; of years before any rule the present one."""
    _first, end = rules.year_window(year, otherwise.year_starts_month)
    try:
        return rule_for(jurisdiction, end - timedelta(days=1))
    except NoCreditRule:
        return otherwise


def totals_of(
    entries: Iterable[CreditEntry], *, required: dict[Duty, Decimal], awaiting: Iterable[Line] = ()
) -> YearTotals:
    """Return what entries add up to against a duty. No query."""
    return rules.year_totals(
        [(entry.category, entry.mode_code, entry.hours) for entry in entries],
        required=required,
        ethics=Category.ETHICS,
        onsite=ONSITE,
        awaiting=awaiting,
    )


def duty_share_of(lawyer: Lawyer, rule: CreditRule, *, first: date, end: date) -> Fraction:
    """Return which part of the yearly duty is asked of a lawyer from `first` until `end` (exclusive), by the
    dated facts of the practice. One query.
    """
    stretches = Practice.objects.filter(lawyer=lawyer).values_list("kind", "valid_from", "valid_until")
    practised = rules.practised(stretches, first=first, end=end)
    return rules.duty_share(practised, first=first, end=end, how=rules.ProRata(rule.pro_rata))


def entry_for(account: Account, pk: int, *, at: datetime) -> CreditEntry:
    """Return an entry for its lawyer, or for an officer who may see the hours of named lawyers of that
    association. Raises EntryUnknown.
    """
    found = CreditEntry.objects.select_related(
        "lecture",
        "lecture_version",
        "rule__jurisdiction",
        "lawyer__association__parent__parent",
        "lawyer__association__jurisdiction",
        "reverses",
        "reversed_by",
        "renewed_by",
        "appeal",
        "maker",
        "checker",
    )
    entry = found.filter(pk=pk).first()
    if entry is None:
        raise EntryUnknown(pk)
    own = entry.lawyer.account_id == account.pk
    if own or may(account, Act.SEE_NAMED_HOURS, on=localdate(at), lawyer=entry.lawyer):
        return entry
    raise EntryUnknown(pk)


@as_platform("counts, no names")
def reach(questions: Sequence[ReachQuestion]) -> dict[ReachQuestion, int]:
    """Return how many lawyers of each beneficiary association, or of those below it, have hours for the
    lecture by that mode. One query, however many questions.
    """
    asked = {question.beneficiary_id for question in questions}
    # Only what is asked for is sorted: a lecture that the whole country has heard has thousands of entries.
    rows = (
        CreditEntry.objects.filter(
            Q(lawyer__association__in=asked)
            | Q(lawyer__association__parent__in=asked)
            | Q(lawyer__association__parent__parent__in=asked),
            STANDS,
            lecture__in={question.lecture_id for question in questions},
            mode_code__in={question.mode_code for question in questions},
        )
        .order_by()
        .values_list(
            "lecture",
            "mode_code",
            "lawyer__association",
            "lawyer__association__parent",
            "lawyer__association__parent__parent",
        )
        .annotate(lawyers=Count("lawyer", distinct=True))
    )
    found = dict.fromkeys(questions, 0)
    for lecture, mode, *line, lawyers in rows:
        for association in {each for each in line if each is not None}:
            question = ReachQuestion(lecture_id=lecture, beneficiary_id=association, mode_code=mode)
            if question in found:
                found[question] += lawyers
    return found


def lawyers_with_hours() -> Combinable:
    """Return, for `annotate` on a query of lectures, how many lawyers have hours for each. Counts, no names."""
    counted = (
        CreditEntry.objects.filter(STANDS, lecture=OuterRef("pk"))
        .order_by()
        .values("lecture")
        .annotate(lawyers=Count("lawyer", distinct=True))
        .values("lawyers")
    )
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)
