"""What holds of discs. Plain values in, plain values out.

Source: domain.md, "Evidence" and "From holding to 场", 4; product-design.md, 5.3 (光盘) and 8.
"""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import StrEnum

# A request is for one disc; this is what fits on one in any case.
MOST_LECTURES_ASKED = 4
# Whoever has a disc longer than this is asked for it: others wait.
OVERDUE_AFTER_DAYS = 60
# At most so many discs of one master in one go: somebody burns each of them.
MOST_DISCS_AT_ONCE = 50
# Wrong answer sheets of one lawyer for one lecture of one disc: four digits can be guessed in 10,000 tries.
WRONG_SHEETS_ALLOWED = 5
# What stands for a carrier where somebody takes the disc along.
BY_HAND = "by hand"

_SERIAL = re.compile(r"D?0*([1-9][0-9]{0,8})", re.ASCII)
# Dashes, dots and their like, underscores, and the minus sign.
_BETWEEN = ("Pd", "Po", "Pc", "Sm")


class State(StrEnum):
    """Where a disc stands (待制作 / 已制作 / 已寄出 / 已收到 / 已归还; beside it: 遗失, 不再制作)."""

    TO_MAKE = "to_make"
    MADE = "made"
    DISPATCHED = "dispatched"
    RECEIVED = "received"
    RETURNED = "returned"
    LOST = "lost"
    CALLED_OFF = "called_off"


# What may be noted of a disc next. A received one is sent on to the next county; a lost one may be found. One that was
# called off is made after all where its image is asked for again; that is no step of its way.
NEXT: dict[State, frozenset[State]] = {
    State.TO_MAKE: frozenset({State.MADE}),
    State.MADE: frozenset({State.DISPATCHED, State.LOST}),
    State.DISPATCHED: frozenset({State.RECEIVED, State.RETURNED, State.LOST}),
    State.RECEIVED: frozenset({State.DISPATCHED, State.RETURNED, State.LOST}),
    State.RETURNED: frozenset({State.DISPATCHED, State.LOST}),
    State.LOST: frozenset({State.RECEIVED, State.RETURNED}),
    State.CALLED_OFF: frozenset(),
}
# What answers no request.
FRUITLESS = (State.LOST, State.CALLED_OFF)
# With somebody else: on the road or in a county.
AWAY = (State.DISPATCHED, State.RECEIVED)


def may_follow(state: str, step: str) -> bool:
    """Tell whether this step may be noted of a disc in this state."""
    return State(step) in NEXT[State(state)]


def serial_of(number: int) -> str:
    """Return the serial number as it stands on the disc: D-0057."""
    return f"D-{number:04d}"


def read_serial(text: str) -> str | None:
    """Return the serial number that somebody typed or scanned: "d 57" is D-0057, in wide signs too; None for something
    else. Dashes of every kind, dots and spaces are left out.
    """
    plain = unicodedata.normalize("NFKC", text).upper()
    signs = [each for each in plain if not (each.isspace() or unicodedata.category(each) in _BETWEEN)]
    whole = _SERIAL.fullmatch("".join(signs))
    return serial_of(int(whole[1])) if whole else None


def read_serials(text: str) -> tuple[list[str], list[str]]:
    """Return the serial numbers in a line or list, each once and in their order, and what of it is none."""
    serials: list[str] = []
    others: list[str] = []
    for word in re.split(r"[,，、;；\s]+", text.strip()):
        serial = read_serial(word) if word else None
        if serial and serial not in serials:
            serials.append(serial)
        elif word and serial is None:
            others.append(word)
    return serials, others


def moment_of(day: date, *, now: datetime, after: datetime | None) -> datetime | None:
    """Return the moment of a step that happened on a day: now for today, else noon, but never before the step before it.
    None for a day that cannot be: one to come, or before the day of the step before it.
    """
    if day > now.date() or (after is not None and day < after.date()):
        return None
    then = now if day == now.date() else datetime.combine(day, time(12), tzinfo=now.tzinfo)
    return then if after is None else max(then, after)


def days_away(since: date, *, on: date) -> int:
    """Return for how many days a disc has been with somebody."""
    return (on - since).days


def is_overdue(since: date, *, on: date) -> bool:
    """Tell whether whoever has a disc since a day is asked for it."""
    return days_away(since, on=on) > OVERDUE_AFTER_DAYS


def overdue_before(on: date) -> date:
    """Return the first day on which a disc may have been sent without being overdue."""
    return on - timedelta(days=OVERDUE_AFTER_DAYS)


@dataclass(frozen=True)
class Part:
    """One lecture of a composition, as its checksum covers it."""

    version_id: int
    recording_sha256: str
    length_ms: int
    windows: Sequence[Sequence[int]]


def master_digest(parts: Sequence[Part], *, presence_minutes: int) -> str:
    """Return the checksum of a composition: SHA-256 over what makes all of its discs the same, in one fixed spelling."""
    said = {
        "form": 1,
        "presence_minutes": presence_minutes,
        "lectures": [
            [
                each.version_id,
                each.recording_sha256,
                each.length_ms,
                [list(window) for window in each.windows],
            ]
            for each in parts
        ],
    }
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


class RequestState(StrEnum):
    """Where a request stands (已申请 / 制作中 / 已寄出 / 已收到 / 已归还; beside it: 已答复不寄, 已撤回)."""

    ASKED = "asked"
    IN_PREPARATION = "in preparation"
    SENT = "sent"
    RECEIVED = "received"
    RETURNED = "returned"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


_FURTHEST = (
    (State.RECEIVED, RequestState.RECEIVED),
    (State.DISPATCHED, RequestState.SENT),
    (State.RETURNED, RequestState.RETURNED),
)


def request_state(discs: Iterable[str], *, declined: bool, withdrawn: bool) -> RequestState:
    """Return where a request stands from the states of the discs that were made for it. Lost ones answer nothing, nor do
    those that were called off.
    """
    if declined:
        return RequestState.DECLINED
    if withdrawn:
        return RequestState.WITHDRAWN
    states = {State(each) for each in discs} - {*FRUITLESS}
    for state, said in _FURTHEST:
        if state in states:
            return said
    return RequestState.IN_PREPARATION if states else RequestState.ASKED
