"""Reads about pairs (结对) of associations and of law firms: recorded by people, shown here as a register."""

from datetime import date

from django.db.models import Q, QuerySet

from programmes.placements.scope import Scope
from qianchang.people.models import Pairing

_ALONG = (
    "supporting_association",
    "beneficiary_association",
    "supporting_firm__association",
    "beneficiary_firm__association",
)


def pairs_seen(scope: Scope) -> QuerySet[Pairing]:
    """Return the pairs of associations and firms that somebody's associations are a side of; all of them to whoever looks
    at everything. Pairs of lawyers name people and stand on the rosters.
    """
    rows = Pairing.objects.filter(supporting_lawyer__isnull=True)
    if not scope.everything:
        own = scope.given | scope.received
        rows = rows.filter(
            Q(supporting_association__in=own)
            | Q(beneficiary_association__in=own)
            | Q(supporting_firm__association__in=own)
            | Q(beneficiary_firm__association__in=own)
        )
    return rows.select_related(*_ALONG).order_by("-valid_from", "pk")


def association_pairs(programme_code: str, *, on: date) -> int:
    """Return how many pairs of associations of a programme stand on a day."""
    return (
        Pairing.objects.filter(
            Q(valid_from__isnull=True) | Q(valid_from__lte=on),
            Q(valid_until__isnull=True) | Q(valid_until__gt=on),
            programme_code=programme_code,
            supporting_association__isnull=False,
        )
        .order_by()
        .count()
    )
