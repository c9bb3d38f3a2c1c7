"""Pairs (结对) of associations, of law firms and of lawyers: recorded by people, shown here as a register. Officers record
those of lawyers themselves, each for the own side.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from programmes.placements.refusals import UnableToPair
from programmes.placements.scope import Scope
from qianchang.people import facts, masks
from qianchang.people.facts import UnableToRecordFact
from qianchang.people.models import Account, Association, Firm, Lawyer, Pairing

# What is paired with what, as the address of the register says it.
SORTS = {"associations": _("Two associations"), "firms": _("Two law firms"), "lawyers": _("Two lawyers")}
_OF = {"associations": "association", "firms": "firm", "lawyers": "lawyer"}
_ALONG = (
    "supporting_association",
    "beneficiary_association",
    "supporting_firm__association",
    "beneficiary_firm__association",
    "supporting_lawyer__firm",
    "supporting_lawyer__association",
    "beneficiary_lawyer__firm",
    "beneficiary_lawyer__association",
)


@dataclass(frozen=True)
class Line:
    """One pair as a page shows it: each side with what it belongs to. `may_end`: a pair of lawyers that lasts, of a side
    of the reader's own.
    """

    fact: Pairing
    supporting: str
    supporting_of: str
    beneficiary: str
    beneficiary_of: str
    may_end: bool


def pairs_seen(scope: Scope, *, of: str = "") -> QuerySet[Pairing]:
    """Return the pairs of one of the SORTS (of all, without) that somebody's associations are a side of; all of them to
    whoever looks at everything. It is read as the platform: `lines` hides whom the reader may not see.
    """
    rows = Pairing.objects.all()
    if of:
        rows = rows.filter(**{f"supporting_{_OF[of]}__isnull": False})
    if not scope.everything:
        own, seen = scope.given | scope.received, Q()
        for side in ("supporting", "beneficiary"):
            seen |= Q(**{f"{side}_association__in": own}) | Q(**{f"{side}_firm__association__in": own})
            seen |= Q(**{f"{side}_lawyer__association__in": own})
        rows = rows.filter(seen)
    return rows.select_related(*_ALONG).order_by("-valid_from", "pk")


def lines(rows: Iterable[Pairing], scope: Scope) -> list[Line]:
    """Return pairs as a page shows them: lawyers of other rosters are named but for the ends of their names."""
    own = scope.given | scope.received
    return [
        Line(
            row,
            *_shown(row.supporting, own),
            *_shown(row.beneficiary, own),
            may_end=row.valid_until is None and _is_own(row, scope),
        )
        for row in rows
    ]


def _shown(side: Association | Firm | Lawyer, own: frozenset[int]) -> tuple[str, str]:
    if isinstance(side, Lawyer):
        name = side.name if side.association_id in own else masks.masked_name(side.name)
        return name, f"{side.firm.name}, {side.association.name}"
    return side.name, side.association.name if isinstance(side, Firm) else ""


def _is_own(row: Pairing, scope: Scope) -> bool:
    helps, helped = row.supporting_lawyer, row.beneficiary_lawyer
    if helps is None or helped is None:
        return False
    return helps.association_id in scope.given or helped.association_id in scope.received


def pair_lawyers(
    *,
    kind: str,
    supporting: Lawyer,
    beneficiary: Lawyer,
    programme_code: str,
    valid_from: date,
    source: str,
    by: Account,
    at: datetime,
) -> Pairing:
    """Pair two lawyers under a programme. The same again changes nothing.

    Raises UnableToPair, or PermissionDenied unless an officer of the association of one of them does it.
    """
    try:
        return facts.record_pairing(
            kind=kind,
            supporting=supporting,
            beneficiary=beneficiary,
            programme_code=programme_code,
            valid_from=valid_from,
            source=source,
            by=by,
            at=at,
        )
    except UnableToRecordFact as refusal:
        raise UnableToPair(str(refusal)) from refusal


def end_lawyer_pair(*, pair: Pairing, until: date, by: Account, at: datetime) -> None:
    """End a pair of lawyers: `until` is the first day without it. Raises as pair_lawyers does."""
    try:
        facts.end_fact(fact=pair, until=until, by=by, at=at)
    except UnableToRecordFact as refusal:
        raise UnableToPair(str(refusal)) from refusal


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
