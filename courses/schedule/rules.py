"""The code of a session (场次编号) and what its mode asks for: decisions on plain values."""

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from enum import StrEnum
from functools import cache
from pathlib import Path

UNKNOWN_REGION = "他"

ONSITE = "onsite"
NETWORK_VIDEO = "network_video"
DVD = "dvd"
TELECONFERENCE = "teleconference"
# Modes for which the lecturer has to be somewhere on the day itself.
WITH_LECTURER = (ONSITE, TELECONFERENCE)
NOON = 12


@cache
def _abbreviations() -> dict[str, str]:
    document = json.loads(Path(__file__).with_name("abbreviations.json").read_text(encoding="utf-8"))
    return dict(document["by_association"])


def region_abbreviation(association_line: Sequence[str]) -> str:
    """Return the one character of an association's province, from the codes of it and those above it,
    lowest first.
    """
    known = _abbreviations()
    return next((known[code] for code in association_line if code in known), UNKNOWN_REGION)


def code_prefix(association_line: Sequence[str], mode_letter: str, held: date) -> str:
    """Return what a code starts with: region, year and mode, as in 桂26-W-."""
    return f"{region_abbreviation(association_line)}{held.year % 100:02d}-{mode_letter}-"


def session_code(prefix: str, number: int) -> str:
    """Return a whole code, as in 桂26-W-0001."""
    return f"{prefix}{number:04d}"


def needs_place(mode_code: str) -> bool:
    """Tell whether a session of this mode happens somewhere: on site it is the place that makes it one."""
    return mode_code == ONSITE


def is_shown_by_reach(mode_code: str) -> bool:
    """Tell whether nothing but its reach shows that a session was held at all.

    Source: domain.md, "From holding to 场", 2: uploading is not holding; a network video counts when it was
    released to the region and reached somebody. The other modes are events: they happened, whatever
    evidence is missing.
    """
    return mode_code == NETWORK_VIDEO


def half_day(begins_at: time | None) -> str:
    """Return the half of a day that a time of the day falls into: "am" or "pm", empty while no hour is said."""
    if begins_at is None:
        return ""
    return "am" if begins_at.hour < NOON else "pm"


def county_named(place: str, counties: Iterable[tuple[int, str]]) -> int | None:
    """Return the one county (by number) whose name stands in a place; None for none, and for several. A name that is
    only part of a longer one there, as 新城区 of 大新城区, is not named.
    """
    named = {number: name for number, name in counties if name and name in place}
    within = {
        number
        for number, name in named.items()
        if any(name != longer and name in longer for longer in named.values())
    }
    left = sorted(named.keys() - within)
    return left[0] if len(left) == 1 else None


# --- Clashes --------------------------------------------------------------------------------------------------


class Clash(StrEnum):
    """What an officer is asked about before two sessions stand beside each other. None of them forbids anything."""

    SAME_PLACE = "the place is taken that day"
    LECTURER_ELSEWHERE = "the lecturer is elsewhere that day"
    SAME_LECTURE = "the region has this lecture already"


@dataclass(frozen=True)
class Slot:
    """One session as the clashes see it."""

    code: str
    date: date
    place: str
    half_day: str
    mode: str
    lecture: int
    beneficiary: int
    lecturers: frozenset[int]
    joint_event: str = ""


def clashes(wanted: Slot, others: Iterable[Slot]) -> list[tuple[Clash, str]]:
    """Return why a session clashes with which others (by code), worst first; nothing clashes with itself or with
    the other sessions of its own event.
    """
    found = []
    for other in sorted(others, key=lambda each: (each.date, each.code)):
        one_event = bool(wanted.joint_event) and wanted.joint_event == other.joint_event
        if other.code == wanted.code or one_event:
            continue
        found += [(clash, other.code) for clash in Clash if _CLASHES[clash](wanted, other)]
    order = list(Clash)
    return sorted(found, key=lambda each: order.index(each[0]))


def _same_time(one: Slot, other: Slot) -> bool:
    apart = one.half_day and other.half_day and one.half_day != other.half_day
    return one.date == other.date and not apart


def _place(slot: Slot) -> str:
    return "".join(slot.place.split()).casefold()


def _same_place(one: Slot, other: Slot) -> bool:
    return bool(_place(one)) and _place(one) == _place(other) and _same_time(one, other)


def _lecturer_elsewhere(one: Slot, other: Slot) -> bool:
    there = one.mode in WITH_LECTURER and other.mode in WITH_LECTURER and one.date == other.date
    # At one place one after the other is a full day; anywhere else is a journey.
    return there and bool(one.lecturers & other.lecturers) and _place(one) != _place(other)


def _same_lecture(one: Slot, other: Slot) -> bool:
    return one.lecture == other.lecture and one.beneficiary == other.beneficiary


_CLASHES: dict[Clash, Callable[[Slot, Slot], bool]] = {
    Clash.SAME_PLACE: _same_place,
    Clash.LECTURER_ELSEWHERE: _lecturer_elsewhere,
    Clash.SAME_LECTURE: _same_lecture,
}


# --- Repeats --------------------------------------------------------------------------------------------------


def repeats(held: Iterable[tuple[date, int]]) -> dict[int, int | None]:
    """Return which session each one repeats, from the days and numbers of all of one lecture for one region in one
    mode: the first of them repeats none, and all others repeat it.
    """
    numbers = [number for _day, number in sorted(held)]
    return {number: None if place == 0 else numbers[0] for place, number in enumerate(numbers)}
