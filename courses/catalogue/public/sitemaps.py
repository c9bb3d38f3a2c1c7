"""The catalogue's part of sitemap.xml: what a guest may read, in both languages."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sitemaps import Sitemap
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation
from wagtail.models import Page, Site

from courses.catalogue import queries
from courses.catalogue.models import (
    AboutPage,
    CourseIndexPage,
    CoursePage,
    HelpIndexPage,
    HelpPage,
    HomePage,
    LectureIndexPage,
    NewsIndexPage,
    NewsPage,
)
from courses.catalogue.public.heads import twin
from courses.catalogue.public.lecturers import lecturers_of

INDEXES = (HomePage, LectureIndexPage, CourseIndexPage, NewsIndexPage, HelpIndexPage)


def guest() -> HttpRequest:
    """A request of nobody: a sitemap is kept and passed on, so it says what a guest may know, whoever asks for it."""
    request = HttpRequest()
    request.user = AnonymousUser()
    # Where Wagtail remembers the site of a request: this one came to no address.
    request._wagtail_site = Site.objects.filter(is_default_site=True).first()  # type: ignore[attr-defined]
    return request


class PublicSitemap(Sitemap):
    """Addresses in Chinese and English, each naming its twin."""

    i18n = True
    alternates = True
    x_default = True

    def __init__(self) -> None:
        # Asked once: the roots of the site would be looked up for every address.
        self.guest = guest()
        self._paths: dict[Any, str] = {}

    def path_of(self, item: Any) -> str:
        """The Chinese address of an item."""
        raise NotImplementedError

    def location(self, item: Any) -> str:
        """The address in the language of the moment. Each item is asked for once; its twins differ by their prefix."""
        if item not in self._paths:
            with translation.override(settings.LANGUAGE_CODE):
                self._paths[item] = self.path_of(item)
        return twin(self._paths[item], translation.get_language() or settings.LANGUAGE_CODE)


class WagtailPages(PublicSitemap):
    """The indexes, courses, news, help and about."""

    def items(self) -> Any:
        found = Page.objects.live().public().type((*INDEXES, CoursePage, NewsPage, HelpPage, AboutPage))
        # A course whose lectures are all closed to guests is not there for them.
        closed = CoursePage.objects.exclude(
            pk__in=queries.visible_courses(self.guest).order_by().values("pk")
        )
        return found.exclude(pk__in=closed.values("pk")).order_by("path")

    def path_of(self, item: Page) -> str:
        return item.get_url(self.guest) or ""

    def lastmod(self, item: Page) -> datetime | None:
        published: datetime | None = item.last_published_at
        return published


class Lectures(PublicSitemap):
    """Lectures that are released to everybody."""

    def items(self) -> Any:
        return queries.visible_lectures(self.guest).order_by("pk")

    def path_of(self, item: Page) -> str:
        return item.get_url(self.guest) or ""

    def lastmod(self, item: Page) -> datetime | None:
        published: datetime | None = item.last_published_at
        return published


class Lecturers(PublicSitemap):
    """Who gave one of them."""

    def items(self) -> Any:
        return lecturers_of(queries.visible_lectures(self.guest))

    def path_of(self, item: Any) -> str:
        return reverse("public:lecturer", args=[item.slug])


class FixedPages(PublicSitemap):
    """The list of lecturers."""

    def items(self) -> list[str]:
        return ["public:lecturers"]

    def path_of(self, item: str) -> str:
        return reverse(item)


SECTIONS = {
    "pages": WagtailPages,
    "lectures": Lectures,
    "lecturers": Lecturers,
    "fixed": FixedPages,
}
