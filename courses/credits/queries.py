"""Reads of the hours: the rule that holds, the ledger of one lawyer, and whom a lecture has reached."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection
from django.db.models import Count, QuerySet
from django.utils.timezone import localdate

from courses.catalogue.models import Category
from courses.credits import rules
from courses.credits.models import CreditEntry, CreditRule
from courses.credits.rules import YearTotals
from courses.schedule.registries import ReachQuestion
from qianchang.people.models import Account, Jurisdiction, Lawyer
from qianchang.people.permissions import Act, may


class NoCreditRule(Exception):
    """No credit rule holds on that day, not even a national one: the programme's facts were not loaded."""


class EntryUnknown(Exception):
    """There is no such entry, or it is not this account's to see: from outside both look the same."""


@dataclass(frozen=True)
class Year:
    """One lawyer's accounting year: its rule, its entries (latest first) and what they add up to."""

    year: int
    first_date: date
    end_date: date
    rule: CreditRule
    entries: tuple[CreditEntry, ...]
    totals: YearTotals
    other_years: tuple[int, ...]


def rule_for(jurisdiction: Jurisdiction, on: date) -> CreditRule:
    """Return the rule of a jurisdiction that is in force on a day: its own latest, or the national one
    where it has none. One query. Raises NoCreditRule.
    """
    in_force = CreditRule.objects.filter(
        jurisdiction__code__in={jurisdiction.code, Jurisdiction.DEFAULT_CODE}, effective_date__lte=on
    ).select_related("jurisdiction")
    latest = sorted(
        in_force,
        key=lambda rule: (rule.jurisdiction_id == jurisdiction.pk, rule.effective_date, rule.version),
    )
    if not latest:
        raise NoCreditRule(jurisdiction.code)
    return latest[-1]


# Written out, because every report of watching asks it: see courses/attendance/rows.py.
_STANDING = f"""WITH asked(lawyer, lecture, year) AS (VALUES {{places}})
SELECT entry.id FROM asked CROSS JOIN {CreditEntry._meta.db_table} AS entry
LEFT JOIN {CreditEntry._meta.db_table} AS reversal ON reversal.reverses_id = entry.id
WHERE entry.lawyer_id = asked.lawyer AND entry.lecture_id = asked.lecture
AND entry.accounting_year = asked.year AND entry.reverses_id IS NULL AND reversal.id IS NULL"""  # noqa: S608 (no value is put in)


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
    return CreditEntry.objects.filter(lawyer=lawyer, reverses=None, reversed_by=None)


def awards_ever(lawyer: Lawyer, lecture_id: int) -> QuerySet[CreditEntry]:
    """Return every award of a lecture to a lawyer, also those that were reversed later."""
    awards = CreditEntry.objects.filter(lawyer=lawyer, lecture=lecture_id, reverses=None)
    return awards.select_related("reversed_by")


def is_reversed(entry: CreditEntry) -> bool:
    """Tell whether an award was taken back. No query where `reversed_by` was selected along."""
    return hasattr(entry, "reversed_by")


def year_of(lawyer: Lawyer, *, year: int | None, at: datetime) -> Year:
    """Return one accounting year of a lawyer (None: the present one) under the rule of today. Two queries."""
    today = localdate(at)
    rule = rule_for(lawyer.association.jurisdiction, today)
    present = rules.accounting_year(today, rule.year_starts_month)
    year = present if year is None else year
    every = list(entries_of(lawyer))
    entries = tuple(entry for entry in every if entry.accounting_year == year)
    first, end = rules.year_window(year, rule.year_starts_month)
    return Year(
        year=year,
        first_date=first,
        end_date=end,
        rule=rule,
        entries=entries,
        totals=rules.year_totals(
            ((entry.category, entry.hours) for entry in entries),
            required=rule.yearly_hours,
            required_ethics=rule.yearly_ethics_hours,
            ethics=Category.ETHICS,
        ),
        other_years=tuple(sorted({entry.accounting_year for entry in every} | {present}, reverse=True)),
    )


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
    if own or may(account, Act.SEE_NAMED_HOURS, on=localdate(at), association=entry.lawyer.association):
        return entry
    raise EntryUnknown(pk)


def reach(questions: Sequence[ReachQuestion]) -> dict[ReachQuestion, int]:
    """Return how many lawyers of each beneficiary association, or of those below it, have hours for the
    lecture by that mode. One query, however many questions.
    """
    rows = (
        CreditEntry.objects.filter(
            lecture__in={question.lecture_id for question in questions}, reverses=None, reversed_by=None
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
