"""What one officer finds at the desk: the board that is theirs, and one session with its buttons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses import api as courses
from courses.api import SessionFact
from programmes.plans import queries as plans
from programmes.plans.models import Plan, Target
from programmes.quotas import queries, rules, wording
from programmes.quotas.board import Board, board
from programmes.quotas.left_out import left_out
from programmes.quotas.models import Decision, QuotaEntry
from programmes.quotas.queries import Row
from programmes.quotas.rules import State
from programmes.quotas.scope import Scope, scope_of
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, may

# --- The board ----------------------------------------------------------------------------------------------


def supporters_on_board(plan: Plan, scope: Scope) -> list[Association]:
    """Return the supporters whose board of a plan somebody may open, those with the most to give first."""
    targets = Target.objects.filter(plan=plan)
    if not scope.sees_everything:
        targets = targets.filter(Q(supporter__in=scope.supporters) | Q(beneficiary__in=scope.beneficiaries))
    return list(
        Association.objects.filter(pk__in=targets.values("supporter"))
        .select_related("region")
        .order_by("code")
    )


def board_for(
    account: Account, *, programme: str, year: int, association: str = "", on: date
) -> tuple[Board, list[Association]] | None:
    """Return the board of a programme's session plan as an account may see it, and the supporters to choose
    from. None when there is no such programme or it is none of theirs: absent and forbidden look the same.
    """
    plan = plans.session_plan_of(programme)
    if plan is None or year not in rules.YEARS:
        return None
    scope = scope_of(account, on=on)
    choices = supporters_on_board(plan, scope)
    supporter = next((each for each in choices if association in ("", each.code)), None)
    if supporter is None:
        return None
    narrowed = None if scope.gives(supporter.pk) else scope.beneficiaries
    return board(plan, supporter=supporter, year=year, as_of=on, beneficiaries=narrowed), choices


# --- One session --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Step:
    """One state on the state line: reached when and by whom, or not reached."""

    label: str
    reached: bool
    current: bool
    on: date | None = None
    name: str = ""


@dataclass(frozen=True)
class Event:
    """One line of a session's history."""

    at: datetime
    name: str
    what: str


@dataclass(frozen=True)
class PlanLine:
    """One plan on which a session stands, and how far it has come there. `left_out` says why no close will count it;
    `rival` is the code of the session that counts in its place, where the reader may open that one.
    """

    plan: Plan
    state: State
    state_label: str
    tag: str
    left_out: str
    rival: str


@dataclass(frozen=True)
class SessionPage:
    """One session as somebody at the desk sees it, with what they may do now; `row` is that of the first plan."""

    row: Row
    fact: SessionFact
    plans: tuple[PlanLine, ...]
    supporter_code: str
    supporter_name: str
    beneficiary_name: str
    state_label: str
    tag: str
    steps: tuple[Step, ...]
    history: tuple[Event, ...]
    returned_because: str
    may_hold: bool
    may_confirm: bool
    may_return: bool
    why_not_confirm: str
    missing: tuple[str, ...]


def session_page(account: Account, *, code: str, on: date) -> SessionPage | None:
    """Return a session by its code, or None when there is none or it is none of theirs."""
    rows, scope = queries.rows_on_plans(code), scope_of(account, on=on)
    row = next(iter(rows), None)
    if row is None or not scope.sees(supporter_id=row.supporter, beneficiary_id=row.beneficiary):
        return None
    fact = courses.session_fact(code)
    sides = queries.associations([row.supporter, row.beneficiary])
    supporter, beneficiary = sides[row.supporter], sides[row.beneficiary]
    decisions = list(Decision.objects.filter(session=row.session).select_related("decided_by").order_by("pk"))
    entries = list(QuotaEntry.objects.filter(session=row.session).select_related("plan").order_by("sequence"))
    confirmer = may(account, Act.CONFIRM_SESSION, on=on, association=beneficiary)
    refusal = rules.refusal_to_confirm(
        row.state, entered_by=fact.entered_by_id, held_by=fact.held_by_id, by=account.pk
    )
    either_side = any(
        may(account, Act.RETURN_SESSION, on=on, association=side) for side in (supporter, beneficiary)
    )
    own = (rules.ConfirmRefusal.ENTERED_BY_SELF, rules.ConfirmRefusal.HELD_BY_SELF)
    last = decisions[-1] if decisions else None
    names = _names(fact)
    return SessionPage(
        row=row,
        fact=fact,
        plans=_plans(rows, scope),
        supporter_code=supporter.code,
        supporter_name=wording.association_name(supporter),
        beneficiary_name=wording.association_name(beneficiary),
        state_label=str(wording.STATES[row.state]),
        tag=wording.TAGS[row.state],
        steps=_steps(row, fact, last, [entry for entry in entries if entry.plan_id == row.plan], names),
        history=_history(fact, decisions, entries, names, several=len(rows) > 1),
        returned_because=last.reason if last and row.state is State.RETURNED else "",
        may_hold=row.state in (State.PLANNED, State.SCHEDULED)
        and may(account, Act.HOLD_SESSION, on=on, association=supporter),
        may_confirm=confirmer and refusal is None,
        may_return=rules.may_return(row.state) and either_side,
        why_not_confirm=str(wording.CONFIRM_REFUSALS[refusal]) if confirmer and refusal in own else "",
        missing=tuple(wording.missing_evidence(fact)),
    )


def _plans(rows: Sequence[Row], scope: Scope) -> tuple[PlanLine, ...]:
    """One line for each plan, in the order in which the session was put on them."""
    named = Plan.objects.select_related("programme").in_bulk([row.plan for row in rows])
    out = left_out(rows)
    lines = []
    for row in rows:
        why = out.get((row.session, row.plan))
        other = why.stand_in if why else None
        open_to_reader = other and scope.sees(supporter_id=other.supporter, beneficiary_id=other.beneficiary)
        lines.append(
            PlanLine(
                plan=named[row.plan],
                state=row.state,
                state_label=str(wording.STATES[row.state]),
                tag=wording.TAGS[row.state],
                left_out=why.words if why else "",
                rival=other.code if other and open_to_reader else "",
            )
        )
    return tuple(lines)


def _names(fact: SessionFact) -> dict[int, str]:
    ids = [number for number in (fact.entered_by_id, fact.held_by_id) if number]
    return {number: str(account) for number, account in Account.objects.in_bulk(ids).items()}


def _steps(
    row: Row, fact: SessionFact, last: Decision | None, entries: list[QuotaEntry], names: dict[int, str]
) -> tuple[Step, ...]:
    line = [State.PLANNED, State.SCHEDULED, State.HELD, State.CONFIRMED, State.COUNTED]
    # What was taken back in another plan may never have counted in this one.
    aside = {State.RETURNED: 2, State.REVERSED: 4 if entries else 3, State.CANCELLED: -1}
    here = aside.get(row.state, line.index(row.state) if row.state in line else -1)
    confirmed = last if last and last.outcome == Decision.Outcome.CONFIRMED else None
    when: dict[State, tuple[date | None, str]] = {
        State.SCHEDULED: (fact.date, names.get(fact.entered_by_id, "")),
        State.HELD: (localdate(fact.held_at) if fact.held_at else None, names.get(fact.held_by_id or 0, "")),
        State.CONFIRMED: (localdate(confirmed.decided_at), str(confirmed.decided_by))
        if confirmed
        else (None, ""),
        State.COUNTED: (localdate(entries[0].recorded_at) if entries else None, ""),
    }
    return tuple(
        Step(
            label=str(wording.STATES[state]),
            reached=position <= here,
            current=position == here,
            on=when.get(state, (None, ""))[0],
            name=when.get(state, (None, ""))[1],
        )
        for position, state in enumerate(line)
    )


def _history(
    fact: SessionFact,
    decisions: list[Decision],
    entries: list[QuotaEntry],
    names: dict[int, str],
    *,
    several: bool,
) -> tuple[Event, ...]:
    """What happened to a session; entries name their plan where it stands on several."""
    events = []
    if fact.held_at:
        events.append(Event(fact.held_at, names.get(fact.held_by_id or 0, ""), _("Recorded as held")))
    for decision in decisions:
        what = (
            _("Confirmed")
            if decision.outcome == Decision.Outcome.CONFIRMED
            else _("Returned: %(reason)s") % {"reason": decision.reason}
        )
        events.append(Event(decision.decided_at, str(decision.decided_by), what))
    for entry in entries:
        what = (
            _("Counted in %(month)s (entry %(number)d of %(ledger)s)")
            if entry.quantity > 0
            else _("Reversed in %(month)s (entry %(number)d of %(ledger)s)")
        )
        what %= {
            "month": wording.month_label(entry.posted_month),
            "number": entry.sequence,
            "ledger": entry.ledger,
        }
        plan = str(entry.plan) if several else ""
        events.append(Event(entry.recorded_at, "", " ".join(filter(None, (plan, what, entry.reason)))))
    return tuple(sorted(events, key=lambda event: event.at))
