"""Asking the index: how well which lectures fit, and where in them the words stand.

Nothing here asks who may see a lecture: whoever shows one asks `queries.visible_lectures` for it, at that moment.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_, or_

from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When, Window
from django.db.models.expressions import Combinable
from django.db.models.functions import RowNumber

from courses.catalogue.models import Passage
from courses.catalogue.search import marking, ranking
from courses.catalogue.search.matching import as_typed, holding, in_text
from courses.catalogue.search.ranking import Kind
from courses.catalogue.search.words import Word

# Places shown of each lecture.
HITS = 3
_PLACED = (Passage.Kind.INTRODUCTION, Passage.Kind.SLIDE, Passage.Kind.TRANSCRIPT)
_TOGETHER = -1


@dataclass(frozen=True)
class Found:
    """The hits in one lecture: of each word by kind, and of passages that hold all the words."""

    words: tuple[Mapping[Kind, ranking.Count], ...]
    together: Mapping[Kind, ranking.Count]

    def score(self, title: str, words: Sequence[Word]) -> float:
        """How well the lecture of this title fits."""
        asked = sum(len(word.text) for word in words)
        return ranking.score(self.words, self.together, share_of_title=min(1.0, asked / max(1, len(title))))


@dataclass(frozen=True)
class Hit:
    """One place where words were found: at which millisecond of the recording (None: in the introduction), and the text
    around, in pieces: (text, whether it is a hit).
    """

    kind: Kind
    from_ms: int | None
    pieces: tuple[marking.Piece, ...]

    @property
    def text(self) -> str:
        """The text around the hit without marks."""
        return "".join(text for text, _is_hit in self.pieces)


def found_in(words: Sequence[Word]) -> dict[int, Found]:
    """Return what was found in every lecture that has all of the words, each somewhere, by its number. One query."""
    if not words:
        return {}
    asked = [_counted(holding(word), as_typed(word), number) for number, word in enumerate(words)]
    if len(words) > 1:
        everything = reduce(and_, (holding(word) for word in words))
        asked.append(_counted(everything, reduce(and_, (as_typed(word) for word in words)), _TOGETHER))
    counts: dict[int, dict[int, dict[Kind, ranking.Count]]] = {}
    rows = asked[0] if len(asked) == 1 else asked[0].union(*asked[1:], all=True)
    for lecture, kind, number, passages, exact in rows:
        counts.setdefault(lecture, {}).setdefault(number, {})[Kind(kind)] = ranking.Count(passages, exact)
    wanted = range(len(words))
    return {
        lecture: Found(tuple(by_word[number] for number in wanted), by_word.get(_TOGETHER, {}))
        for lecture, by_word in counts.items()
        if all(number in by_word for number in wanted)
    }


def hits_in(lecture_ids: Iterable[int], words: Sequence[Word]) -> dict[int, list[Hit]]:
    """Return the best places in each of these lectures, at most three, best first: those with most of the words, as typed
    before in parts; slides before what is said, in the order of time; the introduction last. One query.
    """
    ids = list(lecture_ids)
    if not ids or not words:
        return {}
    worth: Combinable = sum((_worth(word) for word in words), start=Value(0))
    # What has a time is worth more here than the introduction, which everybody reads anyway.
    untimed = Case(When(from_ms=None, then=1), default=0)
    order = (F("worth").desc(), untimed.asc(), F("kind").asc(), F("from_ms").asc(), F("pk").asc())
    ranked = (
        Passage.objects.filter(reduce(or_, (holding(word) for word in words)))
        .filter(lecture__in=ids, kind__in=_PLACED)
        .annotate(worth=worth)
        .annotate(place=Window(RowNumber(), partition_by=F("lecture"), order_by=order))
        .filter(place__lte=HITS)
        .order_by("lecture", "place")
    )
    found: dict[int, list[Hit]] = {}
    for passage in ranked:
        found.setdefault(passage.lecture_id, []).append(_hit(passage, words))
    return found


def lectures_with(texts: Sequence[Word]) -> dict[str, set[int]]:
    """Return for each word, asked alone, the numbers of the lectures that have it. One query."""
    if not texts:
        return {}
    asked = [
        Passage.objects.filter(holding(word))
        .order_by()
        .values_list("lecture", Value(number, output_field=IntegerField()))
        .distinct()
        for number, word in enumerate(texts)
    ]
    found: dict[str, set[int]] = {}
    for lecture, number in asked[0] if len(asked) == 1 else asked[0].union(*asked[1:], all=True):
        found.setdefault(texts[number].text, set()).add(lecture)
    return found


def _counted(condition: Q, exact: Q, number: int) -> QuerySet[Passage, tuple[int, int, int, int, int]]:
    return (
        Passage.objects.filter(condition)
        .order_by()
        .values("lecture", "kind")
        .annotate(
            number=Value(number, output_field=IntegerField()),
            passages=Count("pk"),
            exact=Count("pk", filter=exact),
        )
        .values_list("lecture", "kind", "number", "passages", "exact")
    )


def _worth(word: Word) -> Case:
    """Two for a word as it was typed, one for its parts. Asks the text only: these passages hold some word already."""
    return Case(When(as_typed(word), then=2), When(in_text(word), then=1), default=0)


def _hit(passage: Passage, words: Sequence[Word]) -> Hit:
    snippet = marking.snippet(passage.text, words)
    return Hit(Kind(passage.kind), _second_of(passage, snippet.hit_at), snippet.pieces)


def _second_of(passage: Passage, character: int) -> int | None:
    """When the caption in which a character stands is said; for what has no captions, when the passage begins."""
    place = bisect_right([start for start, _from_ms in passage.starts], character) - 1
    return passage.starts[place][1] if place >= 0 else passage.from_ms
