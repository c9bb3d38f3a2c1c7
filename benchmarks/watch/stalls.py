"""Stalls, out of where the picture was four times a second."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

# A picture that moves slower than this share of the clock stands still.
_STANDS = 0.25
# Shorter than this (seconds) nobody calls it a stall, and a busy machine makes such gaps by itself.
SHORTEST_S = 0.5


@dataclass(frozen=True)
class Sample:
    """Where the picture was: the page's clock, the place in the recording, and what lay buffered ahead; seconds."""

    at: float
    place: float
    ahead: float


@dataclass(frozen=True)
class Stalls:
    """How often the picture stood still while it should play, and for how many seconds in all."""

    count: int = 0
    seconds: float = 0.0
    longest: float = 0.0


def stalls(samples: Sequence[Sample], *, begin: float, end: float) -> Stalls:
    """Return the stalls between two moments of the page's clock (seconds)."""
    lengths, standing = list[float](), 0.0
    for before, now in pairwise(samples):
        took = min(now.at, end) - max(before.at, begin)
        if took <= 0:
            continue
        if now.place - before.place < _STANDS * (now.at - before.at):
            standing += took
            continue
        lengths.append(standing)
        standing = 0.0
    long = [length for length in [*lengths, standing] if length >= SHORTEST_S]
    return Stalls(len(long), sum(long), max(long, default=0.0))


def played(samples: Sequence[Sample]) -> float:
    """Return how many seconds of the recording were played: moves forward that a clock allows, no jumps."""
    moves = ((now.place - before.place, now.at - before.at) for before, now in pairwise(samples))
    return sum(move for move, took in moves if 0 < move <= 1.5 * took + 0.5)


def has_filled(samples: Sequence[Sample], *, wanted: float, quiet: float) -> bool:
    """Tell whether the buffer holds `wanted` seconds, or whether it ends no later in the recording than it did `quiet`
    seconds ago: the browser fetches no more.
    """
    if not samples:
        return False
    last = samples[-1]
    if last.ahead >= wanted:
        return True
    earlier = [sample for sample in samples if sample.at <= last.at - quiet]
    return bool(earlier) and last.place + last.ahead <= earlier[-1].place + earlier[-1].ahead + 0.5
