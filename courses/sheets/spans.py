"""When somebody was in a room by the clock on the wall, and what becomes of it where the same person was elsewhere at that
time: decisions on plain values. Times in milliseconds since 1970.

Source: domain.md, "From watching to 学时", 3 (no overlap in wall time with another accepted span of the same lawyer);
docs/decisions/0026.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, tzinfo
from decimal import Decimal

from courses.attendance.rules import MINUTE_MS, Interval, difference, intersection, length_of, reaches
from courses.sheets.rules import FULL, KeyedRow, attended_ms

# Paper has minutes: less than one of them is nothing that anybody can look into.
LEAST_MS = MINUTE_MS


@dataclass(frozen=True)
class Stay:
    """From when until when somebody was in a room, and how much of the lecture was heard there. `loose`: a part was heard,
    and nobody wrote which minutes of this time, so that it fits wherever there is enough of it.
    """

    wall: Interval
    needs_ms: int
    loose: bool = False


def sat(
    on: date, begins_at: time | None, ends_at: time | None, *, length_minutes: int, zone: tzinfo
) -> Interval | None:
    """Return from when until when a room sat; where one of the two is not said, as long as the lecture takes. None where
    neither is. A room that ended before it began sat until after midnight.
    """
    length = timedelta(minutes=length_minutes)
    begins = datetime.combine(on, begins_at, tzinfo=zone) if begins_at is not None else None
    ends = datetime.combine(on, ends_at, tzinfo=zone) if ends_at is not None else None
    if begins is not None:
        ends = ends or begins + length
        return _ms(begins), _ms(ends if ends > begins else ends + timedelta(days=1))
    return (_ms(ends - length), _ms(ends)) if ends is not None else None


def stay_of(row: KeyedRow, room: Interval | None, creditable_ms: int) -> Stay | None:
    """Return when a person on a sheet was there; None for who was not, and where no time is known."""
    needs = attended_ms(row, creditable_ms)
    begins = _ms(row.in_at) if row.in_at else room[0] if room else None
    ends = _ms(row.out_at) if row.out_at else room[1] if room else None
    if not needs or begins is None or ends is None or ends <= begins:
        return None
    return Stay((begins, ends), needs, loose=row.mark != FULL and needs < ends - begins)


def at_odds(one: Stay, other: Stay) -> list[Interval]:
    """Return when two stays of one person cannot both be true; nothing where a loose one fits beside the other."""
    both = intersection([one.wall], [other.wall])
    if length_of(both) < LEAST_MS or _fits(one, both) or _fits(other, both):
        return []
    return both


def heard_ms(
    row: KeyedRow, stay: Stay | None, taken: Iterable[Interval], *, creditable_ms: int, threshold: Decimal
) -> int:
    """Return how much of the lecture counts of what a row says: nobody hears more of it than there is time on the wall that
    does not count elsewhere; of a room keyed shorter than that, the same share. Of the whole it is all of it from the
    rule's threshold on.
    """
    said = attended_ms(row, creditable_ms)
    free = _free(stay, taken) if stay is not None else []
    if stay is None or length_of([stay.wall]) - length_of(free) < LEAST_MS:
        return said
    left, wall = length_of(free), length_of([stay.wall])
    # A room that sat shorter than what was heard there stands for it as a whole, and loses as much of it.
    heard = min(said, left) if said <= wall else said * left // wall
    if row.mark == FULL and reaches(heard, creditable_ms, threshold):
        return said
    return heard


def counted(stay: Stay, taken: Iterable[Interval], heard: int) -> list[Interval]:
    """Return which time on the wall counts here from now on: all that is free of it; of a loose stay as much as was heard,
    from the beginning.
    """
    free = _free(stay, taken)
    if not stay.loose:
        return free
    found: list[Interval] = []
    for start, end in free:
        rest = heard - length_of(found)
        if rest > 0:
            found.append((start, min(end, start + rest)))
    return found


def _free(stay: Stay, taken: Iterable[Interval]) -> list[Interval]:
    return difference([stay.wall], taken)


def _fits(stay: Stay, away: Sequence[Interval]) -> bool:
    return stay.loose and length_of(difference([stay.wall], away)) >= stay.needs_ms


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)
