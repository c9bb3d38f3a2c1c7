"""Which of what a player reports is evidence: arithmetic on plain values. All times are integer
milliseconds.

Source of every rule: domain.md, "From watching to 学时", 2 to 5. Media time counts from the start of the
recording; wall time is the server's clock since 1970. Intervals are half open, [from, until).
"""

import hashlib
import hmac
import itertools
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from qianchang.groundwork.hours import hours_for

Interval = tuple[int, int]

# How long a code has to be on the screen to be read and typed without haste.
READABLE_MS = 20_000
MINUTE_MS = 60_000
DAY_MS = 24 * 60 * MINUTE_MS
# A player's own clock and its picture are never exactly in step.
RATE_TOLERANCE = Decimal("1.05")
# Less than this is rounding at an edge: it is cut without a word.
SAID_FROM_MS = 1_000
# No answer takes this long to travel: a larger difference means that somebody set the device's clock.
CLOCK_WAS_SET_MS = 5 * MINUTE_MS


# A lawyer who drops into every half minute of six hours has 720 pieces.
MOST_PIECES = 2000


class Refusal(StrEnum):
    """Why a reported span, or a part of it, is no evidence."""

    NOTHING_PLAYED = "nothing_played"
    BEYOND_THE_END = "beyond_the_end"
    OUTSIDE_THE_PLAYBACK = "outside_the_playback"
    TOO_LATE = "too_late"
    PLAYED_ELSEWHERE = "played_elsewhere"
    IN_A_ROOM = "in_a_room"
    TOO_FAST = "too_fast"
    TOO_SCATTERED = "too_scattered"


@dataclass(frozen=True)
class Terms:
    """What the credit rule of one lawyer says about watching; the defaults are those of domain.md, and
    `rule_id` is None while no rule is loaded.
    """

    unit_minutes: int = 45
    step: Decimal = Decimal("0.5")
    threshold: Decimal = Decimal("0.95")
    max_rate: Decimal = Decimal(1)
    late_days: int = 30
    presence_minutes: int = 45
    year_starts_month: int = 1
    rule_id: int | None = None

    def hours(self, creditable_ms: int) -> Decimal:
        """Return the hours (学时) of a creditable length."""
        return hours_for(creditable_ms // 1000, unit_minutes=self.unit_minutes, step=self.step)


# --- Intervals ----------------------------------------------------------------------------------------------


def union(intervals: Iterable[Sequence[int]]) -> list[Interval]:
    """Return the sorted disjoint intervals that cover the same moments, whatever order they come in."""
    merged: list[Interval] = []
    for start, end in sorted((each[0], each[1]) for each in intervals):
        if end <= start:
            continue
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


def insert(intervals: list[Interval], piece: Interval) -> None:
    """Make sorted disjoint intervals cover a piece as well, in place: as `union`, without looking at all of them."""
    start, end = piece
    if end <= start:
        return
    first = bisect_left(intervals, start, key=lambda each: each[1])
    after = bisect_right(intervals, end, lo=first, key=lambda each: each[0])
    if first < after:
        start, end = min(start, intervals[first][0]), max(end, intervals[after - 1][1])
    intervals[first:after] = [(start, end)]


def intersection(left: Iterable[Sequence[int]], right: Iterable[Sequence[int]]) -> list[Interval]:
    """Return what both cover."""
    ours, theirs = union(left), union(right)
    shared: list[Interval] = []
    mine = other = 0
    while mine < len(ours) and other < len(theirs):
        start, end = max(ours[mine][0], theirs[other][0]), min(ours[mine][1], theirs[other][1])
        if start < end:
            shared.append((start, end))
        if ours[mine][1] < theirs[other][1]:
            mine += 1
        else:
            other += 1
    return shared


def difference(left: Iterable[Sequence[int]], right: Iterable[Sequence[int]]) -> list[Interval]:
    """Return what `left` covers and `right` does not."""
    cuts = union(right)
    rest: list[Interval] = []
    passed = 0
    for start, end in union(left):
        while passed < len(cuts) and cuts[passed][1] <= start:
            passed += 1
        cut = passed
        while cut < len(cuts) and cuts[cut][0] < end:
            if start < cuts[cut][0]:
                rest.append((start, cuts[cut][0]))
            start = cuts[cut][1]
            cut += 1
        if start < end:
            rest.append((start, end))
    return rest


def length_of(intervals: Iterable[Sequence[int]]) -> int:
    """Return how many milliseconds are covered; a moment that is covered twice counts once."""
    return sum(end - start for start, end in union(intervals))


def stretches(intervals: Iterable[Sequence[int]], *, most: int) -> list[Interval]:
    """Return at most so many intervals that cover these, joined where the gaps are smallest."""
    merged = union(intervals)
    gaps = sorted(range(1, len(merged)), key=lambda place: merged[place - 1][1] - merged[place][0])
    cuts = [0, *sorted(gaps[: most - 1]), len(merged)]
    return [(merged[start][0], merged[end - 1][1]) for start, end in itertools.pairwise(cuts) if start < end]


def creditable(length_ms: int, excluded_ms: Iterable[Sequence[int]]) -> list[Interval]:
    """Return what of a recording can be credited: all of it but the excluded ranges (title, break, tail)."""
    return difference([(0, length_ms)], excluded_ms)


def reaches(covered_ms: int, creditable_ms: int, threshold: Decimal) -> bool:
    """Tell whether the share watched reaches the threshold, exactly. An empty lecture reaches nothing."""
    return creditable_ms > 0 and Decimal(covered_ms) >= threshold * creditable_ms


# --- The device's clock -------------------------------------------------------------------------------------


def clock_offset(known_ms: int, reported_ms: int) -> int:
    """Return what to add to a device's time to get the server's, from the best measurement so far and a new
    one.

    Each measurement is the true difference plus the time the message travelled, so the smallest is the
    best. It puts an honest span between opening and receipt. A much larger difference is a clock that was
    set: then the new one holds.
    """
    if abs(reported_ms - known_ms) > CLOCK_WAS_SET_MS:
        return reported_ms
    return min(known_ms, reported_ms)


# --- Acceptance ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Span:
    """One stretch of playing as a player reports it: from where to where in the recording, and when."""

    media: Interval
    wall: Interval


@dataclass(frozen=True)
class Frame:
    """What a span is judged against: the lecture, the playback, and what of the day is taken already.

    `over_ms` is the end of a download's days; None: a player that is open until it reports.
    `taken` are the accepted wall intervals of the lawyer's other spans, on whatever device and lecture; `in_rooms` those
    for which hours of another lecture stand, heard in a room.
    """

    creditable: Sequence[Interval]
    length_ms: int
    opened_ms: int
    received_ms: int
    taken: Sequence[Interval]
    over_ms: int | None = None
    in_rooms: Sequence[Interval] = ()

    @property
    def open_ms(self) -> Interval:
        """When something can have been played. A sitting that began within a download's days may be finished."""
        until = self.received_ms if self.over_ms is None else min(self.received_ms, self.over_ms + DAY_MS)
        return self.opened_ms, until


@dataclass(frozen=True)
class Verdict:
    """What of one span is evidence: media intervals to credit, wall intervals that are now taken, and why
    the rest is not.
    """

    media: tuple[Interval, ...]
    wall: tuple[Interval, ...]
    refusal: Refusal | None

    @property
    def wall_ms(self) -> int:
        return length_of(self.wall)


def judge(span: Span, frame: Frame, terms: Terms) -> Verdict:
    """Accept the part of a span that can have been played as it says, and name the first reason why the
    rest cannot.

    The order of the reasons is that of domain.md, 3. The rate holds for each stretch of wall time that is
    left: of 8 times the speed an eighth is accepted, and 5 % more.
    """
    (media_from, media_until), (wall_from, wall_until) = span.media, span.wall
    if media_until <= media_from or wall_until <= wall_from:
        return Verdict((), (), Refusal.NOTHING_PLAYED)
    if media_from >= frame.length_ms or media_until <= 0:
        return Verdict((), (), Refusal.BEYOND_THE_END)
    reasons: list[tuple[Refusal, int]] = []

    def note(reason: Refusal, lost_ms: int) -> None:
        if lost_ms > 0:
            reasons.append((reason, lost_ms))

    note(Refusal.BEYOND_THE_END, max(media_until - frame.length_ms, 0) + max(-media_from, 0))
    walls = [span.wall]
    for reason, allowed in (
        (Refusal.OUTSIDE_THE_PLAYBACK, [frame.open_ms]),
        (Refusal.TOO_LATE, [(frame.received_ms - terms.late_days * DAY_MS, frame.received_ms)]),
    ):
        kept = intersection(walls, allowed)
        note(reason, length_of(walls) - length_of(kept))
        walls = kept
    # Only what touches the span: sorting all that was ever taken, for each span, would be most of the work.
    for reason, pieces in ((Refusal.PLAYED_ELSEWHERE, frame.taken), (Refusal.IN_A_ROOM, frame.in_rooms)):
        touching = (piece for piece in pieces if piece[0] < wall_until and wall_from < piece[1])
        kept = difference(walls, touching)
        note(reason, length_of(walls) - length_of(kept))
        walls = kept
    played, too_fast_ms = _played(span, walls, terms.max_rate)
    note(Refusal.TOO_FAST, too_fast_ms)
    media = intersection(played, frame.creditable)
    said = [reason for reason, lost_ms in reasons if not walls or lost_ms >= SAID_FROM_MS]
    return Verdict(tuple(media), tuple(walls), said[0] if said else None)


def too_scattered(known: Sequence[Interval], more: Sequence[Interval]) -> bool:
    """Tell whether `more` would leave more than MOST_PIECES pieces of a recording where `known` (sorted and disjoint) has
    fewer. Nobody watches like that, and a record without a bound could be made to fill the database.
    """
    if len(known) + len(more) <= MOST_PIECES:
        return False
    pieces = list(known)
    for piece in more:
        insert(pieces, piece)
    return len(pieces) > max(MOST_PIECES, len(known))


def _played(span: Span, walls: Sequence[Interval], max_rate: Decimal) -> tuple[list[Interval], int]:
    """Return the media that stretches of a span's wall time can have played, and how much was claimed
    beyond that.
    """
    media_ms, wall_ms = span.media[1] - span.media[0], span.wall[1] - span.wall[0]
    played: list[Interval] = []
    too_fast_ms = 0
    for start, end in walls:
        claimed_from = span.media[0] + (start - span.wall[0]) * media_ms // wall_ms
        claimed_until = span.media[0] + (end - span.wall[0]) * media_ms // wall_ms
        fits_until = claimed_from + int(max_rate * RATE_TOLERANCE * (end - start))
        too_fast_ms += max(claimed_until - fits_until, 0)
        played.append((claimed_from, min(claimed_until, fits_until)))
    return played, too_fast_ms


# --- Presence codes -----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class CodeWindow:
    """Where in the recording one presence code (口令) is shown."""

    index: int
    from_ms: int
    until_ms: int


def code_windows(
    length_ms: int, excluded_ms: Iterable[Sequence[int]], presence_minutes: int
) -> list[CodeWindow]:
    """Return the windows of the presence codes: one per started `presence_minutes` of creditable length.

    A window is the middle ninth of its unit (5 of 45 minutes), but at least 20 seconds where the unit has
    twice that. A last unit shorter than that has no code: a recording that runs ten milliseconds over would
    ask for one that nobody can read.
    """
    pieces = creditable(length_ms, excluded_ms)
    total, unit = length_of(pieces), presence_minutes * MINUTE_MS
    windows: list[CodeWindow] = []
    for index, start in enumerate(range(0, total, unit), start=1):
        if windows and total - start < READABLE_MS:
            break
        size = min(unit, total - start)
        width = max(min(size // 2, max(size // 9, READABLE_MS)), 1)
        begin = start + (size - width) // 2
        windows.append(
            CodeWindow(index, _media_time(pieces, begin), _media_time(pieces, begin + width - 1) + 1)
        )
    return windows


def _media_time(pieces: Sequence[Interval], creditable_time: int) -> int:
    rest = creditable_time
    for start, end in pieces:
        if rest < end - start:
            return start + rest
        rest -= end - start
    raise ValueError(f"{creditable_time} ms lies beyond the creditable length")


def presence_code(key: bytes, *, lawyer_id: int, version_id: int, index: int, download: str = "") -> str:
    """Return the four digits of one code for one lawyer: derived from a secret key, stored nowhere. Those of a download
    are its own, so that they fit nothing else.
    """
    message = "/".join([f"{lawyer_id}/{version_id}/{index}", *([download] if download else [])]).encode(
        "ascii"
    )
    return f"{int.from_bytes(hmac.digest(key, message, hashlib.sha256)[:8], 'big') % 10_000:04d}"


def shared_code(key: bytes, *, place: str, version_id: int, index: int) -> str:
    """Return the four digits of one code for everybody at one place (a disc, a room, a stick), derived like those of one
    lawyer. Source: domain.md, "From watching to 学时", 5.
    """
    message = f"{place}/{version_id}/{index}".encode()
    return f"{int.from_bytes(hmac.digest(key, b'shared/' + message, hashlib.sha256)[:8], 'big') % 10_000:04d}"
