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
from courses.api import SessionFact
from programmes.plans import queries as plans
from programmes.plans.models import Plan, Target
from programmes.plans.rules import ASSIGNED
from programmes.quotas import queries, rules, wording
from programmes.quotas.gauges import SCHEDULED_STATES, Curve, Gauge, Goal, curve_of
from programmes.quotas.queries import Filter, Row
from programmes.quotas.rules import WAITING, State
from qianchang.people.models import Association

LONGEST_LIST = 50


@dataclass(frozen=True)
class Region:
    """One beneficiary with its column."""

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
class Waiting:
    """One session that is not counted yet, and what has to happen next."""

    fact: SessionFact
    state: State
    state_label: str
    tag: str
    region: str
    next_step: str


@dataclass(frozen=True)
class Board:
    """One supporter's year of one plan. `own_only` means that somebody sees only what was held for them."""

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
    waiting: tuple[Waiting, ...]
    targets: tuple[Goal, ...]
    document: str

    @property
    def lag(self) -> int:
        """How many sessions the year is behind an even pace; negative when it is ahead."""
        return (self.due_by_now or 0) - self.this_year.counted

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
    """Return the board of a supporter's year; `beneficiaries` narrows it to what was held for some. At most 8
    queries.
    """
    stated = plans.targets([plan], supporter_id=supporter.pk)
    targets = [target for target in stated if beneficiaries is None or target.beneficiary_id in beneficiaries]
    rows = queries.rows_of(plan, supporter=supporter, beneficiaries=beneficiaries)
    columns = _columns(targets, rows)
    whole = (
        _whole(plan, supporter, columns) if beneficiaries is not None else Filter(plan.code, supporter.code)
    )

    def gauge(place: Filter, goal: Target | None) -> Gauge:
        return _gauge(rows, columns, place, goal)

    this_year = gauge(_at(whole, year=year), _yearly(targets, year))
    return Board(
        plan=plan,
        unit=str(wording.UNITS.get(plan.unit, plan.unit)),
        supporter=supporter,
        supporter_name=wording.association_name(supporter),
        year=year,
        as_of=as_of,
        own_only=beneficiaries is not None,
        this_year=this_year,
        over_the_years=gauge(whole, _overall(targets)),
        due_by_now=rules.due_by(this_year.goal.quantity, year=year, on=as_of) if this_year.goal else None,
        regions=tuple(
            Region(
                code=column.code,
                label=wording.region_of(column),
                this_year=gauge(
                    _at(whole, year=year, beneficiary=column.code), _yearly(targets, year, column.pk)
                ),
                over_the_years=gauge(_at(whole, beneficiary=column.code), _overall(targets, column.pk)),
            )
            for column in columns
        ),
        modes=_mode_rows(stated, targets, rows, columns, whole, year, gauge),
        months=_months(rows, year=year, as_of=as_of),
        waiting=_waiting(rows, columns, year),
        targets=tuple(_goal(target) for target in targets),
        document=next((target.source.title for target in targets), ""),
    )


# --- which numbers stand where ------------------------------------------------------------------------------


def _columns(targets: Sequence[Target], rows: Sequence[Row]) -> list[Association]:
    """The regions that a document names, and those that have a session all the same."""
    named = {
        target.beneficiary_id: target.beneficiary for target in targets if target.beneficiary is not None
    }
    others = {row.beneficiary for row in rows} - named.keys()
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


def _gauge(rows: Sequence[Row], columns: Sequence[Association], place: Filter, goal: Target | None) -> Gauge:
    code_of = {column.pk: column.code for column in columns}
    states = Counter(
        row.state
        for row in rows
        if (place.year is None or row.date.year == place.year)
        and (not place.beneficiary or code_of[row.beneficiary] == place.beneficiary)
        and (not place.modes or row.mode in place.modes)
    )
    return Gauge(
        counted=states[State.COUNTED],
        confirmed=states[State.CONFIRMED],
        held=states[State.HELD],
        returned=states[State.RETURNED],
        scheduled=sum(states[state] for state in SCHEDULED_STATES),
        goal=_goal(goal) if goal else None,
        which=place,
    )


def _mode_rows(
    stated: Sequence[Target],
    targets: Sequence[Target],
    rows: Sequence[Row],
    columns: Sequence[Association],
    whole: Filter,
    year: int,
    gauge: Callable[[Filter, Target | None], Gauge],
) -> tuple[ModeRow, ...]:
    """One row for each bucket that a document names, and one for each other mode that is used."""
    names = {mode.code: mode for mode in courses.delivery_modes()}
    named = {frozenset(mode.code for mode in target.modes.all()) for target in stated} - {frozenset()}
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


def _waiting(rows: Sequence[Row], columns: Sequence[Association], year: int) -> tuple[Waiting, ...]:
    waiting = [row for row in rows if row.state in WAITING and row.date.year == year]
    waiting = sorted(waiting, key=lambda row: (WAITING.index(row.state), row.date))[:LONGEST_LIST]
    label_of = {column.pk: wording.region_of(column) for column in columns}
    facts = (
        {fact.id: fact for fact in courses.session_facts(ids=[row.session for row in waiting])}
        if waiting
        else {}
    )
    return tuple(
        Waiting(
            fact=facts[row.session],
            state=row.state,
            state_label=str(wording.STATES[row.state]),
            tag=wording.TAGS[row.state],
            region=label_of[row.beneficiary],
            next_step=wording.next_step(
                row.state,
                region=label_of[row.beneficiary],
                missing=wording.missing_evidence(facts[row.session]),
            ),
        )
        for row in waiting
    )
