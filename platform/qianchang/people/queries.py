"""Reads about people."""

from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import AnonymousUser

from qianchang.people.models import Account, Association, Lawyer, Region


def lawyer_of(account: Account | AnonymousUser) -> Lawyer | None:
    """Return the lawyer who signs in with an account, with firm and association, or None for anybody else.
    One query for each account instance, however often it is asked.
    """
    if not isinstance(account, Account):
        return None
    relation: Any = Account._meta.get_field("lawyer")
    if not relation.is_cached(account):
        with_places = Lawyer.objects.select_related(
            "association__jurisdiction", "association__parent__parent", "firm"
        )
        relation.set_cached_value(account, with_places.filter(account_id=account.pk).first())
    lawyer: Lawyer | None = relation.get_cached_value(account)
    return lawyer


def association_line(association: Association) -> list[Association]:
    """Return an association and those above it, lowest first."""
    line, here = [association], association.parent
    while here is not None:
        line.append(here)
        here = here.parent
    return line


def association_names(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of associations by their codes, in the language of the page. One query."""
    return {each.code: each.name for each in Association.objects.filter(code__in=list(codes))}


def region_line(region: Region) -> list[Region]:
    """Return a region and those above it, lowest first."""
    line, here = [region], region.parent
    while here is not None:
        line.append(here)
        here = here.parent
    return line
