"""Which officers an act belongs to: permissions.py asked the other way round, for messages and lists."""

from collections import defaultdict
from collections.abc import Collection
from datetime import date

from django.db.models import Q

from qianchang.people.models import Association, RoleGrant
from qianchang.people.permissions import MATRIX, Act, Scope
from qianchang.people.queries import association_line


def officers_who(act: Act, associations: Collection[Association], *, on: date) -> dict[int, set[int]]:
    """Return the accounts that may do an act on some of these associations as their officers on a day, each with the
    numbers of those associations. Whoever may do it everywhere is not told of every one, and left out. One query, and
    those for parents that were not selected along.
    """
    roles = [role for role, scope in MATRIX[act].items() if scope is Scope.ASSOCIATION]
    below: dict[int, set[int]] = defaultdict(set)
    for association in associations:
        for each in association_line(association):
            below[each.pk].add(association.pk)
    holding = RoleGrant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on),
        role__in=roles,
        association__in=list(below),
        valid_from__lte=on,
        account__is_active=True,
    )
    found: dict[int, set[int]] = defaultdict(set)
    for account, association_id in holding.values_list("account", "association"):
        if association_id is not None:
            found[account] |= below[association_id]
    return dict(found)


def administrators(*, on: date) -> list[int]:
    """Return the accounts of the administrators of a day."""
    holding = RoleGrant.objects.filter(
        Q(valid_until=None) | Q(valid_until__gt=on),
        role=RoleGrant.Role.ADMINISTRATOR,
        valid_from__lte=on,
        account__is_active=True,
    )
    return sorted(set(holding.values_list("account", flat=True)))
