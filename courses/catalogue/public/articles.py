"""What the pages of news, help and about show."""

from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest
from wagtail.fields import StreamValue

from courses.catalogue import queries, rows
from courses.catalogue.models import ArticlePage, HelpPage, NewsPage
from courses.catalogue.rows import LectureRow

NEWS_A_PAGE = 20
HELP_A_PAGE = 50
BESIDE = 8


def news_index(request: HttpRequest) -> dict[str, Any]:
    """Answer `?page=`: published notices and news, newest first."""
    return {"news": Paginator(newest_news(), NEWS_A_PAGE).get_page(request.GET.get("page"))}


def newest_news() -> Any:
    """Published notices and news, newest first."""
    return NewsPage.objects.live().public().order_by("-date", "-pk")


def help_index(request: HttpRequest) -> dict[str, Any]:
    """Answer `?page=`: the help pages in their editors' order."""
    pages = HelpPage.objects.live().public().order_by("path")
    return {"help": Paginator(pages, HELP_A_PAGE).get_page(request.GET.get("page"))}


def article(page: ArticlePage, request: HttpRequest) -> dict[str, Any]:
    """The articles that stand beside this one, and the lectures that it names, by number, as far as this reader may know
    of them.
    """
    return {"siblings": _beside(page), "lecture_rows": _lecture_rows(page, request)}


def _beside(page: ArticlePage) -> list[ArticlePage]:
    """Articles of the same kind, at most so many; none where this is the only one."""
    order = ("-date", "-pk") if isinstance(page, NewsPage) else ("path",)
    found = list(type(page).objects.live().public().order_by(*order)[:BESIDE])
    return found if len(found) > 1 else []


def _lecture_rows(page: ArticlePage, request: HttpRequest) -> dict[int, LectureRow]:
    ids = _lectures_in(page.localised_body)
    if not ids:
        return {}
    lectures = list(queries.with_row_parts(queries.visible_lectures(request).filter(pk__in=ids)))
    return {row.lecture.pk: row for row in rows.lecture_rows(lectures, request)}


def _lectures_in(body: StreamValue) -> list[int]:
    return [block["value"] for block in body.raw_data if block["type"] == "lecture" and block["value"]]
