"""Fields and lecturers in the admin: searched in the middle of a name, with how many lectures use each."""

from typing import Any

from django.db.models import Count, QuerySet
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column
from wagtail.snippets.views.snippets import IndexView, SnippetViewSet

from courses.catalogue.models import Lecturer, Topic


class CountedIndex(IndexView):
    """A list that says how many lectures use each row."""

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset()
        counted: QuerySet[Any] = rows.annotate(used=Count("lectures"))
        return counted


class LecturerIndex(CountedIndex):
    """Lecturers with their associations."""

    def get_base_queryset(self) -> QuerySet[Any]:
        rows: QuerySet[Any] = super().get_base_queryset().select_related("association")
        return rows


USED = Column("used", label=_("lectures"), sort_key="used")


class _ViewSet(SnippetViewSet):
    """Wagtail asks for the words of the way back once, in whatever language that request has."""

    @property
    def breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse_lazy("wagtailadmin_home"), "label": _("Home")}]


class TopicViewSet(_ViewSet):
    """Fields of law and management (业务领域)."""

    model = Topic
    icon = "tag"
    menu_label = _("Fields")
    menu_name = "topics"
    menu_order = 160
    add_to_admin_menu = True
    index_view_class = CountedIndex
    list_display = ["name_zh", "name_en", "code", "position", USED]
    search_fields = ["name_zh", "name_en", "code", "quote"]
    search_backend_name = None
    ordering = ["position", "pk"]
    list_per_page = 50
    inspect_view_enabled = True
    inspect_view_fields = ["name_zh", "name_en", "code", "position", "quote"]
    copy_view_enabled = False


class LecturerViewSet(_ViewSet):
    """Lecturers (讲师)."""

    model = Lecturer
    icon = "user"
    menu_label = _("lecturers")
    menu_name = "lecturers"
    menu_order = 150
    add_to_admin_menu = True
    index_view_class = LecturerIndex
    list_display = ["name", "name_en", "association", USED]
    list_filter = ["association"]
    search_fields = ["name", "name_en", "introduction"]
    search_backend_name = None
    ordering = ["name", "pk"]
    list_per_page = 50
    inspect_view_enabled = True
    inspect_view_fields = ["name", "name_en", "introduction", "introduction_en", "association", "slug"]
    copy_view_enabled = False


SNIPPETS = (TopicViewSet, LecturerViewSet)
