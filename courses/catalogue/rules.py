"""Decisions of the catalogue on plain values: the one word for a lecture's state, filters and their counts, hits."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

MINUTE_MS = 60_000


class State(StrEnum):
    """The one word that an expert sees for a lecture (product-design.md, section 2, lecture states)."""

    DRAFT = "draft"
    UPLOADING = "uploading"
    PROCESSING = "processing"
    TROUBLED = "troubled"
    IN_REVIEW = "in_review"
    RETURNED = "returned"
    PUBLISHED = "published"
    WITHDRAWN = "withdrawn"


def state_of(review: str, recording_state: str | None, *, watchable: bool) -> State:
    """Return the one word for where a lecture stands.

    What the association decided comes first; before that the recording decides. A lecture is in review as soon as one
    mode can be watched: the reviewer need not wait for the video (product-design.md, section 7, journey a).
    """
    if review in (State.RETURNED, State.PUBLISHED, State.WITHDRAWN):
        return State(review)
    if recording_state in ("refused", "failed", "cancelled"):
        return State.TROUBLED
    if recording_state == "uploading":
        return State.UPLOADING
    if recording_state == "processing" and not (watchable and review == State.IN_REVIEW):
        return State.PROCESSING
    return State.IN_REVIEW if review == State.IN_REVIEW else State.DRAFT


class Length(StrEnum):
    """The three lengths that the catalogue filters by (mock-up 02)."""

    SHORT = "short"
    MIDDLE = "middle"
    LONG = "long"


def length_class(length_ms: int) -> Length:
    """Return which of the three lengths this is: up to 45 minutes, up to 90, more."""
    if length_ms <= 45 * MINUTE_MS:
        return Length.SHORT
    return Length.MIDDLE if length_ms <= 90 * MINUTE_MS else Length.LONG


@dataclass(frozen=True)
class Facets:
    """The values of one lecture that filters look at."""

    topic: str
    category: str
    length: str


@dataclass(frozen=True)
class Chosen:
    """What the reader ticked; an empty filter lets everything pass."""

    topic: frozenset[str] = frozenset()
    category: frozenset[str] = frozenset()
    length: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.topic or self.category or self.length)


FILTERS = ("topic", "category", "length")


def passes(facets: Facets, chosen: Chosen, *, but: str = "") -> bool:
    """Tell whether a lecture passes every filter, leaving out the one named `but`."""
    return all(
        name == but or not getattr(chosen, name) or getattr(facets, name) in getattr(chosen, name)
        for name in FILTERS
    )


def counts(lectures: Sequence[Facets], chosen: Chosen) -> dict[str, Counter[str]]:
    """Return for each filter how many lectures each value would show, the other filters being as they are."""
    return {
        name: Counter(getattr(facets, name) for facets in lectures if passes(facets, chosen, but=name))
        for name in FILTERS
    }


def words_of(query: str) -> list[str]:
    """Return the words of a search, at most eight; every one of them must be found."""
    return query.split()[:8]


def relevance(title: str, lecturers: str, words: Iterable[str]) -> int:
    """Return how well a lecture fits: two for each word in the title, one for each in a lecturer's name."""
    title, lecturers = title.casefold(), lecturers.casefold()
    return sum(2 * (word.casefold() in title) + (word.casefold() in lecturers) for word in words)


def pieces(text: str, words: Sequence[str]) -> list[tuple[str, bool]]:
    """Cut a text at the words of a search: (piece, whether it is a hit)."""
    if not words:
        return [(text, False)]
    cut = re.split("(" + "|".join(re.escape(word) for word in words) + ")", text, flags=re.IGNORECASE)
    return [(piece, number % 2 == 1) for number, piece in enumerate(cut) if piece]
