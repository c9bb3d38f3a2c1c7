"""The sessions that are not counted yet, with what has to happen next, and asking the other side for their evidence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.timezone import localdate

from courses import api as courses
from courses.api import SessionFact
from programmes.plans.models import Plan
from programmes.quotas import queries, wording
from programmes.quotas.left_out import left_out
from programmes.quotas.queries import Row
from programmes.quotas.rules import WAITING, State
from programmes.quotas.scope import scope_of
from qianchang.groundwork import audit
from qianchang.people import notices
from qianchang.people.models import Account, Association
from qianchang.people.officers import officers_who
from qianchang.people.permissions import Act

LONGEST_LIST = 50
# Its day is over, or it is held: what it lacks by now is missing.
ASKED_STATES = (State.HELD, State.RETURNED, State.SCHEDULED, State.PLANNED)


@dataclass(frozen=True)
class Waiting:
    """One session that is not counted yet, and what has to happen next."""

    fact: SessionFact
    state: State
    state_label: str
    tag: str
    region: str
    next_step: str


def waiting(rows: Sequence[Row], regions: dict[int, str]) -> tuple[Waiting, ...]:
    """Return the first of these sessions as the board lists them; `regions` are the names by beneficiary."""
    first = sorted(rows, key=lambda row: (WAITING.index(row.state), row.date, row.session))[:LONGEST_LIST]
    facts = _facts(first)
    out = left_out(first, known=facts)
    return tuple(
        Waiting(
            fact=facts[row.session],
            state=row.state,
            state_label=str(wording.STATES[row.state]),
            tag=wording.TAGS[row.state],
            region=regions[row.beneficiary],
            next_step=out[row.session, row.plan].next_step
            if (row.session, row.plan) in out
            else wording.next_step(
                row.state,
                region=regions[row.beneficiary],
                missing=wording.missing_evidence(facts[row.session]),
            ),
        )
        for row in first
    )


def ask_for_evidence(
    *, plan: Plan, supporter: Association, year: int, by: Account, at: datetime
) -> tuple[int, bool]:
    """Ask the other side for the evidence that the sessions of a year lack by now (催交材料): a message to its officers,
    once a day whoever asks for an association. Returns how many sessions lack some, and whether anybody was told now.
    """
    today = localdate(at)
    scope = scope_of(by, on=today)
    gives = scope.gives(supporter.pk)
    rows = queries.rows_of(plan, supporter=supporter, beneficiaries=None if gives else scope.beneficiaries)
    lacking = _lacking([row for row in rows if row.date.year == year], today)
    if not lacking:
        return 0, False
    told = 0
    found = queries.associations(row.beneficiary for row in lacking).values()
    receiving = sorted(found, key=lambda each: each.code)
    asked = receiving if gives else [supporter]
    asker = [supporter] if gives else receiving
    name_zh = "、".join(each.name_zh for each in asker)
    name_en = ", ".join(each.name_en or each.name_zh for each in asker)
    for association in asked:
        theirs = [row for row in lacking if not gives or row.beneficiary == association.pk]
        act = Act.CONFIRM_SESSION if gives else Act.HOLD_SESSION
        words: dict[str, str | int] = {
            "count": len(theirs),
            "association": name_zh,
            "association_en": name_en,
        }
        told += notices.post_many(
            event="evidence_asked",
            key=f"{plan.code}:{supporter.code}:{association.code}:{today.isoformat()}",
            told=dict.fromkeys(officers_who(act, [association], on=today), words),
            at=at,
            link=f"{reverse('quotas:sessions')}?{_filter(plan, supporter, association, year, gives)}",
        )
    if told:
        audit.record(
            "asked for evidence",
            object_type="plan",
            object_key=plan.code,
            by=by,
            at=at,
            supporter=supporter.code,
            rows=len(lacking),
        )
    return len(lacking), bool(told)


def _filter(plan: Plan, supporter: Association, asked: Association, year: int, gives: bool) -> str:
    beneficiary = asked.code if gives else ""
    return queries.Filter(plan.code, supporter.code, beneficiary, year, states=ASKED_STATES).query


def _lacking(rows: Sequence[Row], today: date) -> list[Row]:
    due = [row for row in rows if row.state in ASKED_STATES and row.date <= today]
    facts = _facts(due)
    return [row for row in due if wording.missing_evidence(facts[row.session])]


def _facts(rows: Sequence[Row]) -> dict[int, SessionFact]:
    if not rows:
        return {}
    return {fact.id: fact for fact in courses.session_facts(ids=[row.session for row in rows])}
