"""Flat lists of the admin: lectures, courses, news and help, each with what its editor looks for."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter  # type: ignore[import-untyped]
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.views.pages.listing import IndexView
from wagtail.admin.viewsets.pages import PageListingViewSet
from wagtail.models import Page

from courses.catalogue.cms import lecture_facts
from courses.catalogue.cms.exports import NeutralExport
from courses.catalogue.cms.lecture_facts import Fact
from courses.catalogue.cms.tables import columns_of
from courses.catalogue.models import CoursePage, HelpPage, LecturePage, NewsPage

PER_PAGE = 50


class FactIndex(NeutralExport, IndexView):
    """A list whose search finds a word in the middle of a Chinese title."""

    paginate_by = PER_PAGE
    searched: Sequence[str] = ("title", "title_en")

    def annotate_queryset(self, pages: QuerySet[Any]) -> QuerySet[Any]:
        """What every row of a Wagtail list asks of its page, for pages that are of one type already."""
        of_wagtail: Any = pages.prefetch_related("content_type", "sites_rooted_here")
        asked: QuerySet[Any] = (
            of_wagtail.prefetch_workflow_states().annotate_site_root_state().annotate_approved_schedule()
        )
        return asked

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        for word in self.search_query.split() if self.is_searching else ():
            here = Q()
            for field in self.searched:
                here |= Q(**{f"{field}__icontains": word})
            queryset = queryset.filter(here)
        return queryset

    def order_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        # In whatever order was asked for, each page of the list has each row once.
        ordered: QuerySet[Any] = super().order_queryset(queryset)
        if not ordered.ordered:
            ordered = ordered.order_by("-latest_revision_created_at")
        return ordered.order_by(*ordered.query.order_by, "-pk")

    def paginate_queryset(self, queryset: QuerySet[Any], page_size: int) -> Any:
        paginator, page, rows, is_paginated = super().paginate_queryset(queryset, page_size)
        page.object_list = self.completed(rows)
        return paginator, page, page.object_list, is_paginated


class LectureFilters(WagtailFilterSet):
    """What the list of lectures can be cut to."""

    review = ChoiceFilter(label=_("Review"), choices=LecturePage.Review.choices)

    class Meta:
        model = LecturePage
        fields = ("review", "topic", "category", "association")


class LectureIndex(FactIndex):
    """Lectures of all associations in whatever state. New ones come from the experts' own page."""

    template_name = "courses/catalogue/cms/lecture_listing.html"
    facts = lecture_facts.IN_LISTING
    searched = ("title", "title_en", "introduction")

    def annotate_queryset(self, pages: QuerySet[Any]) -> QuerySet[Any]:
        return lecture_facts.with_facts(super().annotate_queryset(pages))

    def search_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        found = super().search_queryset(queryset)
        if not self.is_searching:
            return found
        given = LecturePage.lecturers.through.objects.filter(lecturer__name__icontains=self.search_query)
        return found | queryset.filter(pk__in=given.values("lecturepage"))

    def completed(self, rows: Iterable[Any]) -> list[Any]:
        return lecture_facts.complete(rows, self.request)

    def get_add_url(self) -> None:
        """No lecture is made here."""


class LectureListing(PageListingViewSet):
    """All lectures (讲座)."""

    model = LecturePage
    icon = "media"
    menu_label = _("lectures")
    menu_name = "lectures"
    menu_order = 110
    add_to_admin_menu = True
    index_view_class = LectureIndex
    columns = columns_of(lecture_facts.IN_LISTING, bulk=True)
    filterset_class = LectureFilters
    export_filename = "lectures"


def _opens(course: Any) -> str:
    return course.opens_date.isoformat() if course.opens_date else ""


def _status(page: Any) -> str:
    if not page.live:
        return gettext("draft")
    return (
        gettext("published, with changes that are not")
        if page.has_unpublished_changes
        else gettext("published")
    )


STATUS = Fact("status", _("Status"), _status, "live")
COURSE_FACTS = (
    Fact("lectures", _("lectures"), lambda each: each.lectures, "lectures"),
    Fact(
        "required", _("lectures that finish the course"), lambda each: each.required_lectures or each.lectures
    ),
    Fact("opens", _("opens on"), _opens, "opens_date"),
    STATUS,
    lecture_facts.CHANGED,
)


class CourseIndex(FactIndex):
    """All courses with how many lectures they have."""

    facts = COURSE_FACTS

    def annotate_queryset(self, pages: QuerySet[Any]) -> QuerySet[Any]:
        counted: QuerySet[Any] = super().annotate_queryset(pages).annotate(lectures=Count("course_lectures"))
        return counted


class CourseFilters(WagtailFilterSet):
    """What the list of courses can be cut to."""

    class Meta:
        model = CoursePage
        fields = ("live",)


class CourseListing(PageListingViewSet):
    """All courses (课程)."""

    model = CoursePage
    icon = "list-ol"
    menu_label = _("Courses")
    menu_name = "courses"
    menu_order = 120
    add_to_admin_menu = True
    index_view_class = CourseIndex
    columns = columns_of(COURSE_FACTS)
    filterset_class = CourseFilters
    export_filename = "courses"


class ArticleFilters(WagtailFilterSet):
    """What lists of articles can be cut to."""

    class Meta:
        model = Page
        fields = ("live",)


NEWS_FACTS = (
    Fact("date", _("date"), lambda each: each.date.isoformat(), "date"),
    Fact("english", _("English"), lambda each: gettext("Yes") if each.body_en else gettext("No")),
    STATUS,
    lecture_facts.CHANGED,
)
HELP_FACTS = NEWS_FACTS[1:]


class NewsIndex(FactIndex):
    """Notices and news, the newest first."""

    facts = NEWS_FACTS
    default_ordering = "-date"


class HelpIndex(FactIndex):
    """Help pages."""

    facts = HELP_FACTS


class NewsListing(PageListingViewSet):
    """Notices and news (通知)."""

    model = NewsPage
    icon = "calendar-alt"
    menu_label = _("News")
    menu_name = "news"
    menu_order = 130
    add_to_admin_menu = True
    index_view_class = NewsIndex
    ordering = "-date"
    columns = columns_of(NEWS_FACTS)
    filterset_class = ArticleFilters
    export_filename = "news"


class HelpListing(PageListingViewSet):
    """Help pages (帮助)."""

    model = HelpPage
    icon = "help"
    menu_label = _("Help pages")
    menu_name = "help-pages"
    menu_order = 140
    add_to_admin_menu = True
    index_view_class = HelpIndex
    columns = columns_of(HELP_FACTS)
    filterset_class = ArticleFilters
    export_filename = "help"


LISTINGS = (
    LectureListing("lecture_listing"),
    CourseListing("course_listing"),
    NewsListing("news_listing"),
    HelpListing("help_listing"),
)
