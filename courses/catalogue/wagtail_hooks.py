"""The Wagtail admin for editors: lectures and topics at hand, what this site does not use out of sight."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.ui.tables import Column
from wagtail.admin.ui.tables.pages import BulkActionsColumn, PageStatusColumn, PageTitleColumn
from wagtail.admin.viewsets.pages import PageListingViewSet

from courses.catalogue.models import LecturePage

# Images and documents have no place in a lecture yet; reports and help lead out of the editors' work.
UNUSED = {"images", "documents", "reports", "help"}


class LectureListing(PageListingViewSet):
    """All lectures in one flat list. New ones come from the experts' own page."""

    model = LecturePage
    icon = "media"
    menu_label = _("Lectures")
    add_to_admin_menu = True
    columns = [
        BulkActionsColumn("bulk_actions"),
        PageTitleColumn("title", label=_("Title"), sort_key="title", classname="title"),
        Column("association", label=_("supporting association")),
        Column("review", label=_("Review"), accessor="get_review_display", sort_key="review"),
        PageStatusColumn("status", label=_("Status"), sort_key="live"),
    ]


@hooks.register("register_admin_viewset")
def register_lecture_listing() -> LectureListing:
    return LectureListing("lecture_listing")


@hooks.register("construct_main_menu")
def hide_what_is_not_used(request: HttpRequest, menu_items: list[Any]) -> None:
    menu_items[:] = [item for item in menu_items if item.name not in UNUSED]
