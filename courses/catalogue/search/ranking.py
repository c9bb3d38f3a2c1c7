"""How well a lecture fits a search. Pure.

Title before lecturer before field before introduction before slides before transcript (issue 6); what was typed in one
piece before its parts; several hits before one; all words in one place before words far apart.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum


class Kind(IntEnum):
    """Where in a lecture a passage stands, best first. The numbers are stored."""

    TITLE = 1
    LECTURER = 2
    TOPIC = 3
    INTRODUCTION = 4
    SLIDE = 5
    TRANSCRIPT = 6


@dataclass(frozen=True)
class Count:
    """In how many passages of one kind a word was found, and in how many of them as it was typed."""

    passages: int
    exact: int


Counts = Mapping[Kind, Count]

# Each is worth more than everything after it together, for one word.
WEIGHTS = {
    Kind.TITLE: 120.0,
    Kind.LECTURER: 60.0,
    Kind.TOPIC: 30.0,
    Kind.INTRODUCTION: 14.0,
    Kind.SLIDE: 6.0,
    Kind.TRANSCRIPT: 5.0,
}
IN_PARTS = 0.6
# So many hits on slides or in a transcript are worth half as much again as one; no number of hits twice as much.
SEVERAL = 6
TOGETHER = 0.5
# What the share of the title that was asked for may add: the lecture about it before one that mentions it.
TITLE_SHARE = 2.0


def score(words: Sequence[Counts], together: Counts, *, share_of_title: float) -> float:
    """Return how well a lecture fits: `words` counts the hits of each word by kind, `together` the passages that hold all
    of several words. `share_of_title`: how much of the title the query is, 0 to 1.
    """
    total = sum(_worth(kind, count) for counts in words for kind, count in counts.items())
    if len(words) > 1:
        total += TOGETHER * sum(_worth(kind, count) for kind, count in together.items())
    in_title = all(Kind.TITLE in counts for counts in words)
    return total + (WEIGHTS[Kind.TITLE] * TITLE_SHARE * share_of_title if in_title else 0.0)


def _worth(kind: Kind, count: Count) -> float:
    quality = 1.0 if count.exact else IN_PARTS
    more = count.passages - 1 if kind in (Kind.SLIDE, Kind.TRANSCRIPT) else 0
    return WEIGHTS[kind] * quality * (1 + more / (more + SEVERAL))
