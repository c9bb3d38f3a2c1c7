"""The code at a door (到场码) and what came in and went out there: decisions on plain values.

The screen at the door shows a code that changes every half minute, so that nobody collects it for somebody else. What counts
is the server's moment of the scan, never of the form that follows it. Where there is no screen a printed code hangs at the
door for a day; an officer looks at whoever came by that one.

Source: domain.md, "Evidence", on site and teleconference.
"""

import base64
import hashlib
import hmac
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from courses.attendance.rules import MINUTE_MS, Interval, intersection, length_of, reaches, union

STEP_SECONDS = 30
# A picture stays good while it stands on the screen and for two more: a telephone on a bad line opens the page late.
LATE_STEPS = 2
# Somebody may type a licence number, or sign in first, for so long after the scan.
FORM_MINUTES = 15
# The door opens before the session begins and closes after it has ended.
OPENS_BEFORE, CLOSES_AFTER = timedelta(hours=1), timedelta(hours=1)
# Towards the end the screen shows the code for going without being told.
OUT_BEFORE = timedelta(minutes=10)
_TOKEN = re.compile(
    r"(?P<sheet>[1-9]\d{0,17})(?P<direction>[io])(?P<step>p|[0-9a-f]{1,12})-(?P<mac>[a-z2-7]{16})"
)


class Direction(StrEnum):
    """Which way somebody passes the door."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True)
class Token:
    """What stands in the address of a scanned code. `step` is None for the printed one."""

    sheet: int
    direction: Direction
    step: int | None
    mac: str


# --- The code -------------------------------------------------------------------------------------------------


def token(key: bytes, *, sheet: int, direction: Direction, step: int | None) -> str:
    """Return the last part of the address in the picture: short, so that a phone reads it from the back row."""
    return f"{_said(sheet, direction, step)}-{_mac(key, sheet, direction, step)}"


def parsed(text: str) -> Token | None:
    """Return what a scanned address says; None for what no door ever showed."""
    found = _TOKEN.fullmatch(text)
    if found is None:
        return None
    direction = Direction.IN if found["direction"] == "i" else Direction.OUT
    step = None if found["step"] == "p" else int(found["step"], 16)
    if _said(int(found["sheet"]), direction, step) != text.rpartition("-")[0]:
        return None
    return Token(int(found["sheet"]), direction, step, found["mac"])


def fits(code: Token, keys: Iterable[bytes]) -> bool:
    """Tell whether one of the site's secrets, the present or an earlier one, made a code."""
    typed = code.mac.encode()
    expected = [_mac(key, code.sheet, code.direction, code.step) for key in keys]
    return any(hmac.compare_digest(typed, each.encode()) for each in expected)


def step_at(at: datetime) -> int:
    """Return the half minute of a moment."""
    return int(at.timestamp()) // STEP_SECONDS


def seconds_left(at: datetime) -> int:
    """Return in how many seconds the next code is due, at least one."""
    return STEP_SECONDS - int(at.timestamp()) % STEP_SECONDS


def is_fresh(step: int, at: datetime) -> bool:
    """Tell whether a code was on the screen a moment ago. One of the future was never there."""
    return 0 <= step_at(at) - step <= LATE_STEPS


def is_open(at: datetime, *, begins_at: datetime, ends_at: datetime) -> bool:
    """Tell whether anybody passes this door now."""
    return begins_at - OPENS_BEFORE <= at < ends_at + CLOSES_AFTER


def direction_at(at: datetime, *, ends_at: datetime) -> Direction:
    """Return which code the screen shows when nobody chose one."""
    return Direction.OUT if at >= ends_at - OUT_BEFORE else Direction.IN


def _said(sheet: int, direction: Direction, step: int | None) -> str:
    return f"{sheet}{direction.value[0]}{'p' if step is None else format(step, 'x')}"


def _mac(key: bytes, sheet: int, direction: Direction, step: int | None) -> str:
    made = hmac.new(key, f"door {_said(sheet, direction, step)}".encode(), hashlib.sha256).digest()
    return base64.b32encode(made[:10]).decode().lower()


# --- In and out -----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Stay:
    """When one person was in the room, as far as the door knows: intervals in milliseconds since 1970.

    `first_in` and `last_out` are None where that side is missing. `is_open`: came in and never went out. `lost_in`: went
    out without having come in. How long somebody was there is not known of either.
    """

    intervals: tuple[Interval, ...]
    first_in: datetime | None
    last_out: datetime | None
    is_open: bool
    lost_in: bool

    @property
    def is_whole(self) -> bool:
        """Whether the door saw every coming and going."""
        return bool(self.intervals) and not self.is_open and not self.lost_in


def stay(passings: Iterable[tuple[Direction, datetime]]) -> Stay:
    """Return when somebody was there, from passings in any order. The same twice is once: who scans in again was in
    since the first time, who scans out again left the first time.
    """
    intervals: list[Interval] = []
    inside: datetime | None = None
    first_in = last_out = None
    lost_in = False
    for direction, at in sorted(set(passings), key=lambda each: (each[1], each[0] is Direction.OUT)):
        if direction is Direction.IN:
            inside, first_in = inside or at, first_in or at
        elif inside is not None:
            intervals.append((_ms(inside), _ms(at)))
            inside, last_out = None, at
        elif last_out is None:
            lost_in, last_out = True, at
    return Stay(tuple(union(intervals)), first_in, last_out, inside is not None, lost_in)


# --- How much of the lecture ----------------------------------------------------------------------------------


class Attended(StrEnum):
    """How much of a lecture somebody heard; nothing is said of whom the door knows half."""

    FULL = "full"
    PART = "part"
    ABSENT = "absent"
    UNKNOWN = ""


@dataclass(frozen=True)
class Share:
    """How much of a lecture somebody heard; `minutes` of the lecture for a part only."""

    attended: Attended
    minutes: int | None = None


def share_of(
    intervals: Sequence[Interval], *, room: Interval, creditable_ms: int, threshold: Decimal
) -> Share:
    """Return how much of a lecture somebody heard who was there for these intervals, while the room sat for `room`.

    All of it from the rule's threshold of the room's time on, where the room itself sat long enough to hear it all. A part
    counts as that share of the lecture in whole minutes, rounded down: a break that the room took counts for nobody, and
    nobody hears more than the lecture has.
    """
    there, sat = length_of(intersection(intervals, [room])), room[1] - room[0]
    if sat <= 0 or there <= 0:
        return Share(Attended.ABSENT)
    if reaches(there, sat, threshold) and reaches(sat, creditable_ms, threshold):
        return Share(Attended.FULL)
    heard = there * min(creditable_ms, sat) // sat
    return _part(heard)


def share_of_call(
    *, seconds: int, joined: datetime, left: datetime, room: Interval, creditable_ms: int, threshold: Decimal
) -> Share:
    """Return how much of a lecture somebody heard on the telephone: by the log no longer than it counts, and no longer
    than the conference and the person were there at the same time. Waiting for the beginning is no hearing.
    """
    there = min(seconds * 1000, length_of(intersection([(_ms(joined), _ms(left))], [room])))
    if there <= 0:
        return Share(Attended.ABSENT)
    if reaches(there, creditable_ms, threshold):
        return Share(Attended.FULL)
    return _part(min(there, creditable_ms))


def room_of(begins_at: datetime, ends_at: datetime) -> Interval:
    """Return the time for which a room sat, in milliseconds since 1970."""
    return (_ms(begins_at), _ms(ends_at))


def _part(heard_ms: int) -> Share:
    minutes = heard_ms // MINUTE_MS
    return Share(Attended.PART, minutes) if minutes else Share(Attended.ABSENT)


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
