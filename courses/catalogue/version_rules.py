"""How much of a replaced recording is new, and which version somebody watches, on plain values.

No document of the programme says when a replaced recording is another lecture: the thirty per cent are ours (decision 0021).
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

# At most this much new, and it is the same lecture.
MOST_NEW_PERCENT = 30
# Two slides are the same one from this similarity of their words on: text recognition misreads a letter here and there.
SAME_SLIDE = 0.8


@dataclass(frozen=True)
class Stretch:
    """A slide with the words read on it, shown for `length_ms` of what can be credited. Without words: "".

    A recording without slides is one stretch without words: then its length alone is compared.
    """

    words: str
    length_ms: int


def new_percent(old: Sequence[Stretch], new: Sequence[Stretch]) -> int:
    """Return how much of the new recording's creditable length is new, in whole per cent, rounded up.

    Of each slide counts the time that it is shown longer than in the old recording; a slide that the old one does not
    have counts whole. What cannot be told apart (no slides, no words on them) is compared by its length alone, so the
    answer is the least that must be new: a reviewer, who has watched it, may say more and never less.
    """
    shown: Counter[int] = Counter()
    had: Counter[int] = Counter()
    known = [_pairs(stretch.words) for stretch in old]
    first: dict[frozenset[str], int] = {}
    places = [first.setdefault(words, place) for place, words in enumerate(known)]
    for place, stretch in zip(places, old, strict=True):
        had[place] += stretch.length_ms
    foreign_ms = 0
    for stretch in new:
        same = _same_slide(_pairs(stretch.words), known)
        if same is None:
            foreign_ms += stretch.length_ms
        else:
            shown[places[same]] += stretch.length_ms
    whole_ms = sum(stretch.length_ms for stretch in new)
    if whole_ms == 0:
        return 0
    longer_ms = sum(max(0, length_ms - had[place]) for place, length_ms in shown.items())
    return -(-(foreign_ms + longer_ms) * 100 // whole_ms)


def is_same_lecture(percent: int) -> bool:
    """Tell whether a recording of which so much is new is a version of the same lecture."""
    return percent <= MOST_NEW_PERCENT


def version_to_watch(current: int, *, begun: int | None, finished: frozenset[int]) -> int:
    """Return which version somebody watches: the one that was begun, until hours were earned on it, then the current.

    `begun` is the version begun last, None for none; `finished` are those that earned hours.
    """
    return current if begun is None or begun in finished else begun


def _pairs(words: str) -> frozenset[str]:
    """The neighbouring pairs of letters: what two readings of one slide share, whatever was misread between."""
    letters = "".join(words.casefold().split())
    return frozenset(letters[place : place + 2] for place in range(max(1, len(letters) - 1)) if letters)


def _same_slide(words: frozenset[str], known: Sequence[frozenset[str]]) -> int | None:
    """The place of the slide that is most like this one; None where none is like it."""
    best, place = 0.0, None
    for number, other in enumerate(known):
        similarity = _similarity(words, other)
        if similarity > best:
            best, place = similarity, number
    return place if best >= SAME_SLIDE else None


def _similarity(one: frozenset[str], other: frozenset[str]) -> float:
    """Dice's coefficient: 1 for the same words, 0 for none in common. Nothing on both is the same."""
    if not one and not other:
        return 1.0
    return 2 * len(one & other) / (len(one) + len(other))
