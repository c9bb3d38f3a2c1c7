"""The first page: search, one's own next step, the newest lectures, the next sessions and the notices."""

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from django.db import DatabaseError
from django.http import HttpRequest

from courses.catalogue import pages, queries, rows
from courses.catalogue.models import CourseIndexPage, LectureIndexPage, NewsIndexPage, NewsPage
from courses.catalogue.public import articles, registries
from courses.catalogue.public.registries import SessionLine, YearSoFar
from courses.catalogue.rows import LectureRow
from qianchang.people import queries as people

log = logging.getLogger(__name__)

NEWEST = 6
SESSIONS = 4
NOTICES = 5
T = TypeVar("T")


def home(request: HttpRequest) -> dict[str, Any]:
    """Everything of the first page. A part that fails is None, logged, and said on the page: search works without it."""
    catalogue = LectureIndexPage.objects.live().first()
    courses = CourseIndexPage.objects.live().first()
    news = NewsIndexPage.objects.live().first()
    return {
        "catalogue_url": catalogue.get_url(request) if catalogue else None,
        "courses_url": courses.get_url(request) if courses else None,
        "news_url": news.get_url(request) if news else None,
        "next_row": _part("next lecture", lambda: _next_row(request)),
        "year": _part("year", lambda: _year(request)),
        "newest": _part("newest lectures", lambda: _newest(request)),
        "sessions": _part("sessions", lambda: _sessions(request)),
        "notices": _part("notices", _notices),
    }


def _part(name: str, read: Callable[[], T]) -> T | None:
    try:
        return read()
    except DatabaseError:
        log.exception("a part of the first page failed: %s", name)
        return None


def _next_row(request: HttpRequest) -> LectureRow | None:
    return next(iter(pages.unfinished(pages.taken_rows(request))), None)


def _year(request: HttpRequest) -> YearSoFar | None:
    return registries.year_of(people.lawyer_of(request.user))


def _newest(request: HttpRequest) -> list[LectureRow]:
    newest = queries.with_row_parts(queries.visible_lectures(request)).order_by("-first_published_at", "-pk")
    return rows.lecture_rows(list(newest[:NEWEST]), request)


def _sessions(request: HttpRequest) -> list[SessionLine]:
    return list(registries.next_sessions(request, most=SESSIONS))


def _notices() -> list[NewsPage]:
    return list(articles.newest_news()[:NOTICES])
