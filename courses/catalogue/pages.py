"""What the Wagtail pages show: the reader's question translated into one read each."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, QueryDict
from django.utils.translation import gettext_lazy as _

from courses.catalogue import queries, registries, rows, rules
from courses.catalogue.models import (
    Category,
    CourseIndexPage,
    CoursePage,
    LectureIndexPage,
    LecturePage,
    Topic,
)
from courses.catalogue.rows import LectureRow
from media_pipeline import api as media
from qianchang.people import queries as people

PER_PAGE = 20
NEWEST_ON_HOME = 6
SORTS = {"relevance": _("relevance"), "newest": _("newest"), "data": _("least data")}
LENGTHS = {
    rules.Length.SHORT: _("up to 45 minutes"),
    rules.Length.MIDDLE: _("45 to 90 minutes"),
    rules.Length.LONG: _("more than 90 minutes"),
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
    """One choice that is a link; `url` is a query string."""

    label: str
    url: str
    current: bool = False


@dataclass(frozen=True)
class Catalogue:
    """One answer of the lecture catalogue."""

    query: str
    words: list[str]
    sort: str
    chosen: rules.Chosen
    page: Page[LectureRow]
    filters: dict[str, list[Option]]
    sorts: list[Link]
    page_links: list[Link]
    topics: list[Option]


def home(request: HttpRequest) -> dict[str, Any]:
    """The newest lectures and, for a lawyer, the one to continue."""
    newest = queries.with_row_parts(queries.live_lectures()).order_by("-first_published_at", "-pk")[
        :NEWEST_ON_HOME
    ]
    catalogue = LectureIndexPage.objects.live().first()
    courses = CourseIndexPage.objects.live().first()
    return {
        "catalogue_url": catalogue.get_url(request) if catalogue else None,
        "courses_url": courses.get_url(request) if courses else None,
        "newest": rows.lecture_rows(list(newest), request),
        "next_row": next(iter(unfinished(taken_rows(request))), None),
    }


def taken_rows(request: HttpRequest) -> list[LectureRow]:
    """The lectures that the reader takes, singly or in a course, newest enrolment first."""
    lawyer, desk = people.lawyer_of(request.user), registries.enrolment_desk()
    if lawyer is None or desk is None:
        return []
    taken = desk.taken_by(lawyer)
    of_courses = CoursePage.objects.filter(pk__in=taken.course_ids).values_list(
        "course_lectures__lecture", flat=True
    )
    ids = dict.fromkeys([*taken.lecture_ids, *(of_courses if taken.course_ids else ())])
    lectures = queries.with_row_parts(queries.live_lectures().filter(pk__in=list(ids))).in_bulk()
    return rows.lecture_rows([lectures[pk] for pk in ids if pk in lectures], request)


def unfinished(taken: list[LectureRow]) -> list[LectureRow]:
    """Those not yet credited, the ones already begun first."""
    return sorted((row for row in taken if not row.finished), key=lambda row: row.progress is None)


def catalogue(request: HttpRequest) -> Catalogue:
    """Answer `?q=&topic=&category=&length=&sort=&page=`."""
    asked = request.GET
    query = asked.get("q", "").strip()[:100]
    words = rules.words_of(query)
    chosen = rules.Chosen(**{name: frozenset(asked.getlist(name)) for name in rules.FILTERS})
    sort = asked.get("sort", "")
    if sort not in SORTS:
        sort = "relevance" if words else "newest"
    found = list(queries.with_row_parts(queries.search(words)).order_by("-first_published_at", "-pk"))
    facets = {lecture.pk: rows.facets_of(lecture) for lecture in found}
    counts = rules.counts(list(facets.values()), chosen)
    passing = [lecture for lecture in found if rules.passes(facets[lecture.pk], chosen)]
    if sort == "relevance" and words:
        passing.sort(key=lambda lecture: -_relevance(lecture, words))
    if sort == "data":
        # Sizes are only known to the rows: all of them are made, which is cheap while the catalogue is small.
        page = Paginator(
            sorted(rows.lecture_rows(passing, request, words=words), key=lambda row: row.least_bytes),
            PER_PAGE,
        ).get_page(asked.get("page"))
    else:
        lectures: Any = Paginator(passing, PER_PAGE).get_page(asked.get("page"))
        page = Page(
            rows.lecture_rows(list(lectures), request, words=words), lectures.number, lectures.paginator
        )
    topics = _topic_options(counts["topic"], chosen)
    return Catalogue(
        query=query,
        words=words,
        sort=sort,
        chosen=chosen,
        page=page,
        filters={
            "topic": [option for option in topics if option.count or option.ticked],
            "category": _options(Category.choices, counts["category"], chosen.category),
            "length": _options(list(LENGTHS.items()), counts["length"], chosen.length),
        },
        sorts=[
            Link(str(label), _query_string(asked, sort=name), name == sort)
            for name, label in SORTS.items()
            if words or name != "relevance"
        ],
        page_links=[
            Link(str(number), _query_string(asked, page=str(number)), number == page.number)
            for number in page.paginator.page_range
        ],
        topics=_all_topics() if not passing else [],
    )


def lecture(page: LecturePage, request: HttpRequest) -> dict[str, Any]:
    """Everything of one lecture but the player's inside, which `attendance` gives."""
    version = queries.current_version(page)
    recording_id = version.recording_id if version else page.recording_id
    length_ms = version.length_ms if version else 0
    player = registries.player_for(page, version, request) if version else None
    # The player's own terms say what the lecture is worth to its lawyer: the rule is not read twice.
    hours = {} if player or not length_ms else registries.hours_of([length_ms], request)
    # Who has the player is enrolled, and sees there what each way of watching costs: nothing more is asked for.
    shown = media.recording_summaries([recording_id]) if recording_id and player is None else {}
    return {
        "version": version,
        "length_ms": length_ms,
        "hours": player["hours"] if player else hours.get(length_ms),
        "recording": shown.get(recording_id or 0),
        "lecturers": list(page.lecturers.select_related("association")),
        "state": registries.EnrolmentState.ENROLLED if player else registries.enrolment_state(page, request),
        "player": player,
    }


def _relevance(page: LecturePage, words: list[str]) -> int:
    names = " ".join(lecturer.name for lecturer in page.lecturers.all())
    return rules.relevance(f"{page.title} {page.title_en}", names, words)


def _topic_options(counts: Mapping[str, int], chosen: rules.Chosen) -> list[Option]:
    topics = Topic.objects.order_by("position", "pk")
    return [
        Option(topic.code, str(topic), counts.get(topic.code, 0), topic.code in chosen.topic)
        for topic in topics
    ]


def _all_topics() -> list[Option]:
    """The fields with how many lectures each has, for a search that found nothing."""
    codes = queries.live_lectures().values_list("topic__code", flat=True)
    counts: dict[str, int] = {}
    for code in codes:
        counts[code] = counts.get(code, 0) + 1
    return [option for option in _topic_options(counts, rules.Chosen()) if option.count]


def _options(labels: Any, counts: Mapping[str, int], chosen: frozenset[str]) -> list[Option]:
    return [
        Option(value, str(label), counts.get(value, 0), value in chosen)
        for value, label in labels
        if counts.get(value) or value in chosen
    ]


def _query_string(asked: QueryDict, **changed: str) -> str:
    changed_query = asked.copy()
    changed_query.pop("page", None)
    for name, value in changed.items():
        changed_query[name] = value
    return "?" + changed_query.urlencode()
