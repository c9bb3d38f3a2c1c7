"""The lectures that pass a search and its filters, in order: what the catalogue's page and the API both ask."""

import logging
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from django.core.paginator import Page, Paginator
from django.db import DatabaseError, connection, transaction
from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.http import HttpRequest, QueryDict

from courses.catalogue import queries, registries, rules
from courses.catalogue.models import LecturePage, LectureVersion, SpeakerConsent
from courses.catalogue.search import filters, finding
from courses.catalogue.search.filters import Chosen, Facets, Way
from courses.catalogue.search.words import Word, looser, words_of

log = logging.getLogger(__name__)

QUERY_CHARACTERS = 100
SORTS = ("relevance", "newest", "learners", "data")
_NEWEST = ("-first_published_at", "-pk")
_LENGTHS = {
    rules.Length.SHORT: Q(length_ms__lte=rules.SHORT_MS),
    rules.Length.MIDDLE: Q(length_ms__gt=rules.SHORT_MS, length_ms__lte=rules.MIDDLE_MS),
    rules.Length.LONG: Q(length_ms__gt=rules.MIDDLE_MS),
}
_WAYS = {
    Way.AUDIO: Q(indexed__has_audio=True),
    Way.TRANSCRIPT: Q(indexed__has_transcript=True),
    Way.DVD: Q(on_dvd=True),
}


@dataclass(frozen=True)
class Asked:
    """What a reader asks of the catalogue."""

    query: str = ""
    words: tuple[Word, ...] = ()
    chosen: Chosen = field(default_factory=Chosen)
    sort: str = "newest"


@dataclass(frozen=True)
class Listing:
    """One page of an answer. `words` are those that were found in the end, to be marked; `counts` say how many lectures
    each box of each filter would show. `failed`: the index did not answer, and everything is listed instead.
    """

    asked: Asked
    words: Sequence[Word]
    page: Page[LecturePage]
    hits: Mapping[int, list[finding.Hit]]
    counts: Mapping[str, Mapping[str, int]]
    failed: bool = False

    @property
    def number(self) -> int:
        """How many lectures pass."""
        return self.page.paginator.count


def read(parameters: QueryDict) -> Asked:
    """Read `?q=&topic=&category=&ways=&length=&sort=`. Nonsense is no error: it finds nothing, or is left out."""
    query = " ".join(parameters.get("q", "").split())[:QUERY_CHARACTERS]
    words = tuple(words_of(query))
    sort = parameters.get("sort", "")
    if sort not in SORTS or (sort == "relevance" and not words):
        sort = "relevance" if words else "newest"
    chosen = Chosen(**{name: frozenset(parameters.getlist(name)) for name in filters.FILTERS})
    return Asked(query, words, chosen, sort)


def listing(asked: Asked, request: HttpRequest, *, number: str | int | None, per_page: int) -> Listing:
    """Answer with one page of lectures that this reader may know of, ready for `rows.lecture_rows`.

    The queries grow neither with the lectures nor with the passages. When the index does not answer, the error is logged
    and everything is listed, as if nothing had been typed.
    """
    words, found, failed = _search(asked)
    lectures = queries.visible_lectures(request)
    if asked.query and not failed:
        lectures = lectures.filter(pk__in=list(found))
    lectures = _with_facets(lectures)
    counts, passing = _counted(lectures, asked.chosen)
    lectures = lectures.filter(_condition(asked.chosen))
    sort = "newest" if failed and asked.sort == "relevance" else asked.sort
    if sort == "relevance":
        ordered: Any = _by_relevance(lectures, found, words)
    else:
        ordered = _sorted(lectures, sort)
    paginator = Paginator(ordered, per_page)
    paginator.count = passing
    page = paginator.get_page(number)
    shown = _whole(list(page.object_list))
    hits = {} if failed else _hits([lecture.pk for lecture in shown], words)
    return Listing(asked, words, Page(shown, page.number, paginator), hits, counts, failed)


def _search(asked: Asked) -> tuple[Sequence[Word], Mapping[int, finding.Found], bool]:
    """The words that were found, where, and whether the index failed. Words that nothing has are cut further."""
    try:
        with _kept_apart():
            found = finding.found_in(asked.words)
            if found or not asked.words:
                return asked.words, found, False
            words = looser(asked.words)
            return words, finding.found_in(words), False
    except DatabaseError:
        log.exception("the search index does not answer; the whole list is shown for %r", asked.query)
        return asked.words, {}, True


def _kept_apart() -> AbstractContextManager[Any]:
    """Inside a transaction, what fails must not take the rest with it. Outside of one nothing is begun: on SQLite every
    transaction takes the place of the one writer.
    """
    return transaction.atomic() if connection.in_atomic_block else nullcontext()


def _hits(lecture_ids: list[int], words: Sequence[Word]) -> Mapping[int, list[finding.Hit]]:
    try:
        with _kept_apart():
            return finding.hits_in(lecture_ids, words)
    except DatabaseError:
        log.exception("the search index does not say where words stand")
        return {}


def _with_facets(lectures: QuerySet[LecturePage]) -> QuerySet[LecturePage]:
    newest = LectureVersion.objects.filter(lecture=OuterRef("pk")).order_by("-number").values("length_ms")[:1]
    standing = SpeakerConsent.objects.filter(lecture=OuterRef("pk"), withdrawn_at__isnull=True)
    with_facets: QuerySet[LecturePage] = lectures.annotate(
        length_ms=Subquery(newest),
        # Every speaker agreed to it.
        on_dvd=Case(
            When(Exists(standing.filter(dvd=True)) & ~Exists(standing.filter(dvd=False)), then=True),
            default=False,
        ),
    )
    return with_facets


def _counted(lectures: QuerySet[LecturePage], chosen: Chosen) -> tuple[Mapping[str, Mapping[str, int]], int]:
    """How many each box would show, and how many pass. One query, which gives a row for each different set of facets."""
    length = Case(*(When(condition, then=Value(str(name))) for name, condition in _LENGTHS.items()))
    length.output_field = CharField()
    rows = (
        lectures.order_by()
        .annotate(length=length)
        .values_list("topic__code", "category", "length", *_WAY_COLUMNS)
        .annotate(number=Count("pk"))
    )
    groups = [
        (
            Facets(
                topic or "",
                category,
                length_name or "",
                frozenset(way for way, has in zip(_WAYS, has_ways, strict=True) if has),
            ),
            number,
        )
        for topic, category, length_name, *has_ways, number in rows
    ]
    passing = sum(number for facets, number in groups if filters.passes(facets, chosen))
    return filters.counts(groups, chosen), passing


_WAY_COLUMNS = ("indexed__has_audio", "indexed__has_transcript", "on_dvd")


def _condition(chosen: Chosen) -> Q:
    condition = Q()
    if chosen.topic:
        condition &= Q(topic__code__in=chosen.topic)
    if chosen.category:
        condition &= Q(category__in=chosen.category)
    if chosen.length:
        ticked = Q(pk__in=[])
        for name in chosen.length & set(_LENGTHS):
            ticked |= _LENGTHS[rules.Length(name)]
        condition &= ticked
    for way in chosen.ways:
        condition &= _WAYS[Way(way)] if way in _WAYS else Q(pk__in=[])
    return condition


def _by_relevance(
    lectures: QuerySet[LecturePage], found: Mapping[int, finding.Found], words: Sequence[Word]
) -> list[int]:
    """The numbers of the lectures, best first; of equals the newest."""
    titles = lectures.order_by(*_NEWEST).values_list("pk", "title")
    scores = {pk: found[pk].score(title, words) for pk, title in titles}
    return sorted(scores, key=lambda pk: -scores[pk])


def _sorted(lectures: QuerySet[LecturePage], sort: str) -> QuerySet[LecturePage, int]:
    learners = registries.learners()
    if sort == "learners" and learners is not None:
        lectures = lectures.annotate(learners=learners).order_by("-learners", *_NEWEST)
    elif sort == "data":
        lectures = lectures.order_by(F("indexed__least_bytes").asc(nulls_last=True), *_NEWEST)
    else:
        lectures = lectures.order_by(*_NEWEST)
    return lectures.values_list("pk", flat=True)


def _whole(lecture_ids: Sequence[int]) -> list[LecturePage]:
    """The lectures with what a row shows, in the order of their numbers."""
    ids = list(lecture_ids)
    lectures = _with_facets(queries.live_lectures().filter(pk__in=ids)).select_related("indexed")
    whole = queries.with_row_parts(lectures).in_bulk()
    return [whole[pk] for pk in ids if pk in whole]
