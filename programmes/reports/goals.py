"""The numbers that are owed, as reports print them: never without how firm they are.

A document's number comes first. Where none states one, the adopted breakdown's sum stands there as a planned number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from programmes.plans import queries as plans
from programmes.plans.cells import Cell, total
from programmes.plans.models import Adoption, Plan, PlanCell, Target
from programmes.plans.rules import ASSIGNED
from qianchang.groundwork.models import AuditEntry


@dataclass(frozen=True)
class Owed:
    """One number with its strength (分配数, 平均数, 拟定数, 计划数 …) and where it comes from."""

    quantity: int
    strength: str
    label: str
    source: str
    quote: str


class Goals:
    """What a plan promises. Made once for a report: its questions are answered without the database."""

    def __init__(self, targets: Sequence[Target], cells: Mapping[int, Sequence[Cell]]) -> None:
        self.targets = list(targets)
        self.cells = {supporter: tuple(of_one) for supporter, of_one in cells.items()}

    def of_year(
        self,
        supporter: int,
        year: int,
        *,
        beneficiary: int | None = None,
        modes: Iterable[str] = (),
    ) -> Owed | None:
        """Return the number of one year, for one region and some modes where these are given."""
        bucket = frozenset(modes)
        fitting = [
            target
            for target in self._of(supporter, beneficiary, bucket)
            if target.year == year or target.each_year
        ]
        exact = next((target for target in fitting if target.year == year), None)
        stated = exact or next(iter(fitting), None)
        return owed(stated) if stated else self._planned(supporter, year, beneficiary, bucket)

    def whole(self, supporter: int, *, beneficiary: int | None = None) -> Owed | None:
        """Return the assigned number over all years."""
        for target in self._of(supporter, beneficiary, frozenset()):
            if target.year is None and not target.each_year and target.strength == ASSIGNED:
                return owed(target)
        return None

    def supporters(self) -> set[int]:
        """Return who owes something."""
        return {target.supporter_id for target in self.targets}

    def buckets(self, supporter: int) -> list[frozenset[str]]:
        """Return the buckets of delivery modes that a document names for a supporter."""
        named = {
            frozenset(mode.code for mode in target.modes.all())
            for target in self.targets
            if target.supporter_id == supporter
        }
        return sorted(named - {frozenset()}, key=lambda bucket: (len(bucket), sorted(bucket)))

    def _of(self, supporter: int, beneficiary: int | None, bucket: frozenset[str]) -> list[Target]:
        return [
            target
            for target in self.targets
            if target.supporter_id == supporter
            and target.beneficiary_id == beneficiary
            and {mode.code for mode in target.modes.all()} == bucket
        ]

    def _planned(
        self, supporter: int, year: int, beneficiary: int | None, bucket: frozenset[str]
    ) -> Owed | None:
        cells = [
            cell
            for cell in self.cells.get(supporter, ())
            if cell.year == year and beneficiary in (None, cell.beneficiary_id)
        ]
        if not cells:
            return None
        quantity = total(cells, modes=bucket or None)
        label = str(Target.Strength.PLANNED.label)
        return Owed(quantity, Target.Strength.PLANNED.value, label, "", "")


def goals_of(plan: Plan, *, before: datetime | None = None) -> Goals:
    """Return what a plan promises, with the numbers and with the breakdown of each supporter that stood just before a
    moment (now, when none is given). Four queries, and a fifth where a number was entered or changed since.
    """
    adoptions = Adoption.objects.filter(plan=plan)
    if before is not None:
        adoptions = adoptions.filter(adopted_at__lt=before)
    holds = dict(adoptions.order_by("number").values_list("supporter", "breakdown"))
    supporter_of = {breakdown: supporter for supporter, breakdown in holds.items()}
    cells: dict[int, list[Cell]] = {}
    rows = PlanCell.objects.filter(breakdown__in=supporter_of).select_related("beneficiary")
    for row in rows.order_by("year", "beneficiary__code", "modes", "pk"):
        cells.setdefault(supporter_of[row.breakdown_id], []).append(row.as_cell())
    targets = plans.targets([plan])
    return Goals(targets if before is None else _as_of(targets, before), cells)


def _as_of(targets: Sequence[Target], before: datetime) -> list[Target]:
    """Return the targets with the numbers that stood just before a moment, so that a report of then stays as it was. What
    an officer changed since is in the audit log, with what it had been; what was entered since was not there.
    """
    keys = {target.key for target in targets if target.set_at is not None and target.set_at >= before}
    if not keys:
        return list(targets)
    since: dict[str, AuditEntry] = {}
    rows = AuditEntry.objects.filter(
        object_type="target", object_key__in=keys, verb__in=("entered", "changed"), at__gte=before
    )
    for entry in rows.order_by("at", "pk"):
        if entry.verb == "entered" or "quantity_before" in entry.details:
            since.setdefault(entry.object_key, entry)
    stood = []
    for target in targets:
        first = since.get(target.key)
        if first is not None and first.verb == "entered":
            continue
        if first is not None:
            target.quantity = int(first.details["quantity_before"])
            target.strength = Target.Strength(first.details["strength_before"])
        stood.append(target)
    return stood


def owed(target: Target) -> Owed:
    """Return a target as a report prints it."""
    return Owed(
        quantity=target.quantity,
        strength=target.strength,
        label=str(target.get_strength_display()),
        source=target.source.title,
        quote=target.quote,
    )
