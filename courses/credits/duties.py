"""How many hours many lawyers still need, in a few queries for all of them: queries.year_of is one lawyer's page."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum
from django.utils.timezone import localdate

from courses.catalogue.models import Category
from courses.credits import queries, rules
from courses.credits.models import CreditEntry, CreditRule
from courses.credits.rules import Duty, Line
from courses.schedule.rules import ONSITE
from qianchang.people.models import Jurisdiction, Lawyer, Practice


@dataclass(frozen=True)
class Term:
    """The present accounting year of a jurisdiction: its rule, its first day, and its end (exclusive)."""

    rule: CreditRule
    year: int
    first: date
    end: date


def term_of(jurisdiction: Jurisdiction, *, at: datetime) -> Term:
    """Return the present accounting year of a jurisdiction. One query. Raises NoCreditRule."""
    today = localdate(at)
    rule = queries.rule_for(jurisdiction, today)
    year = rules.accounting_year(today, rule.year_starts_month)
    first, end = rules.year_window(year, rule.year_starts_month)
    return Term(rule, year, first, end)


def hours_missing(lawyers: Sequence[Lawyer], term: Term) -> dict[int, Decimal]:
    """Return how many hours each of these lawyers, all of one jurisdiction, still needs in its present year, by number;
    0 for whoever has everything. A part of the duty that is missing counts even where the whole is reached: it takes
    hours of its own. Two queries.
    """
    lines: dict[int, list[Line]] = defaultdict(list)
    credited = CreditEntry.objects.filter(lawyer__in=lawyers, accounting_year=term.year)
    for lawyer, category, mode, hours in (
        credited.order_by().values_list("lawyer", "category", "mode_code").annotate(sum=Sum("hours"))
    ):
        lines[lawyer].append((category, mode, hours))
    stretches: dict[int, list[tuple[str, date, date | None]]] = defaultdict(list)
    practices = Practice.objects.filter(lawyer__in=lawyers)
    for each in practices.only("lawyer", "kind", "valid_from", "valid_until"):
        stretches[each.lawyer_id].append((each.kind, each.valid_from, each.valid_until))
    return {each.pk: _missing(term, lines[each.pk], stretches[each.pk]) for each in lawyers}


def _missing(
    term: Term, lines: Iterable[Line], stretches: Iterable[tuple[str, date, date | None]]
) -> Decimal:
    rule = term.rule
    days = rules.practised(stretches, first=term.first, end=term.end)
    share = rules.duty_share(days, first=term.first, end=term.end, how=rules.ProRata(rule.pro_rata))
    asked = {
        Duty.TOTAL: rule.yearly_hours,
        Duty.ETHICS: rule.yearly_ethics_hours,
        Duty.ONSITE: rule.yearly_onsite_hours,
    }
    required = {duty: rules.pro_rated(hours, share, step=rule.step) for duty, hours in asked.items()}
    totals = rules.year_totals(lines, required=required, ethics=Category.ETHICS, onsite=ONSITE)
    return max(totals.total.missing, totals.ethics.missing, totals.onsite.missing)
