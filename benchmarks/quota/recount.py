"""What must stand in the quota ledger, counted once more from what officers did: plain SQL and plain Python, written from
domain.md ("From holding to 场") and sharing no code with programmes/quotas.

The rows of sessions, decisions, month closes, decided reversals and hours go in; what every month has to post comes out,
to be held against the ledger entry by entry.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

SHORTEST_MS = 45 * 60 * 1000
CHINA = ZoneInfo("Asia/Shanghai")

# (supporter, beneficiary, mode, month held, month posted) and how many.
Sums = Counter[tuple[int, int, str, str, str]]

SESSIONS = """
    SELECT s.id, v.lecture_id, v.length_ms, s.supporter_id, s.beneficiary_id, m.code, s.date, s.place, s.begins_at,
           s.joint_event, d.decided_at
    FROM schedule_trainingsession s
    JOIN schedule_deliverymode m ON m.id = s.mode_id
    JOIN catalogue_lectureversion v ON v.id = s.lecture_version_id
    JOIN quotas_sessiontarget t ON t.session_id = s.id AND t.plan_id = %s
    JOIN quotas_decision d ON d.session_id = s.id AND d.outcome = 'confirmed'
    WHERE s.state = 'held' ORDER BY s.date, s.id
"""
CLOSES = (
    "SELECT closed_at, supporter_id, month FROM quotas_monthclose WHERE plan_id = %s ORDER BY closed_at, id"
)
REVERSALS = """
    SELECT r.decided_at, e.session_id FROM quotas_reversal r JOIN quotas_quotaentry e ON e.id = r.entry_id
    WHERE r.state = 'posted' AND e.plan_id = %s ORDER BY r.decided_at, r.id
"""
REACHED = """
    SELECT DISTINCT c.lecture_id, a.id, a.parent_id, p.parent_id, c.mode_code
    FROM credits_creditentry c
    JOIN people_lawyer l ON l.id = c.lawyer_id
    JOIN people_association a ON a.id = l.association_id
    LEFT JOIN people_association p ON p.id = a.parent_id
    WHERE c.reverses_id IS NULL AND NOT EXISTS (SELECT 1 FROM credits_creditentry r WHERE r.reverses_id = c.id)
"""
LEDGER = """
    SELECT supporter_id, beneficiary_id, mode_code, effective_month, posted_month, quantity
    FROM quotas_quotaentry WHERE plan_id = %s
"""


@dataclass(frozen=True)
class Held:
    """One session that was held and confirmed."""

    number: int
    lecture: int
    length_ms: int
    supporter: int
    beneficiary: int
    mode: str
    day: date
    place: str
    half: str
    joint: str
    confirmed_at: datetime


def ledger_sums(plan: int) -> Sums:
    """Return what stands in the ledger, entry by entry, with nothing but the zeros left out."""
    sums: Sums = Counter()
    for *key, quantity in _rows(LEDGER, plan):
        sums[tuple(key)] += quantity
    return Counter({key: quantity for key, quantity in sums.items() if quantity})


def recount(plan: int) -> Sums:
    """Return what has to stand there."""
    sessions = [_held(*row) for row in _rows(SESSIONS, plan)]
    reached = {
        (lecture, association, mode)
        for lecture, *line, mode in _rows(REACHED)
        for association in line
        if association is not None
    }
    events: list[tuple[datetime, int, Any]] = [
        (_time(at), 0, (supporter, month)) for at, supporter, month in _rows(CLOSES, plan)
    ]
    events += [(_time(at), 1, session) for at, session in _rows(REVERSALS, plan)]
    return _replay(sessions, sorted(events, key=lambda event: event[:2]), reached)


def _replay(
    sessions: Sequence[Held], events: Iterable[tuple[datetime, int, Any]], reached: set[tuple[int, int, str]]
) -> Sums:
    posted: set[int] = set()
    standing: dict[int, Held] = {}
    closed: dict[int, list[str]] = {}
    sums: Sums = Counter()
    by_number = {each.number: each for each in sessions}
    for at, kind, what in events:
        if kind == 1:
            each = by_number[what]
            del standing[what]
            months = [_after(month) for month in closed.get(each.supporter, ())]
            month = max([f"{at.astimezone(CHINA):%Y-%m}", *months])
            sums[each.supporter, each.beneficiary, each.mode, f"{each.day:%Y-%m}", month] -= 1
            continue
        supporter, month = what
        closed.setdefault(supporter, []).append(month)
        for each in sessions:
            due = each.supporter == supporter and f"{each.day:%Y-%m}" <= month and each.confirmed_at <= at
            if due and each.number not in posted and _counts(each, standing.values(), reached):
                posted.add(each.number)
                standing[each.number] = each
                sums[supporter, each.beneficiary, each.mode, f"{each.day:%Y-%m}", month] += 1
    return Counter({key: quantity for key, quantity in sums.items() if quantity})


def _counts(each: Held, standing: Iterable[Held], reached: set[tuple[int, int, str]]) -> bool:
    if each.length_ms < SHORTEST_MS:
        return False
    recorded = each.mode in ("network_video", "dvd")
    if recorded and (each.lecture, each.beneficiary, each.mode) not in reached:
        return False
    return not any(_is_the_same(each, other) for other in standing)


def _is_the_same(one: Held, other: Held) -> bool:
    here = one.beneficiary == other.beneficiary
    if one.joint and one.joint == other.joint:
        return here
    if one.lecture != other.lecture:
        return False
    recordings = {"network_video", "dvd"}
    if one.mode in recordings and other.mode in recordings:
        return here
    if one.mode != other.mode or one.day != other.day:
        return False
    if one.mode == "teleconference":
        return here and ("" in (one.half, other.half) or one.half == other.half)
    # On site, by the same lecturer: every simulated lecture has one, and keeps it.
    if one.half and other.half:
        return one.half == other.half
    return here and one.place == other.place


def _held(
    number: int,
    lecture: int,
    length_ms: int,
    supporter: int,
    beneficiary: int,
    mode: str,
    day: Any,
    place: str,
    begins_at: Any,
    joint: str,
    confirmed_at: Any,
) -> Held:
    hour = None if begins_at is None else int(str(begins_at)[:2])
    half = "" if hour is None else "am" if hour < 12 else "pm"
    when = day if isinstance(day, date) else date.fromisoformat(str(day))
    said = _time(confirmed_at)
    return Held(number, lecture, length_ms, supporter, beneficiary, mode, when, place, half, joint, said)


def _time(value: Any) -> datetime:
    read = value if isinstance(value, datetime) else datetime.fromisoformat(str(value))
    return read if read.tzinfo else read.replace(tzinfo=ZoneInfo("UTC"))


def _after(month: str) -> str:
    year, number = int(month[:4]), int(month[5:])
    return f"{year + number // 12}-{number % 12 + 1:02d}"


def _rows(question: str, *values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(question, values)
        return [tuple(row) for row in cursor.fetchall()]
