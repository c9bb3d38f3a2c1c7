"""When a session counts, who may say so, and in which month. Plain values in, plain values out.

Source: domain.md, "From holding to 场", 1 to 5 and 7.
"""

import calendar
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
ONSITE, DVD, TELECONFERENCE = "onsite", "dvd", "teleconference"
ONCE_PER_REGION = frozenset({"network_video", DVD})

# The beneficiary side is reminded after this many days, and never confirmed for.
REMIND_AFTER_DAYS = 15


def state_of(
    schedule_state: str, *, outcome: str | None, posted: bool, balance: int, freed: bool = False
) -> State:
    """Return a session's state on a plan from what the schedule says, the last decision (`confirmed`, `returned` or None),
    and the ledger: whether it was ever posted there, and the sum of its entries. One that was taken back where it counted
    and `freed` to be entered again is reversed on every plan.
    """
    if posted:
        return State.COUNTED if balance > 0 else State.REVERSED
    if freed:
        return State.REVERSED
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
    """One region's rule: the shortest session that counts, in minutes, and whether a DVD counts only with the evidence of
    its discs: one that was held from `discs_from` on (None: whenever).
    """

    minimum_minutes: int
    dvd_needs_evidence: bool = False
    discs_from: date | None = None

    def asks_for_discs(self, held: date) -> bool:
        """Tell whether a DVD of this day counts only with the evidence of its discs."""
        return self.dvd_needs_evidence and (self.discs_from is None or held >= self.discs_from)


@dataclass(frozen=True)
class Happening:
    """What makes one event of a session: who told whom what, when and where. `half_day` is "am", "pm", or "" while the
    hour is not said; `joint_event` is shared by the sessions of one event for several regions.
    """

    session: int
    lecture: int
    beneficiary: int
    mode: str
    held: date
    lecturers: frozenset[int] = frozenset()
    half_day: str = ""
    place: str = ""
    joint_event: str = ""


# The session by which a recording counts already, by its lecture and the beneficiary.
Recordings = Mapping[tuple[int, int], int]


@dataclass(frozen=True)
class Candidate:
    """One session that is not counted yet. `length_ms` is the creditable length, `reach` the lawyers it
    reached.
    """

    state: State
    what: Happening
    length_ms: int
    reach: int
    is_repeat: bool = False
    evidence_complete: bool = False


class Why(StrEnum):
    """Why a session is not counted when its month closes."""

    NOT_HELD = "not held"
    NOT_CONFIRMED = "not confirmed"
    RETURNED = "returned"
    TOO_SHORT = "too short"
    NO_REACH = "nobody reached"
    NO_DISC_EVIDENCE = "the evidence of the discs is missing"
    COUNTED_BEFORE = "this recording counted for the region before"
    SAME_EVENT = "this event counted before"


class Note(StrEnum):
    """What is said of a session that counts all the same."""

    REPEAT = "a repeat"
    JOINT = "one event for several regions"
    WITHOUT_DISCS = "the evidence of the discs is not asked for yet"


@dataclass(frozen=True)
class Verdict:
    """What a close does with one candidate: posted when `why` is None. `rival` is the session that counts in its place."""

    candidate: Candidate
    why: Why | None
    notes: tuple[Note, ...] = ()
    rival: int | None = None


def verdicts(
    candidates: Sequence[Candidate],
    *,
    counted_before: Recordings,
    terms: Mapping[int, Terms],
    happened: Sequence[Happening] = (),
) -> list[Verdict]:
    """Decide every candidate, earliest first. `counted_before` are the recordings that count already by video or DVD,
    `happened` the events that count already; `terms` the rule by beneficiary.
    """
    seen = dict(counted_before)
    events = list(happened)
    decided: list[Verdict] = []
    for candidate in sorted(candidates, key=lambda c: (c.what.held, c.what.session)):
        what = candidate.what
        why, rival = _why_not(candidate, terms[what.beneficiary]), None
        if why is None:
            # Before what may still be handed in: it would not help.
            why, rival = stand_in(what, recordings=seen, events=events) or (None, None)
        why = why or _lacks(candidate, terms[what.beneficiary])
        if why is None:
            events.append(what)
            if what.mode in ONCE_PER_REGION:
                seen[what.lecture, what.beneficiary] = what.session
        notes = () if why else tuple(_notes(candidate, terms[what.beneficiary]))
        decided.append(Verdict(candidate, why, notes, rival))
    return decided


def is_too_short(length_ms: int, *, minutes: int) -> bool:
    """Tell whether a session is shorter than a rule asks."""
    return length_ms < minutes * 60_000


def stand_in(
    what: Happening, *, recordings: Recordings, events: Iterable[Happening]
) -> tuple[Why, int] | None:
    """Return the session that counts in the place of one, and why; None where none does."""
    if what.mode in ONCE_PER_REGION:
        other = recordings.get((what.lecture, what.beneficiary))
        if other is not None:
            return Why.COUNTED_BEFORE, other
    found = next((other.session for other in events if is_same_event(what, other)), None)
    return None if found is None else (Why.SAME_EVENT, found)


def is_same_event(one: Happening, other: Happening) -> bool:
    """Tell whether two sessions are one event for one region, so that only one of them counts.

    Source: domain.md, "From holding to 场", 3 and 5: on site each date and place counts, one topic by one lecturer in one
    half-day; by teleconference one event once for a region; one event for two regions is two sessions, if it is said.
    """
    region = one.beneficiary == other.beneficiary
    if one.joint_event and one.joint_event == other.joint_event:
        return region
    if one.mode != other.mode or one.lecture != other.lecture or one.held != other.held:
        return False
    if one.mode == TELECONFERENCE:
        return region and (one.half_day == other.half_day or not (one.half_day and other.half_day))
    if one.mode != ONSITE or not _shares_lecturer(one, other):
        return False
    if one.half_day and other.half_day:
        return one.half_day == other.half_day
    return region and one.place.split() == other.place.split()


def distinct_events(sessions: Iterable[tuple[int, str]]) -> int:
    """Return how many events sessions (their numbers, and the joint event or "") were: 去重场次 beside 分区场次."""
    return len({joint or number for number, joint in sessions})


def _shares_lecturer(one: Happening, other: Happening) -> bool:
    return bool(one.lecturers & other.lecturers) or one.lecturers == other.lecturers


def _notes(candidate: Candidate, terms: Terms) -> Iterator[Note]:
    if candidate.is_repeat and candidate.what.mode not in ONCE_PER_REGION:
        yield Note.REPEAT
    if candidate.what.joint_event:
        yield Note.JOINT
    what = candidate.what
    if what.mode == DVD and not candidate.evidence_complete and not terms.asks_for_discs(what.held):
        yield Note.WITHOUT_DISCS


def _why_not(candidate: Candidate, terms: Terms) -> Why | None:
    if candidate.state is State.RETURNED:
        return Why.RETURNED
    if candidate.state is State.HELD:
        return Why.NOT_CONFIRMED
    if candidate.state is not State.CONFIRMED:
        return Why.NOT_HELD
    if is_too_short(candidate.length_ms, minutes=terms.minimum_minutes):
        return Why.TOO_SHORT
    return None


def _lacks(candidate: Candidate, terms: Terms) -> Why | None:
    mode = candidate.what.mode
    if mode in ONCE_PER_REGION and candidate.reach < 1:
        return Why.NO_REACH
    if mode == DVD and terms.asks_for_discs(candidate.what.held) and not candidate.evidence_complete:
        return Why.NO_DISC_EVIDENCE
    return None


# --- Reversing: two people ----------------------------------------------------------------------------------


class ReversalRefusal(StrEnum):
    """Why somebody cannot be the second person of a reversal."""

    OWN_PROPOSAL = "proposed by the same person"
    OWN_CLOSE = "posted by the same person"


def refusal_to_check(*, proposed_by: int, closed_by: int | None, by: int) -> ReversalRefusal | None:
    """Return why this person cannot approve a proposed reversal, or None: not what they proposed or posted themselves."""
    if by == proposed_by:
        return ReversalRefusal.OWN_PROPOSAL
    if by == closed_by:
        return ReversalRefusal.OWN_CLOSE
    return None


# --- The pace of a year -------------------------------------------------------------------------------------


def due_by(quantity: int, *, year: int, on: date) -> int:
    """Return how many of a year's sessions an even pace would have reached on a day, rounded down."""
    if on.year != year:
        return quantity if on.year > year else 0
    days = 366 if calendar.isleap(year) else 365
    return quantity * on.timetuple().tm_yday // days
