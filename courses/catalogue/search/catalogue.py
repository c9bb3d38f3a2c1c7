"""The catalogue's page: a listing with its filters, sorts, pages, and what to try when nothing is found."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from courses.catalogue import queries, registries, rows, rules
from courses.catalogue.models import Category, Topic
from courses.catalogue.rows import LectureRow
from courses.catalogue.search import finding, suggesting
from courses.catalogue.search.filters import Chosen, Way
from courses.catalogue.search.listing import Asked, Listing, listing, read
from courses.catalogue.search.words import Word, shorter, words_of

PER_PAGE = 20
SUGGESTIONS = 6
_CANDIDATES = 12
# What stands in more than half of a catalogue narrows nothing down; in a catalogue of a few lectures it may.
_FEW = 10
SORTS = {
    "relevance": _("relevance"),
    "newest": _("newest"),
    "learners": _("learners"),
    "data": _("least data"),
}
LENGTHS = {
    rules.Length.SHORT: _("up to 45 minutes"),
    rules.Length.MIDDLE: _("45 to 90 minutes"),
    rules.Length.LONG: _("more than 90 minutes"),
}
WAYS = {
    Way.AUDIO: _("Has audio + slides"),
    Way.TRANSCRIPT: _("Has a transcript"),
    Way.DVD: _("On DVD by request"),
}


@dataclass(frozen=True)
class Option:
    """One box of a filter."""

    value: str
    label: str
    count: int
    ticked: bool


@dataclass(frozen=True)
class Link:
    """One choice that is a link; `url` is a query string, empty for a gap between pages. `count`: lectures found there."""

    label: str
    url: str
    current: bool = False
    count: int = 0


@dataclass(frozen=True)
class Catalogue:
    """One answer of the lecture catalogue. `failed`: the search did not answer, and every lecture is shown instead."""

    query: str
    sort: str
    chosen: Chosen
    page: Page[LectureRow]
    filters: dict[str, list[Option]]
    sorts: list[Link]
    page_links: list[Link]
    topics: list[Option]
    suggestions: list[Link]
    failed: bool


def catalogue(request: HttpRequest) -> Catalogue:
    """Answer `?q=&topic=&category=&ways=&length=&sort=&page=`."""
    parameters = request.GET
    asked = read(parameters)
    found = listing(asked, request, number=parameters.get("page"), per_page=PER_PAGE)
    topics = _topic_options(found.counts["topic"], asked.chosen)
    nothing = not found.number
    return Catalogue(
        query=asked.query,
        sort=asked.sort,
        chosen=asked.chosen,
        page=_rows(found, request),
        filters=_filters(found, topics),
        sorts=_sorts(parameters, asked),
        page_links=_page_links(parameters, found.page),
        topics=_all_topics(request) if nothing else [],
        suggestions=_suggestions(asked, request) if nothing and not asked.chosen else [],
        failed=found.failed,
    )


def _rows(found: Listing, request: HttpRequest) -> Page[LectureRow]:
    made = rows.lecture_rows(list(found.page), request, words=() if found.failed else found.words)
    whole = [
        replace(
            row,
            hits=found.hits.get(row.lecture.pk, ()),
            has_transcript=(indexed := getattr(row.lecture, "indexed", None)) is not None
            and indexed.has_transcript,
            on_dvd=row.lecture.on_dvd,
        )
        for row in made
    ]
    paginator = Paginator(whole, PER_PAGE)
    paginator.count = found.number
    return Page(whole, found.page.number, paginator)


def _filters(found: Listing, topics: Sequence[Option]) -> dict[str, list[Option]]:
    counts, chosen = found.counts, found.asked.chosen
    return {
        "topic": [option for option in topics if option.count or option.ticked],
        "category": _options(dict(Category.choices), counts["category"], chosen.category),
        "ways": _options(WAYS, counts["ways"], chosen.ways),
        "length": _options(LENGTHS, counts["length"], chosen.length),
    }


def _sorts(parameters: QueryDict, asked: Asked) -> list[Link]:
    """Without words nothing is relevant; as long as nobody knows who learns, nobody sorts by it."""
    left_out = {"" if asked.words else "relevance", "" if registries.learners() is not None else "learners"}
    return [
        Link(str(label), _query_string(parameters, sort=name), name == asked.sort)
        for name, label in SORTS.items()
        if name not in left_out
    ]


def _page_links(parameters: QueryDict, page: Page[Any]) -> list[Link]:
    links = []
    for number in page.paginator.get_elided_page_range(page.number, on_each_side=2, on_ends=1):
        url = _query_string(parameters, page=str(number)) if isinstance(number, int) else ""
        links.append(Link(str(number), url, number == page.number))
    return links


def _suggestions(asked: Asked, request: HttpRequest) -> list[Link]:
    """Searches that find something: near spellings of what stands in titles, names and fields, then fewer characters."""
    if not asked.words:
        return []
    visible = queries.visible_lectures(request)
    titles = list(visible.values_list("title", flat=True))
    candidates = dict.fromkeys([*_near(asked.words, titles, visible), *shorter(asked.words)])
    tried = [word for text in list(candidates)[:_CANDIDATES] for word in words_of(text)[:1]]
    found = finding.lectures_with(tried)
    everything = set().union(*found.values()) if found else set()
    seen = set(visible.filter(pk__in=everything).values_list("pk", flat=True))
    counts = {text: len(lectures & seen) for text, lectures in found.items()}
    return [
        Link(word.text, _query_string(QueryDict(), q=word.text), count=counts[word.text])
        for word in {word.text: word for word in tried}.values()
        if 0 < counts.get(word.text, 0) <= max(_FEW, len(titles) // 2)
    ][:SUGGESTIONS]


def _near(words: Sequence[Word], titles: Sequence[str], visible: Any) -> list[str]:
    """What each word may have been meant to be, the other words as they are."""
    known = list(titles)
    known += visible.values_list("title_en", flat=True).exclude(title_en="")
    known += visible.values_list("lecturers__name", flat=True).distinct()
    known += Topic.objects.values_list("name_zh", flat=True)
    spelt = [text for text in known if text]
    return [text for word in words for text in suggesting.near_spellings(word.text, spelt)]


def _topic_options(counts: Mapping[str, int], chosen: Chosen) -> list[Option]:
    topics = Topic.objects.order_by("position", "pk")
    return [
        Option(topic.code, str(topic), counts.get(topic.code, 0), topic.code in chosen.topic)
        for topic in topics
    ]


def _all_topics(request: HttpRequest) -> list[Option]:
    """The fields with how many lectures each has, for a search that found nothing."""
    counted = queries.visible_lectures(request).order_by().values_list("topic__code").annotate(Count("pk"))
    counts = {code: number for code, number in counted if code}
    return [option for option in _topic_options(counts, Chosen()) if option.count]


def _options(labels: Mapping[Any, Any], counts: Mapping[str, int], chosen: frozenset[str]) -> list[Option]:
    return [
        Option(str(value), str(label), counts.get(value, 0), value in chosen)
        for value, label in labels.items()
        if counts.get(value) or value in chosen
    ]


def _query_string(asked: QueryDict, **changed: str) -> str:
    changed_query = asked.copy()
    changed_query.pop("page", None)
    for name, value in changed.items():
        changed_query[name] = value
    return "?" + changed_query.urlencode()
