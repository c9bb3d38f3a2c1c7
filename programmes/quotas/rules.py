"""When a session counts, who may say so, and in which month. Plain values in, plain values out.

Source: domain.md, "From holding to 场", 1 to 5 and 7.
"""

import calendar
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class State(StrEnum):
    """Where a session stands (计划 → 已安排 → 已举办 → 已确认 → 已计入; beside it: 退回, 冲正, 取消)."""

    PLANNED = "planned"
    SCHEDULED = "scheduled"
    HELD = "held"
    RETURNED = "returned"
    CONFIRMED = "confirmed"
    COUNTED = "counted"
    REVERSED = "reversed"
    CANCELLED = "cancelled"


# Still on the way to being counted, in the order in which an officer looks at them.
WAITING = (State.RETURNED, State.HELD, State.CONFIRMED, State.SCHEDULED, State.PLANNED)

# Shown as often as one likes, one region learns a recording once. Further showings give hours, not 场.
ONCE_PER_REGION = frozenset({"network_video", "dvd"})

# The beneficiary side is reminded after this many days, and never confirmed for.
REMIND_AFTER_DAYS = 15


def state_of(schedule_state: str, *, outcome: str | None, posted: bool, balance: int) -> State:
    """Return a session's state from what the schedule says, the last decision (`confirmed`, `returned` or
    None), and the ledger: whether it was ever posted, and the sum of its entries.
    """
    if posted:
        return State.COUNTED if balance > 0 else State.REVERSED
    if schedule_state != "held":
        return State(schedule_state)
    if outcome == "confirmed":
        return State.CONFIRMED
    return State.RETURNED if outcome == "returned" else State.HELD


# --- Confirming: four eyes ----------------------------------------------------------------------------------


class ConfirmRefusal(StrEnum):
    NOT_HELD = "not held"
    ALREADY_CONFIRMED = "already confirmed"
    ENTERED_BY_SELF = "entered by the same person"
    HELD_BY_SELF = "recorded as held by the same person"


def refusal_to_confirm(
    state: State, *, entered_by: int | None, held_by: int | None, by: int
) -> ConfirmRefusal | None:
    """Return why this person cannot confirm this session, or None: not what they entered or held."""
    if state in (State.CONFIRMED, State.COUNTED, State.REVERSED):
        return ConfirmRefusal.ALREADY_CONFIRMED
    if state not in (State.HELD, State.RETURNED):
        return ConfirmRefusal.NOT_HELD
    if by == entered_by:
        return ConfirmRefusal.ENTERED_BY_SELF
    if by == held_by:
        return ConfirmRefusal.HELD_BY_SELF
    return None


def may_return(state: State) -> bool:
    """Tell whether a session can be sent back: only while it waits for the beneficiary's word. Later it is
    reversed.
    """
    return state is State.HELD


# Sessions are of these years. In others a month has fewer digits, and the calendar ends on both sides.
YEARS = range(2000, 2100)

# --- Months -------------------------------------------------------------------------------------------------


def month_of(day: date) -> str:
    """Return the month of a day as `yyyy-mm`."""
    return f"{day:%Y-%m}"


def first_day(month: str) -> date:
    """Return the first day of a month `yyyy-mm`. Raises ValueError for anything else."""
    # int() alone takes "+1", spaces and full-width digits: another spelling would be another month to close.
    if not re.fullmatch(r"[0-9]{4}-[0-9]{2}", month):
        raise ValueError(f"{month!r} is not a month like 2026-10")
    return date(int(month[:4]), int(month[5:]), 1)


def last_day(month: str) -> date:
    """Return the last day of a month `yyyy-mm`."""
    first = first_day(month)
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def next_month(month: str) -> str:
    """Return the month after a month `yyyy-mm`."""
    return month_of(last_day(month) + timedelta(days=1))


def closes_from(month: str, *, days_before_end: Sequence[int]) -> date:
    """Return the first day on which a month may be closed, under the strictest of the rules that touch it."""
    day = last_day(month) - timedelta(days=min(days_before_end, default=0))
    return max(day, first_day(month))


def open_month(month: str, *, closed: Sequence[str]) -> str:
    """Return `month`, or the month after the last closed one where that is later: nothing is posted behind a
    close.
    """
    return max([month, *(next_month(last) for last in closed)])


# --- Posting ------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Terms:
    """One region's rule: the shortest session that counts, in minutes."""

    minimum_minutes: int


@dataclass(frozen=True)
class Candidate:
    """One session that is not counted yet. `length_ms` is the creditable length, `reach` the lawyers it
    reached.
    """

    session: int
    state: State
    lecture: int
    beneficiary: int
    mode: str
    held: date
    length_ms: int
    reach: int


class Why(StrEnum):
    """Why a session is not counted when its month closes."""

    NOT_HELD = "not held"
    NOT_CONFIRMED = "not confirmed"
    RETURNED = "returned"
    TOO_SHORT = "too short"
    NO_REACH = "nobody reached"
    COUNTED_BEFORE = "this recording counted for the region before"


@dataclass(frozen=True)
class Verdict:
    """What a close does with one candidate: posted when `why` is None."""

    candidate: Candidate
    why: Why | None


def verdicts(
    candidates: Sequence[Candidate], *, counted_before: frozenset[tuple[int, int]], terms: Mapping[int, Terms]
) -> list[Verdict]:
    """Decide every candidate, earliest first. `counted_before` holds (lecture, beneficiary) of the recordings
    that count already by video or DVD; `terms` the rule by beneficiary.
    """
    seen = set(counted_before)
    decided: list[Verdict] = []
    for candidate in sorted(candidates, key=lambda c: (c.held, c.session)):
        key = (candidate.lecture, candidate.beneficiary)
        why = _why_not(candidate, terms[candidate.beneficiary])
        if why is None and candidate.mode in ONCE_PER_REGION:
            if key in seen:
                why = Why.COUNTED_BEFORE
            seen.add(key)
        decided.append(Verdict(candidate, why))
    return decided


def _why_not(candidate: Candidate, terms: Terms) -> Why | None:
    if candidate.state is State.RETURNED:
        return Why.RETURNED
    if candidate.state is State.HELD:
        return Why.NOT_CONFIRMED
    if candidate.state is not State.CONFIRMED:
        return Why.NOT_HELD
    if candidate.length_ms < terms.minimum_minutes * 60_000:
        return Why.TOO_SHORT
    if candidate.mode in ONCE_PER_REGION and candidate.reach < 1:
        return Why.NO_REACH
    return None


# --- The pace of a year -------------------------------------------------------------------------------------


def due_by(quantity: int, *, year: int, on: date) -> int:
    """Return how many of a year's sessions an even pace would have reached on a day, rounded down."""
    if on.year != year:
        return quantity if on.year > year else 0
    days = 366 if calendar.isleap(year) else 365
    return quantity * on.timetuple().tm_yday // days
