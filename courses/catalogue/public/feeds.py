"""New lectures as a feed (RSS): those that its reader may know of, newest first."""

import re
from datetime import datetime
from typing import Any

from django.contrib.syndication.views import Feed
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_cookie

from courses.catalogue import queries
from courses.catalogue.models import LecturePage
from courses.catalogue.templatetags.lectures import length_words

LECTURES = 50
_UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")


class LectureFeed(Feed):
    """The newest lectures, with whose they are and how long."""

    def get_object(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpRequest:
        return request

    def title(self, obj: HttpRequest) -> str:
        return _("New lectures - Qianchang")

    def link(self, obj: HttpRequest) -> str:
        return reverse("wagtail_serve", args=["lectures/"])

    def feed_url(self, obj: HttpRequest) -> str:
        return reverse("public:feed")

    def description(self, obj: HttpRequest) -> str:
        return _("Lectures that associations give to the west and to the counties.")

    def items(self, obj: HttpRequest) -> list[LecturePage]:
        visible = queries.with_row_parts(queries.visible_lectures(obj))
        lectures = list(visible.order_by("-first_published_at", "-pk")[:LECTURES])
        for lecture in lectures:
            # With the request, which knows the roots of the site: they would be looked up for every address.
            lecture.address = lecture.get_url(obj) or ""
        return lectures

    def item_title(self, item: LecturePage) -> str:
        return _plain(item.localised_title)

    def item_link(self, item: LecturePage) -> str:
        address: str = item.address
        return address

    def item_description(self, item: LecturePage) -> str:
        length = item.versions_newest_first[0].length_ms if item.versions_newest_first else 0
        facts = [*_names(item), item.association.name, length_words(length)]
        return _plain(" · ".join(fact for fact in facts if fact) + "\n" + item.localised_introduction)

    def item_author_name(self, item: LecturePage) -> str:
        return _plain("、".join(_names(item)))

    def item_pubdate(self, item: LecturePage) -> datetime | None:
        published: datetime | None = item.first_published_at
        return published

    def item_categories(self, item: LecturePage) -> list[str]:
        return [str(item.topic)] if item.topic else []


def _plain(words: str) -> str:
    """Without the control signs that XML 1.0 has no way to write: they come along when somebody pastes from Word."""
    return _UNWRITABLE.sub("", words)


def _names(lecture: LecturePage) -> list[str]:
    return [lecturer.name for lecturer in lecture.lecturers.all()]


_feed = LectureFeed()


@require_safe
@vary_on_cookie
def feed(request: HttpRequest) -> HttpResponse:
    """The feed, as whoever asks may see it."""
    return _feed(request)
