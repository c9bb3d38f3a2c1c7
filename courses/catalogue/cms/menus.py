"""What stands in the menu of the admin, and for whom. What Wagtail's permissions decide is left to them."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem

from courses.catalogue.models import HomePage

# Forms, snippets (which stand there by themselves) and help, which leads out of the site.
UNUSED = {"forms", "snippets", "help"}
# Accounts, roles and sites are not looked after here; the workflow of lectures is the site's own (workflow.py).
UNUSED_SETTINGS = {"users", "groups", "sites", "workflow-tasks", "locales"}
UNUSED_REPORTS = {"page-types-usage", "aging-pages"}


def _cut(items: list[Any], unused: set[str]) -> None:
    items[:] = [item for item in items if item.name not in unused]


def main_menu(request: HttpRequest, items: list[Any]) -> None:
    """Take what is not used out of the menu. The tree is called what it is: "Pages" alone are those of a long list."""
    _cut(items, UNUSED)
    for item in items:
        if item.name == "explorer":
            item.label = _("All pages")


def settings_menu(request: HttpRequest, items: list[Any]) -> None:
    """Take what is not used out of the settings."""
    _cut(items, UNUSED_SETTINGS)


def reports_menu(request: HttpRequest, items: list[Any]) -> None:
    """Take what is not used out of the reports."""
    _cut(items, UNUSED_REPORTS)


class HomeItem(MenuItem):
    """The words of the first page."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(HomePage.objects.exists())

    def render_component(self, request: HttpRequest) -> Any:
        home = HomePage.objects.values_list("pk", flat=True).first()
        self.url = reverse("wagtailadmin_pages:edit", args=[home])
        return super().render_component(request)


def home_item() -> MenuItem:
    """Return the item of the first page."""
    return HomeItem(_("Home page"), "", name="home-page", icon_name="home", order=105)
