"""What the pages of a plan show."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from programmes.plans import carry, counts, frames, planner, queries, wording
from programmes.plans.carry import Alone, YearOwed
from programmes.plans.cells import by_region
from programmes.plans.frames import Frame, UnableToPlan
from programmes.plans.models import Adoption, Breakdown, Plan, Target
from programmes.plans.planner import Place, Quantities
from programmes.plans.reach import Reach, plans_of, supporters_of
from programmes.plans.rules import ASSIGNED, INEXACT
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, may


@dataclass(frozen=True)
class Box:
    """One number in the table of cells; `name` is what its field is called in the form. `typed` is what an officer wrote
    that is no number, and `error` says so.
    """

    name: str
    label: str
    quantity: int
    typed: str = ""
    error: str = ""


@dataclass(frozen=True)
class Row:
    """One region and bucket of modes: a box for each year, and their sum."""

    region: str
    bucket: str
    boxes: tuple[Box, ...]

    @property
    def total(self) -> int:
        return sum(box.quantity for box in self.boxes)


@dataclass(frozen=True)
class Table:
    """The cells of a breakdown with the sums of each year."""

    years: tuple[int, ...]
    rows: tuple[Row, ...]

    @property
    def totals(self) -> tuple[int, ...]:
        return tuple(sum(row.boxes[place].quantity for row in self.rows) for place in range(len(self.years)))

    @property
    def total(self) -> int:
        return sum(self.totals)


@dataclass(frozen=True)
class Reason:
    """A number that is not assigned, and why the breakdown departs from it. `wanted`: no version without a reason holds;
    an approximate number asks for none.
    """

    name: str
    label: str
    words: str
    wanted: bool = True


@dataclass(frozen=True)
class Owed:
    """What one region owes (or all of them), year by year."""

    region: str
    rows: tuple[YearOwed, ...]


@dataclass(frozen=True)
class PlanPage:
    """One supporter's part of a plan. `own_only`: somebody sees only what is owed to their region."""

    plan: Plan
    plans: tuple[Plan, ...]
    supporter: Association
    supporters: tuple[Association, ...]
    targets: tuple[Target, ...]
    own_only: bool
    may_change: bool
    breakdown: Breakdown | None
    versions: tuple[Breakdown, ...]
    adoption: Adoption | None
    table: Table | None
    years: str
    reasons: tuple[Reason, ...]
    owed: tuple[Owed, ...]
    counts_known: bool
    refusal: str
    regions: Mapping[str, str]
    labels: Mapping[str, str]

    @property
    def holds(self) -> bool:
        """Tell whether the version shown is the one that was decided on last."""
        return bool(self.adoption and self.breakdown and self.adoption.breakdown_id == self.breakdown.pk)

    @property
    def lacks_reasons(self) -> bool:
        """Tell whether the version shown departs from a number and does not say why."""
        return any(reason.wanted and not reason.words for reason in self.reasons)


def plan_page(
    account: Account,
    *,
    programme: str,
    plan: str = "",
    association: str = "",
    version: int | None = None,
    reach: Reach,
    on: date,
) -> PlanPage | None:
    """Return a supporter's part of a plan as an account may see it, with the newest version or another one. None when
    there is none or it is none of theirs: absent and forbidden look the same.
    """
    supporters = supporters_of(programme, reach)
    supporter = next((each for each in supporters if association in ("", each.code)), None)
    if supporter is None:
        return None
    plans = plans_of(programme, supporter, reach)
    chosen = next((each for each in plans if plan in ("", each.code)), None)
    if chosen is None:
        return None
    own_only = not reach.gives(supporter.pk)
    every = queries.targets([chosen], supporter_id=supporter.pk)
    targets = tuple(target for target in every if reach.sees(target))
    adoption = adoption_of(chosen, supporter)
    versions = versions_of(chosen, supporter)
    if own_only:
        versions = [each for each in versions if adoption and each.pk == adoption.breakdown_id]
    shown = next((each for each in versions if version in (None, each.version)), None)
    if version is not None and shown is None:
        return None
    labels = wording.mode_labels()
    frame, refusal = _frame(shown)
    quantities = frames.quantities_of(shown) if shown else {}
    if own_only:
        own = {each.beneficiary.code for each in targets if each.beneficiary}
        quantities = {place: quantity for place, quantity in quantities.items() if place[1] in own}
    regions = wording.names_of(each.beneficiary for each in every if each.beneficiary)
    said = counts.counted(chosen, supporter=supporter)
    return PlanPage(
        plan=chosen,
        plans=tuple(plans),
        supporter=supporter,
        supporters=tuple(supporters),
        targets=targets,
        own_only=own_only,
        may_change=may(account, Act.BREAK_DOWN_QUOTA, on=on, association=supporter),
        breakdown=shown,
        versions=tuple(versions),
        adoption=adoption,
        table=table_of(quantities, regions=regions, labels=labels) if quantities else None,
        years=wording.years(frames.years_behind(shown)) if shown else "",
        reasons=_reasons(shown, frame, quantities, regions, labels) if not own_only else (),
        owed=_owed(adoption, targets, said, regions, alone=queries.standing_alone(every)) if adoption else (),
        counts_known=said is not None,
        refusal=refusal,
        regions=regions,
        labels=labels,
    )


def adoption_of(plan: Plan, supporter: Association) -> Adoption | None:
    """Return the adoption that holds, or None. One query."""
    return (
        Adoption.objects.filter(plan=plan, supporter=supporter)
        .select_related("adopted_by", "breakdown")
        .order_by("-number")
        .first()
    )


def versions_of(plan: Plan, supporter: Association) -> list[Breakdown]:
    """Return every version of a breakdown, the newest first. One query."""
    return list(
        Breakdown.objects.filter(plan=plan, supporter=supporter)
        .select_related("made_by", "plan", "supporter")
        .order_by("-version")
    )


def field_name(place: Place) -> str:
    """Return what the box of a cell is called in a form."""
    year, beneficiary, modes = place
    return f"cell-{year}-{beneficiary}-{'+'.join(modes)}"


def table_of(
    quantities: Mapping[Place, int],
    *,
    regions: Mapping[str, str],
    labels: Mapping[str, str],
    faults: Mapping[str, tuple[str, str]] | None = None,
) -> Table:
    """Return cells as a table: one row for each region and bucket, one column for each year. `faults` are what was typed
    and what is wrong with it, by the names of the boxes.
    """
    years = tuple(sorted({year for year, _region, _modes in quantities}))
    order = list(labels)
    lines = sorted(
        {(region, modes) for _year, region, modes in quantities},
        key=lambda line: (line[0], [order.index(mode) if mode in order else -1 for mode in line[1]], line[1]),
    )
    return Table(
        years,
        tuple(
            Row(
                region=regions.get(region, region),
                bucket=wording.bucket_label(modes, labels),
                boxes=tuple(
                    Box(
                        name=field_name((year, region, modes)),
                        label=f"{year} {regions.get(region, region)} {wording.bucket_label(modes, labels)}",
                        quantity=quantities.get((year, region, modes), 0),
                        typed=(faults or {}).get(field_name((year, region, modes)), ("", ""))[0],
                        error=(faults or {}).get(field_name((year, region, modes)), ("", ""))[1],
                    )
                    for year in years
                ),
            )
            for region, modes in lines
        ),
    )


def _frame(breakdown: Breakdown | None) -> tuple[Frame | None, str]:
    """Return what a breakdown has to meet, and a sentence where that cannot be said any more."""
    if breakdown is None:
        return None, ""
    try:
        return frames.frame_behind(breakdown), ""
    except UnableToPlan as refusal:
        return None, str(refusal)


def _reasons(
    breakdown: Breakdown | None,
    frame: Frame | None,
    quantities: Quantities,
    regions: Mapping[str, str],
    labels: Mapping[str, str],
) -> tuple[Reason, ...]:
    """The numbers that the cells shown depart from, with the reasons that were given."""
    if breakdown is None or frame is None:
        return ()
    said = dict(breakdown.overrides.order_by("pk").values_list("target__key", "reason"))
    # A number for every year may be missed in several: it has one reason all the same.
    sentences: dict[str, list[str]] = {}
    asks = {line.key for line in map(queries.line_of, frame.targets) if line.strength not in INEXACT}
    for each in planner.departures(frame.margins, quantities):
        sentence = wording.departure(each, regions=regions, labels=labels)
        sentences.setdefault(each.margin.line.key, []).append(sentence)
    return tuple(
        Reason(name=f"reason-{key}", label=" ".join(words), words=said.get(key, ""), wanted=key in asks)
        for key, words in sentences.items()
    )


def _owed(
    adoption: Adoption,
    targets: Sequence[Target],
    counted: counts.Counted | None,
    regions: Mapping[str, str],
    *,
    alone: Sequence[Alone],
) -> tuple[Owed, ...]:
    """What each region owes year by year by the breakdown that holds, with what the years before lack."""
    planned = by_region(queries.cells_of(adoption.breakdown))
    years = {year for year, _region in planned}
    found: list[Owed] = []
    for target in targets:
        if target.beneficiary is None or target.year or target.each_year or target.modes.all():
            continue
        if target.strength != ASSIGNED:
            continue
        code, number = target.beneficiary.code, target.beneficiary.pk
        rows = carry.owed_of(
            {(year, number): planned.get((year, number), 0) for year in years},
            {place: count for place, count in (counted or {}).items() if place[1] == number},
            whole=target.quantity,
            alone=alone,
        )
        found.append(Owed(regions.get(code, code), tuple(rows)))
    return tuple(found)
