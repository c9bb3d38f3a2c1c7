"""Masks for templates (people/masks.py)."""

from django import template

from qianchang.people import rules
from qianchang.people.masks import masked_email, masked_licence_number

register = template.Library()


@register.filter
def masked_username(username: str) -> str:
    """A user name; a lawyer's is the licence number, and masked."""
    return masked_licence_number(username) if rules.is_licence_number(username) else username


@register.filter
def masked_address(email: str) -> str:
    """An e-mail address, masked."""
    return masked_email(email)
