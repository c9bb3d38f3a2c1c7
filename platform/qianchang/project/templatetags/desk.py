"""The menu of the association desk in templates (project/desk_menu.py)."""

from django import template
from django.template.context import Context
from django.utils import timezone

from qianchang.project.desk_menu import menu_for

register = template.Library()


@register.inclusion_tag("components/side.html", takes_context=True)
def desk_menu(context: Context) -> dict[str, object]:
    """The menu for whoever looks at the page."""
    groups = menu_for(context["viewer"].acts, path=context["request"].path, today=timezone.localdate())
    here = next((link for group in groups for link in group.links if link.is_here), None)
    return {"groups": groups, "here": here}
