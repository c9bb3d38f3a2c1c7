"""Heads and pictures of public pages."""

from typing import Any

from django import template

from courses.catalogue.public import heads, pictures

register = template.Library()


@register.inclusion_tag("courses/catalogue/public/head.html", takes_context=True)
def public_head(context: template.Context) -> dict[str, Any]:
    """What the head of a public page says of it; nothing on any other page."""
    return {"head": heads.head_of(context)}


@register.simple_tag
def picture_of(image: Any) -> pictures.Picture | None:
    """The picture in the size of a page, and the large one with its price; None where the file is lost."""
    return pictures.picture_of(image)
