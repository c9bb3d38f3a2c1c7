"""The sessions' part of sitemap.xml."""

from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.timezone import localdate

from courses.catalogue.public.sitemaps import PublicSitemap
from courses.schedule import notices
from courses.schedule.models import TrainingSession


class Sessions(PublicSitemap):
    """The list of sessions."""

    def items(self) -> list[str]:
        return ["sessions:sessions"]

    def path_of(self, item: str) -> str:
        return reverse(item)


class Notices(PublicSitemap):
    """Sessions to come that everybody may know of."""

    def items(self) -> Any:
        return notices.upcoming(notices.sessions_for(self.guest, own=[]), today=localdate()).select_related(
            "notice"
        )

    def path_of(self, item: TrainingSession) -> str:
        return reverse("sessions:session", args=[item.code])

    def lastmod(self, item: TrainingSession) -> datetime:
        said = getattr(item, "notice", None)
        return said.changed_at if said else item.entered_at


SECTIONS = {"sessions": Sessions, "notices": Notices}
