"""A page with a Chinese title and, where somebody wrote one, an English one."""

from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PagePermissionTester

GUEST = "guest"


class LocalisedPage(Page):
    """A page with a Chinese title and, where somebody wrote one, an English one."""

    title_en = models.CharField(_("English title"), max_length=255, blank=True)
    introduction = models.TextField(_("introduction"), blank=True)
    introduction_en = models.TextField(_("English introduction"), blank=True)

    content_panels = [
        *Page.content_panels,
        FieldPanel("title_en"),
        FieldPanel("introduction"),
        FieldPanel("introduction_en"),
    ]

    class Meta:
        abstract = True

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """How an editor looks at the page before it is published."""
        return [("", _("as you")), (GUEST, _("as a guest"))]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The page as it would be served, to its editor or to somebody who is not signed in."""
        if mode_name == GUEST:
            request.user = AnonymousUser()
        answer: HttpResponseBase = super().serve_preview(request, mode_name)
        return answer

    @property
    def localised_title(self) -> str:
        """The title in the reader's language, Chinese where there is no other."""
        return self.title_en if get_language() == "en" and self.title_en else self.title

    @property
    def localised_introduction(self) -> str:
        """The introduction in the reader's language, Chinese where there is no other."""
        return self.introduction_en if get_language() == "en" and self.introduction_en else self.introduction


class FixedPagePermissionTester(PagePermissionTester):
    """What the Wagtail admin may do with a page that the site stands on: change its words. Taken away or moved, it would
    take every address below it along.
    """

    def can_unpublish(self) -> bool:
        return False

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return False

    def can_move(self) -> bool:
        return False

    def can_copy(self) -> bool:
        return False


class FixedPage(LocalisedPage):
    """A page that the site has once: the first page and the lists below it."""

    max_count = 1

    class Meta:
        abstract = True

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return FixedPagePermissionTester(user, self)
