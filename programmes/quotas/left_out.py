"""The confirmed sessions that no close will count: another session of the same event counts already, or they are too short.

Nothing is kept of it: the ledger and the rules say what counts, so that a session waits for its close again as soon as the
one that stands for it is reversed. Decision 0025 says what one event is.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from django.db.models import Max

from courses import api as courses
from courses.api import SessionFact
from programmes.quotas import queries, rules, wording
from programmes.quotas.models import MonthClose, QuotaRule
from programmes.quotas.queries import Row
from programmes.quotas.rules import Happening, State, Why


@dataclass(frozen=True)
class StandIn:
    """The session that counts in the place of another one, with its two sides."""

    code: str
    supporter: int
    beneficiary: int


@dataclass(frozen=True)
class LeftOut:
    """Why no close counts a session: in a sentence with what to do, as the next step in a list, and as a tag. `stand_in`
    is the session that counts in its place; None where it is too short.
    """

    words: str
    next_step: str
    tag: str
    stand_in: StandIn | None = None


def left_out(
    rows: Iterable[Row], *, known: Mapping[int, SessionFact] = MappingProxyType({})
) -> dict[tuple[int, int], LeftOut]:
    """Return which confirmed sessions no close will count, and why, by session and plan. `known` are facts of sessions
    that are read already. No query where nothing is confirmed, else those for the facts of sessions, twice where some
    were not known, one for the rules, two for each plan, and two where one is short.
    """
    confirmed = [row for row in rows if row.state is State.CONFIRMED]
    if not confirmed:
        return {}
    facts = dict(known)
    facts |= _facts({row.session for row in confirmed} - facts.keys())
    recordings, days = {}, {}
    for plan in sorted({row.plan for row in confirmed}):
        theirs = [row for row in confirmed if row.plan == plan]
        recordings[plan] = queries.recordings_counted(
            plan,
            beneficiaries={row.beneficiary for row in theirs},
            lectures={facts[row.session].lecture_id for row in theirs},
        )
        days[plan] = queries.counted_on(plan, days={row.date for row in theirs})
    stand_ins = set().union(*(each.values() for each in recordings.values()), *days.values())
    facts |= _facts(stand_ins - facts.keys())
    events = {plan: [happening(facts[each]) for each in sorted(counted)] for plan, counted in days.items()}
    found = _too_short(confirmed, facts)
    for row in confirmed:
        other = rules.stand_in(
            happening(facts[row.session]), recordings=recordings[row.plan], events=events[row.plan]
        )
        # Too short comes first, as at the close: who reverses the other one gains nothing.
        if other is not None and (row.session, row.plan) not in found:
            found[row.session, row.plan] = _replaced(other[0], facts[other[1]])
    return found


def _facts(sessions: Collection[int]) -> dict[int, SessionFact]:
    return {fact.id: fact for fact in courses.session_facts(ids=sessions)} if sessions else {}


def _replaced(why: Why, by: SessionFact) -> LeftOut:
    return LeftOut(
        wording.stood_in(why, by.code),
        wording.step_of_replaced(by.code),
        wording.tag_of_replaced(by.code),
        StandIn(by.code, by.supporter_id, by.beneficiary_id),
    )


def _too_short(rows: Collection[Row], facts: Mapping[int, SessionFact]) -> dict[tuple[int, int], LeftOut]:
    """Which are shorter than the rule asks that is in force when their next close can be: that of their own month, or of
    the first one that is not closed yet.
    """
    versions = queries.rule_versions()
    longest = max([QuotaRule().minimum_minutes, *(rule.minimum_minutes for rule in versions)])
    short = [row for row in rows if rules.is_too_short(facts[row.session].length_ms, minutes=longest)]
    if not short:
        return {}
    closed = (
        MonthClose.objects.filter(
            plan__in={row.plan for row in short}, supporter__in={row.supporter for row in short}
        )
        .order_by()
        .values_list("plan", "supporter")
        .annotate(last=Max("month"))
    )
    last = {(plan, supporter): month for plan, supporter, month in closed}
    places = queries.associations({row.beneficiary for row in short})
    found: dict[tuple[int, int], LeftOut] = {}
    for row in short:
        closed_until = last.get((row.plan, row.supporter))
        month = max(rules.month_of(row.date), rules.next_month(closed_until) if closed_until else "")
        rule = queries.rule_in_force(versions, places[row.beneficiary], on=rules.last_day(month))
        fact = facts[row.session]
        if rules.is_too_short(fact.length_ms, minutes=rule.minimum_minutes):
            words = wording.too_short(fact.length_minutes, minimum=rule.minimum_minutes)
            found[row.session, row.plan] = LeftOut(
                words, wording.step_of_too_short(), wording.tag_of_too_short()
            )
    return found


def happening(fact: SessionFact) -> Happening:
    """Return what makes one event of a session."""
    return Happening(
        session=fact.id,
        lecture=fact.lecture_id,
        beneficiary=fact.beneficiary_id,
        mode=fact.mode_code,
        held=fact.date,
        lecturers=frozenset(fact.lecturer_ids),
        half_day=fact.half_day,
        place=fact.place,
        joint_event=fact.joint_event,
    )
