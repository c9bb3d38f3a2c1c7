"""The numbers that are owed, as reports print them: never without how firm they are.

A document's number comes first. Where none states one, the adopted breakdown's sum stands there as a planned number.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from programmes.plans import queries as plans
from programmes.plans.cells import Cell, total
from programmes.plans.models import Adoption, Plan, PlanCell, SourceDocument, Target
from programmes.plans.rules import ASSIGNED
from programmes.plans.targets import said_by
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Association


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
    moment (now, when none is given). Four queries; of a moment a fifth, and a sixth and one more for each number that was
    moved or taken out since.
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
    return Goals(targets if before is None else _as_of(plan, targets, before), cells)


def _as_of(plan: Plan, targets: Sequence[Target], before: datetime) -> list[Target]:
    """Return the targets as they stood just before a moment, so that a report of then stays as it was. What an officer
    changed since is in the audit log, with what it had been, and is taken back from the last to the first; what was
    entered since was not there, and what was taken out since was.
    """
    since = AuditEntry.objects.filter(
        object_type="target",
        object_key__startswith=f"{plan.code}/",
        verb__in=("entered", "changed", "moved target", "withdrew target"),
        at__gte=before,
    )
    entries = list(since.order_by("-at", "-pk"))
    named = _named(entries)
    stood = [
        target
        for target in targets
        if not _is_set_since(target, before) or _taken_back(target, entries, named)
    ]
    for number, entry in enumerate(entries):
        if entry.verb == "withdrew target":
            target = _withdrawn(plan, entry, named)
            if _taken_back(target, entries[number + 1 :], named):
                stood.append(target)
    return stood


def _named(entries: Sequence[AuditEntry]) -> dict[str, Association]:
    """Return the associations of targets that were moved or taken out, by their codes. One query, or none."""
    codes: set[str] = set()
    for entry in entries:
        if entry.verb == "moved target":
            codes.add(entry.details["beneficiary_before"])
        if entry.verb == "withdrew target":
            said = said_by(entry.object_key)
            codes |= {said.supporter, said.beneficiary}
    found = Association.objects.filter(code__in=codes).select_related("region") if codes else ()
    return {association.code: association for association in found}


def _withdrawn(plan: Plan, entry: AuditEntry, named: Mapping[str, Association]) -> Target:
    """Return a target as it stood when it was taken out, without a row."""
    said, details = said_by(entry.object_key), entry.details
    target = Target(
        # No row has this number; without one it could not say its delivery modes.
        pk=0,
        plan=plan,
        key=entry.object_key,
        supporter=named[said.supporter],
        beneficiary=named.get(said.beneficiary),
        year=said.year,
        each_year=said.each_year,
        quantity=int(details["quantity"]),
        strength=Target.Strength(details["strength"]),
        source=SourceDocument(title=details.get("source", "")),
    )
    _give_modes(target, said.modes)
    return target


def _give_modes(target: Target, codes: Sequence[str]) -> None:
    modes = target.modes.model.objects.filter(code__in=codes)
    vars(target)["_prefetched_objects_cache"] = {"modes": modes}


def _is_set_since(target: Target, before: datetime) -> bool:
    return target.set_at is not None and target.set_at >= before


def _taken_back(target: Target, entries: Sequence[AuditEntry], named: Mapping[str, Association]) -> bool:
    """Take back what was done to a target, the last first; tell whether it stood before all of it."""
    key = target.key
    for entry in entries:
        if entry.object_key != key:
            continue
        if entry.verb == "entered":
            return False
        said = entry.details
        if "quantity_before" in said:
            target.quantity = int(said["quantity_before"])
            target.strength = Target.Strength(said["strength_before"])
        if entry.verb == "moved target":
            key = said["key_before"]
            target.beneficiary = named.get(said["beneficiary_before"])
            target.year, target.each_year = said["year_before"], said["each_year_before"] == "True"
            _give_modes(target, said["modes_before"].split(","))
    return True


def owed(target: Target) -> Owed:
    """Return a target as a report prints it."""
    return Owed(
        quantity=target.quantity,
        strength=target.strength,
        label=str(target.get_strength_display()),
        source=target.source.title,
        quote=target.quote,
    )
