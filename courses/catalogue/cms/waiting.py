"""The first page of the admin: what waits for somebody, each with its number and the list behind it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.components import Component

from courses.catalogue.cms import facts
from courses.catalogue.cms.reports import REPORTS
from courses.catalogue.models import LecturePage

Review = LecturePage.Review


@dataclass(frozen=True)
class Waits:
    """One line: how many, of what, what to do about it, and where they are."""

    count: int
    what: Any
    hint: Any
    url: str


class WaitingPanel(Component):
    """Lectures in review, returned, set to be published later, without transcript; and what other apps say waits."""

    name = "waiting"
    order = 50
    template_name = "courses/catalogue/cms/waiting.html"

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        return {**super().get_context_data(parent_context), "lines": lines()}


def lines() -> list[Waits]:
    """Return what waits. One query, and those of the apps that said something."""
    published = Q(review=Review.PUBLISHED, live=True)
    captioned = LecturePage.objects.filter(pk=OuterRef("pk"), recording__captions__isnull=False)
    counted = LecturePage.objects.annotate(captioned=Exists(captioned)).aggregate(
        in_review=Count("pk", filter=Q(review=Review.IN_REVIEW)),
        returned=Count("pk", filter=Q(review=Review.RETURNED)),
        scheduled=Count("pk", filter=Q(live=False, go_live_at__isnull=False)),
        silent=Count("pk", filter=published & Q(captioned=False)),
    )
    listing = reverse("lecture_listing:index")
    transcripts, reviews, _reach = (reverse(report.get_url_name("index")) for report in REPORTS)
    own = [
        Waits(counted["in_review"], _("Lectures in review"), _("Their associations decide."), reviews),
        Waits(
            counted["returned"],
            _("Lectures returned"),
            _("Their experts change them."),
            f"{listing}?review={Review.RETURNED}",
        ),
        Waits(
            counted["scheduled"],
            _("Lectures set for later"),
            _("They are published by themselves."),
            f"{listing}?ordering=-latest_revision_created_at",
        ),
        Waits(
            counted["silent"],
            _("Lectures without transcript"),
            _("They are found by title only. Ask the experts."),
            transcripts,
        ),
    ]
    return [*own, *(Waits(*line) for line in facts.waiting())]
