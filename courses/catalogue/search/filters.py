"""The filters of the catalogue: what was ticked, what passes, and how many lectures each box would show. Pure."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Way(StrEnum):
    """How a lecture can be watched or read (怎么看)."""

    AUDIO = "audio"
    TRANSCRIPT = "transcript"
    DVD = "dvd"


@dataclass(frozen=True)
class Facets:
    """The values of a lecture that filters look at."""

    topic: str
    category: str
    length: str
    ways: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Chosen:
    """What the reader ticked; an empty filter lets everything pass. Any of the ticked fields, categories and lengths;
    all of the ticked ways.
    """

    topic: frozenset[str] = frozenset()
    category: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    length: frozenset[str] = frozenset()

    def __bool__(self) -> bool:
        return bool(self.topic or self.category or self.ways or self.length)


SINGLE = ("topic", "category", "length")
FILTERS = ("topic", "category", "ways", "length")


def passes(facets: Facets, chosen: Chosen, *, but: str = "") -> bool:
    """Tell whether a lecture passes every filter, leaving out the one named `but`. Ticked ways always count: each further
    one narrows.
    """
    return chosen.ways <= facets.ways and all(
        name == but or not getattr(chosen, name) or getattr(facets, name) in getattr(chosen, name)
        for name in SINGLE
    )


def counts(groups: Iterable[tuple[Facets, int]], chosen: Chosen) -> dict[str, Counter[str]]:
    """Return for each filter how many lectures each value would show, the other filters being as they are. `groups`: how
    many lectures have the same facets.
    """
    found: dict[str, Counter[str]] = {name: Counter() for name in FILTERS}
    for facets, number in groups:
        for name in SINGLE:
            if passes(facets, chosen, but=name):
                found[name][getattr(facets, name)] += number
        if passes(facets, chosen):
            found["ways"].update(dict.fromkeys(facets.ways, number))
    return found
