"""What closing a month would count, what it would leave out, and why."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q
from django.utils.translation import gettext as _

from courses import api as courses
from courses.api import SessionFact
from programmes.plans.models import Plan
from programmes.quotas import queries, rules, wording
from programmes.quotas.left_out import happening
from programmes.quotas.models import MonthClose, QuotaEntry, QuotaRule
from programmes.quotas.rules import Candidate, State, Terms, Why
from qianchang.people.models import Association


@dataclass(frozen=True)
class Line:
    """One session at the close: counted when `why` is empty. `late` means that its own month is closed already, `notes`
    is what is said of it all the same; `rival` is the code of the session that counts in its place, where the supporter
    gave that one as well.
    """

    fact: SessionFact
    region: str
    target: int
    rule: QuotaRule
    state: State
    effective_month: str
    late: bool
    why: str
    notes: tuple[str, ...]
    rival: str


@dataclass(frozen=True)
class Month:
    """One supporter's month of one plan, before or after its close. `refusal` says why it cannot be closed
    now.
    """

    plan: Plan
    supporter: Association
    supporter_name: str
    month: str
    label: str
    closes_from: date
    counted: tuple[Line, ...]
    left_out: tuple[Line, ...]
    closed: MonthClose | None
    posted: tuple[QuotaEntry, ...]
    refusal: str


def month(plan: Plan, *, supporter: Association, month: str, on: date) -> Month:
    """Return a month as it stands on a day. Raises ValueError when `month` is not like 2026-10."""
    until = rules.last_day(month)
    closes = list(
        MonthClose.objects.filter(plan=plan, supporter=supporter)
        .select_related("closed_by")
        .order_by("month")
    )
    closed = next((close for close in closes if close.month == month), None)
    rows = [
        row
        for row in queries.rows(
            Q(plan=plan, session__supporter=supporter, session__date__lte=until)
            & ~Q(session__state="cancelled")
        )
        if row.state not in (State.COUNTED, State.REVERSED)
    ]
    places = queries.associations([supporter.pk, *(row.beneficiary for row in rows)])
    rule_of = queries.rules_of(places, on=until)
    lines = _lines(plan, rows, places, rule_of, closed_months=[close.month for close in closes])
    touched = [rule_of[row.beneficiary] for row in rows] or [rule_of[supporter.pk]]
    closes_from = rules.closes_from(
        month, days_before_end=[rule.close_days_before_month_end for rule in touched]
    )
    return Month(
        plan=plan,
        supporter=supporter,
        supporter_name=wording.association_name(supporter),
        month=month,
        label=wording.month_label(month),
        closes_from=closes_from,
        counted=() if closed else tuple(line for line in lines if not line.why),
        left_out=tuple(line for line in lines if line.why) if not closed else (),
        closed=closed,
        posted=_posted(plan, supporter, month) if closed else (),
        refusal=_refusal(month, closes_from, [close.month for close in closes], on=on),
    )


def _lines(
    plan: Plan,
    rows: Sequence[queries.Row],
    places: dict[int, Association],
    rule_of: dict[int, QuotaRule],
    *,
    closed_months: Sequence[str],
) -> list[Line]:
    facts = {fact.id: fact for fact in courses.session_facts(ids=[row.session for row in rows])}
    candidates = [
        Candidate(
            state=row.state,
            what=happening(facts[row.session]),
            length_ms=facts[row.session].length_ms,
            reach=facts[row.session].reach,
            is_repeat=facts[row.session].repeat_of_id is not None,
            evidence_complete=facts[row.session].evidence_complete,
        )
        for row in rows
    ]
    before = queries.counted_on(plan.pk, days={row.date for row in rows if row.state is State.CONFIRMED})
    counted = courses.session_facts(ids=before) if before else []
    decided = rules.verdicts(
        candidates,
        counted_before=queries.recordings_counted(plan.pk, beneficiaries={row.beneficiary for row in rows}),
        terms={
            number: Terms(rule.minimum_minutes, rule.dvd_needs_evidence, rule.discs_from)
            for number, rule in rule_of.items()
        },
        happened=[happening(fact) for fact in counted],
    )
    known = {fact.id: fact for fact in (*counted, *facts.values())}
    known |= _facts({verdict.rival for verdict in decided if verdict.rival} - known.keys())
    by_session = {row.session: row for row in rows}
    lines: list[Line] = []
    for verdict in decided:
        row = by_session[verdict.candidate.what.session]
        rule, rival = rule_of[row.beneficiary], known.get(verdict.rival or 0)
        effective = rules.month_of(row.date)
        lines.append(
            Line(
                fact=facts[row.session],
                region=wording.region_of(places[row.beneficiary]),
                target=row.target,
                rule=rule,
                state=row.state,
                effective_month=effective,
                late=effective in closed_months,
                why=_why(verdict.why, rule, facts[row.session], rival),
                rival=rival.code if rival and rival.supporter_id == row.supporter else "",
                notes=tuple(str(wording.NOTES[note]) for note in verdict.notes),
            )
        )
    return lines


def _facts(sessions: Collection[int]) -> dict[int, SessionFact]:
    return {fact.id: fact for fact in courses.session_facts(ids=sessions)} if sessions else {}


def _why(why: Why | None, rule: QuotaRule, fact: SessionFact, rival: SessionFact | None) -> str:
    if why is None:
        return ""
    if rival is not None:
        return wording.stood_in(why, rival.code)
    if why is Why.TOO_SHORT:
        return wording.too_short(fact.length_minutes, minimum=rule.minimum_minutes)
    if why is Why.NO_DISC_EVIDENCE:
        return wording.without_papers([item.label for item in fact.evidence if not item.present])
    return str(wording.REASONS_NOT_TO_COUNT[why])


def _posted(plan: Plan, supporter: Association, month: str) -> tuple[QuotaEntry, ...]:
    entries = QuotaEntry.objects.filter(plan=plan, supporter=supporter, posted_month=month)
    return tuple(entries.select_related("session", "beneficiary__region", "reversed_by").order_by("sequence"))


def _refusal(month: str, closes_from: date, closed: Sequence[str], *, on: date) -> str:
    later = max((other for other in closed if other > month), default="")
    if later:
        return _("%(later)s is closed already, so nothing is posted in %(month)s any more.") % {
            "later": wording.month_label(later),
            "month": wording.month_label(month),
        }
    if on < closes_from:
        return _("%(month)s can be closed from %(day)s on.") % {
            "month": wording.month_label(month),
            "day": wording.short_date(closes_from),
        }
    return ""
