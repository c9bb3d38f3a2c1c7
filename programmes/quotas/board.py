"""The quota board (任务完成情况): what was promised, what is counted, and what is in the way.

Every number carries the filter of the sessions behind it. A number of a document is always shown with its
strength: there is a target only where a document states one, and no cell is made up from margins.
"""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans import queries as plans
from programmes.plans import rules as plan_rules
from programmes.plans import wording as plan_wording
from programmes.plans.carry import YearOwed
from programmes.plans.cells import Cell
from programmes.plans.models import Plan, Target
from programmes.plans.rules import ASSIGNED
from programmes.quotas import planned, queries, rules, wording
from programmes.quotas.gauges import SCHEDULED_STATES, Curve, Gauge, Goal, curve_of
from programmes.quotas.queries import Filter, Row
from programmes.quotas.rules import WAITING, State
from qianchang.people.models import Association


@dataclass(frozen=True)
class Region:
    """One beneficiary with its column."""

    beneficiary: int
    code: str
    label: str
    this_year: Gauge
    over_the_years: Gauge


@dataclass(frozen=True)
class ModeRow:
    """One bucket of delivery modes: its label, a cell for each region in their order, and the whole row."""

    label: str
    modes: tuple[str, ...]
    cells: tuple[Gauge, ...]
    total: Gauge


@dataclass(frozen=True)
class Board:
    """One supporter's year of one plan. `own_only` means that somebody sees only what was held for them.

    `events` is how many events the sessions counted this year were (去重场次): one for several regions is several sessions.
    `owed` is what the year owes with what the years before it lack, as far as that is carried over; None without an adopted
    breakdown. `contradictions` say which numbers of the documents do not tie.
    """

    plan: Plan
    unit: str
    supporter: Association
    supporter_name: str
    year: int
    as_of: date
    own_only: bool
    this_year: Gauge
    over_the_years: Gauge
    due_by_now: int | None
    regions: tuple[Region, ...]
    modes: tuple[ModeRow, ...]
    months: tuple[int, ...]
    not_counted: tuple[Row, ...]
    targets: tuple[Goal, ...]
    document: str
    events: int
    owed: YearOwed | None
    is_broken_down: bool
    contradictions: tuple[str, ...]

    @property
    def lag(self) -> int:
        """How many sessions the year is behind an even pace; negative when it is ahead."""
        return (self.due_by_now or 0) - self.this_year.counted

    @property
    def ahead_before(self) -> int:
        """How many sessions the years before did beyond what they owed."""
        return max(-self.owed.carried_in, 0) if self.owed else 0

    @property
    def region_names(self) -> dict[int, str]:
        """The names of the regions by the number of the beneficiary."""
        return {region.beneficiary: region.label for region in self.regions}

    @property
    def curve(self) -> Curve:
        """The drawing of the running total against an even pace."""
        return curve_of(self.months, goal=self.this_year.goal.quantity if self.this_year.goal else 0)


def board(
    plan: Plan,
    *,
    supporter: Association,
    year: int,
    as_of: date,
    beneficiaries: Collection[int] | None = None,
) -> Board:
    """Return the board of a supporter's year; `beneficiaries` narrows it to what was held for some.

    Five queries, and a sixth where a session was held for a region that no number names. What the sessions on the way
    still need is asked for apart from it (waiting.py).
    """
    stated = plans.targets([plan], supporter_id=supporter.pk)
    targets = [target for target in stated if beneficiaries is None or target.beneficiary_id in beneficiaries]
    rows = queries.rows_of(plan, supporter=supporter, beneficiaries=beneficiaries)
    cells = [
        cell
        for cell in planned.cells_in_force(plan, supporter=supporter).get(supporter.pk, ())
        if beneficiaries is None or cell.beneficiary_id in beneficiaries
    ]
    columns = _columns(targets, cells, rows)
    whole = (
        _whole(plan, supporter, columns) if beneficiaries is not None else Filter(plan.code, supporter.code)
    )

    def gauge(place: Filter, goal: Target | None) -> Gauge:
        return _gauge(rows, columns, cells, place, goal)

    this_year = gauge(_at(whole, year=year), _yearly(targets, year))
    over_the_years = gauge(whole, _overall(targets))
    counted = [row for row in rows if row.state is State.COUNTED]
    by_region = Counter((row.date.year, row.beneficiary) for row in counted)
    promised = over_the_years.goal.quantity if over_the_years.goal else None
    return Board(
        plan=plan,
        unit=str(wording.UNITS.get(plan.unit, plan.unit)),
        supporter=supporter,
        supporter_name=wording.association_name(supporter),
        year=year,
        as_of=as_of,
        own_only=beneficiaries is not None,
        this_year=this_year,
        over_the_years=over_the_years,
        due_by_now=rules.due_by(this_year.goal.quantity, year=year, on=as_of) if this_year.goal else None,
        regions=tuple(
            Region(
                beneficiary=column.pk,
                code=column.code,
                label=wording.region_of(column),
                this_year=gauge(
                    _at(whole, year=year, beneficiary=column.code), _yearly(targets, year, column.pk)
                ),
                over_the_years=gauge(_at(whole, beneficiary=column.code), _overall(targets, column.pk)),
            )
            for column in columns
        ),
        modes=_mode_rows(stated, targets, cells, rows, columns, whole, year, gauge),
        months=_months(rows, year=year, as_of=as_of),
        not_counted=tuple(row for row in rows if row.state in WAITING and row.date.year == year),
        targets=tuple(_goal(target) for target in targets),
        document=next((target.source.title for target in targets), ""),
        events=rules.distinct_events(
            (row.session, row.joint_event) for row in counted if row.date.year == year
        ),
        owed=planned.owed_in(cells, by_region, whole=promised, alone=plans.standing_alone(stated), year=year),
        is_broken_down=bool(cells),
        contradictions=tuple(
            plan_wording.overfull(fault, plan=plan.code)
            for fault in plan_rules.overfull([plans.line_of(target) for target in stated])
        ),
    )


# --- which numbers stand where ------------------------------------------------------------------------------


def _columns(targets: Sequence[Target], cells: Sequence[Cell], rows: Sequence[Row]) -> list[Association]:
    """The regions that a document names, and those that have a plan or a session all the same."""
    named = {
        target.beneficiary_id: target.beneficiary for target in targets if target.beneficiary is not None
    }
    others = {row.beneficiary for row in rows} | {cell.beneficiary_id for cell in cells}
    others -= named.keys()
    return [*named.values(), *(queries.associations(others).values() if others else ())]


def _whole(plan: Plan, supporter: Association, columns: Sequence[Association]) -> Filter:
    only = columns[0].code if len(columns) == 1 else ""
    return Filter(plan.code, supporter.code, only)


def _at(
    whole: Filter, *, year: int | None = None, beneficiary: str = "", modes: tuple[str, ...] = ()
) -> Filter:
    return Filter(whole.plan, whole.supporter, beneficiary or whole.beneficiary, year, modes)


def _yearly(
    targets: Sequence[Target], year: int, beneficiary: int | None = None, modes: frozenset[str] = frozenset()
) -> Target | None:
    """The number for one year: of this very year, else of every year."""
    fitting = [
        target
        for target in targets
        if (target.year == year or target.each_year)
        and target.beneficiary_id == beneficiary
        and {mode.code for mode in target.modes.all()} == modes
    ]
    return next((target for target in fitting if target.year == year), next(iter(fitting), None))


def _overall(targets: Sequence[Target], beneficiary: int | None = None) -> Target | None:
    """The assigned number over all years."""
    return next(
        (
            target
            for target in targets
            if target.year is None
            and not target.each_year
            and target.beneficiary_id == beneficiary
            and target.strength == ASSIGNED
            and not target.modes.all()
        ),
        None,
    )


def _goal(target: Target) -> Goal:
    return Goal(
        quantity=target.quantity,
        strength=target.strength,
        strength_label=str(target.get_strength_display()),
        each_year=target.each_year,
        source=target.source.title,
        quote=target.quote,
    )


def _gauge(
    rows: Sequence[Row],
    columns: Sequence[Association],
    cells: Sequence[Cell],
    place: Filter,
    goal: Target | None,
) -> Gauge:
    code_of = {column.pk: column.code for column in columns}
    states = Counter(
        row.state
        for row in rows
        if (place.year is None or row.date.year == place.year)
        and (not place.beneficiary or code_of[row.beneficiary] == place.beneficiary)
        and (not place.modes or row.mode in place.modes)
    )
    in_plan = planned.planned(cells, year=place.year, beneficiary=place.beneficiary, modes=place.modes)
    return Gauge(
        counted=states[State.COUNTED],
        confirmed=states[State.CONFIRMED],
        held=states[State.HELD],
        returned=states[State.RETURNED],
        scheduled=sum(states[state] for state in SCHEDULED_STATES),
        goal=_goal(goal) if goal else planned.goal_of(in_plan),
        which=place,
        planned=in_plan,
    )


def _mode_rows(
    stated: Sequence[Target],
    targets: Sequence[Target],
    cells: Sequence[Cell],
    rows: Sequence[Row],
    columns: Sequence[Association],
    whole: Filter,
    year: int,
    gauge: Callable[[Filter, Target | None], Gauge],
) -> tuple[ModeRow, ...]:
    """One row for each bucket that a document or the plan names, and one for each other mode that is used."""
    names = {mode.code: mode for mode in courses.delivery_modes()}
    named = {frozenset(mode.code for mode in target.modes.all()) for target in stated}
    named = (named | {frozenset(cell.modes) for cell in cells}) - {frozenset()}
    buckets = [tuple(code for code in names if code in bucket) for bucket in named]
    covered = {code for bucket in buckets for code in bucket}
    used = {row.mode for row in rows if row.date.year == year}
    buckets += [(code,) for code in names if code in used - covered]
    order = list(names)
    return tuple(
        ModeRow(
            label=_("%(modes)s etc.") % {"modes": _(", ").join(str(names[code].label) for code in bucket)}
            if len(bucket) > 1
            else str(names[bucket[0]].label),
            modes=bucket,
            cells=tuple(
                gauge(
                    _at(whole, year=year, beneficiary=column.code, modes=bucket),
                    _yearly(targets, year, column.pk, frozenset(bucket)),
                )
                for column in columns
            ),
            total=gauge(_at(whole, year=year, modes=bucket), _yearly(targets, year, None, frozenset(bucket))),
        )
        for bucket in sorted(buckets, key=lambda bucket: order.index(bucket[0]))
    )


def _months(rows: Sequence[Row], *, year: int, as_of: date) -> tuple[int, ...]:
    """How many were counted up to the end of each month of the year by date held, as far as the year has
    come.
    """
    by_month = Counter(row.date.month for row in rows if row.state is State.COUNTED and row.date.year == year)
    last = 12 if as_of.year > year else as_of.month if as_of.year == year else 0
    return tuple(sum(by_month[month] for month in range(1, until + 1)) for until in range(1, last + 1))
