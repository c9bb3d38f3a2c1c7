"""Reports of the admin: lectures that lack something. Each is a list with its file, and stands in the reports menu."""

from datetime import timedelta
from typing import Any

from django.db.models import F, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.pages import PageListingViewSet

from courses.catalogue.cms import lecture_facts
from courses.catalogue.cms.listings import LectureFilters, LectureIndex
from courses.catalogue.cms.tables import columns_of
from courses.catalogue.models import LecturePage

Review = LecturePage.Review
# A lecture that came yesterday has reached nobody, and nothing is wrong with it.
DAYS_TO_REACH = 30
_FIRST = (lecture_facts.ASSOCIATION, lecture_facts.LECTURERS)


def without_transcript(lectures: QuerySet[Any]) -> QuerySet[Any]:
    """Published lectures whose recording has no captions in any language."""
    return lectures.filter(review=Review.PUBLISHED, live=True, has_transcript=False)


def without_review(lectures: QuerySet[Any]) -> QuerySet[Any]:
    """Lectures that wait for their association."""
    return lectures.filter(review=Review.IN_REVIEW)


def without_reach(lectures: QuerySet[Any]) -> QuerySet[Any]:
    """Lectures that stand in the catalogue for thirty days or more and on which nobody earned hours."""
    since = timezone.now() - timedelta(days=DAYS_TO_REACH)
    return lectures.filter(review=Review.PUBLISHED, live=True, first_published_at__lte=since, earned=0)


class _Report(LectureIndex):
    """A list of lectures that is a report: nothing is done to many of them here."""

    template_name = "wagtailadmin/pages/index.html"


class TranscriptReport(_Report):
    """Lectures without transcript."""

    page_title = _("Lectures without transcript")
    facts = (*_FIRST, lecture_facts.PUBLISHED, lecture_facts.LENGTH, lecture_facts.REACH)
    default_ordering = "-earned"

    def get_base_queryset(self) -> QuerySet[Any]:
        return without_transcript(super().get_base_queryset())


class ReviewReport(_Report):
    """Lectures that wait for review, longest first."""

    page_title = _("Lectures that wait for review")
    facts = (*_FIRST, lecture_facts.SUBMITTED)
    default_ordering = "submitted_at"

    def get_base_queryset(self) -> QuerySet[Any]:
        return without_review(super().get_base_queryset())

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.ordering == "submitted_at":
            return queryset.order_by(F("submitted_at").asc(nulls_last=True), "pk")
        return super().order_queryset(queryset)


class ReachReport(_Report):
    """Lectures on which nobody earned hours."""

    page_title = _("Lectures without reach")
    facts = (*_FIRST, lecture_facts.PUBLISHED, lecture_facts.LENGTH, lecture_facts.RELEASED)
    default_ordering = "first_published_at"

    def get_base_queryset(self) -> QuerySet[Any]:
        return without_reach(super().get_base_queryset())


def _viewset(name: str, view: type[_Report], icon: str) -> PageListingViewSet:
    kind = type(
        f"{view.__name__}Listing",
        (PageListingViewSet,),
        {
            "model": LecturePage,
            "icon": icon,
            "index_view_class": view,
            "ordering": view.default_ordering,
            "columns": columns_of(view.facts),
            "filterset_class": LectureFilters,
            "export_filename": name,
        },
    )
    return kind(name, url_prefix=f"reports/{name}")


REPORTS = (
    _viewset("lectures_without_transcript", TranscriptReport, "openquote"),
    _viewset("lectures_without_review", ReviewReport, "time"),
    _viewset("lectures_without_reach", ReachReport, "view"),
)
_TITLES = (TranscriptReport.page_title, ReviewReport.page_title, ReachReport.page_title)


def menu_items() -> list[MenuItem]:
    """Return the reports as items of the reports menu, before Wagtail's own."""
    return [
        MenuItem(
            title, reverse(report.get_url_name("index")), name=report.name, icon_name=report.icon, order=place
        )
        for place, (title, report) in enumerate(zip(_TITLES, REPORTS, strict=True))
    ]
