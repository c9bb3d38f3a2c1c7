"""Everything of cms/ that Wagtail finds by its hooks."""

from typing import Any

from django.http import HttpRequest
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.snippets.models import register_snippet

from courses.catalogue.cms import bulk, listings, menus, reports, snippets
from courses.catalogue.cms.waiting import WaitingPanel

for _viewset in snippets.SNIPPETS:
    register_snippet(_viewset)

for _action in bulk.ACTIONS:
    hooks.register("register_bulk_action", _action)


@hooks.register("register_admin_viewset")
def register_lists() -> list[Any]:
    return [*listings.LISTINGS, *reports.REPORTS]


def _register_report(item: int) -> None:
    hooks.register("register_reports_menu_item", lambda: reports.menu_items()[item])


for _place in range(len(reports.REPORTS)):
    _register_report(_place)

hooks.register("construct_main_menu", menus.main_menu)
hooks.register("construct_settings_menu", menus.settings_menu)
hooks.register("construct_reports_menu", menus.reports_menu)


@hooks.register("register_admin_menu_item")
def register_home() -> MenuItem:
    return menus.home_item()


@hooks.register("construct_homepage_panels")
def show_what_waits(request: HttpRequest, panels: list[Any]) -> None:
    panels.append(WaitingPanel())
