"""The national comparison (全国对比): every supporting association, or every beneficiary region, beside each other."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum

from django.db.models import OuterRef, Q, Subquery
from django.utils.timezone import localdate

from programmes.plans import queries as plans
from programmes.plans.cells import Cell
from programmes.plans.models import Plan, Target
from programmes.plans.rules import ASSIGNED
from programmes.quotas import planned, queries, rules, wording
from programmes.quotas.gauges import HELD_STATES, SCHEDULED_STATES, Goal
from programmes.quotas.models import MonthClose
from programmes.quotas.queries import Filter, Row
from programmes.quotas.returned import returned
from programmes.quotas.rules import State
from qianchang.people.models import Association, AssociationRole

ONSITE = "onsite"


class Side(StrEnum):
    """Whose line it is: of those who give, or of those who are given to."""

    SUPPORTER = "supporter"
    BENEFICIARY = "beneficiary"


@dataclass(frozen=True)
class Line:
    """One association's year, or one region's. `goal` is the number of the year (of a document, else planned: as on the
    board and in the bulletin), `whole` that of all years; None where nothing states one. `sent` is the day on which the
    return of the comparison's month was sent, `closed` the one on which that month was closed; None while it is not.
    """

    association: Association
    name: str
    counted: int
    goal: Goal | None
    counted_in_all: int
    whole: Goal | None
    due_by_now: int | None
    held: int
    scheduled: int
    onsite: int
    other: int
    closed: date | None
    sent: date | None
    which: Filter
    other_modes: tuple[str, ...] = ()

    @property
    def behind_all(self) -> str:
        """The address of the list of the sessions that count over the years."""
        return replace(self.which, year=None, states=(State.COUNTED,)).query

    @property
    def behind_onsite(self) -> str:
        """The address of the list of those that were held on site."""
        return replace(self.which, modes=(ONSITE,), states=(State.COUNTED,)).query

    @property
    def behind_other(self) -> str:
        """The address of the list of those in other modes; `other_modes` are those that are used."""
        return replace(self.which, modes=self.other_modes, states=(State.COUNTED,)).query

    @property
    def length(self) -> int:
        """The length of the bar."""
        known = self.counted + self.held + self.scheduled
        return max(known, self.goal.quantity if self.goal else 0, 1)

    @property
    def rate(self) -> int | None:
        """Counted as a whole percentage of the year's number, rounded down; None without a number."""
        return 100 * self.counted // self.goal.quantity if self.goal and self.goal.quantity else None

    @property
    def ahead(self) -> int | None:
        """How many sessions it is ahead of an even pace; negative when behind, None without a number."""
        return None if self.due_by_now is None else self.counted - self.due_by_now

    @property
    def behind(self) -> int:
        """How many sessions it is behind an even pace; 0 when it keeps it."""
        return max(-(self.ahead or 0), 0)


@dataclass(frozen=True)
class Comparison:
    """Every line of one plan's year. `month` is the last month that had to be closed and reported by `as_of`."""

    plan: Plan
    year: int
    as_of: date
    side: Side
    month: str
    lines: tuple[Line, ...]
    counted: int
    promised: int | None
    due_by_now: int | None

    @property
    def behind_counted(self) -> str:
        """The address of the list of all that count in the year."""
        return Filter(self.plan.code, year=self.year, states=(State.COUNTED,)).query

    @property
    def rate(self) -> int | None:
        """Counted, of those with a number for the year, as a whole percentage of these numbers."""
        if not self.promised:
            return None
        return 100 * sum(line.counted for line in self.lines if line.goal) // self.promised

    @property
    def behind(self) -> tuple[Line, ...]:
        """The lines that are behind an even pace, the furthest first."""
        late = [line for line in self.lines if line.behind]
        return tuple(sorted(late, key=lambda line: (-line.behind, line.association.code)))

    @property
    def not_sent(self) -> tuple[Line, ...]:
        """The associations whose return of the month has not come."""
        return tuple(line for line in self.lines if line.sent is None)

    @property
    def sent(self) -> int:
        """How many sent the return of the month."""
        return len(self.lines) - len(self.not_sent)


def comparison(plan: Plan, *, year: int, as_of: date, side: Side = Side.SUPPORTER) -> Comparison:
    """Return a plan's year beside each other. The number of queries does not grow with what is compared."""
    month = month_due(as_of)
    targets = plans.targets_by_width(plan)
    rows = queries.rows(Q(plan=plan) & ~Q(session__state="cancelled"))
    cells = planned.cells_in_force(plan)
    compared = _compared(plan, targets, cells, rows, side, month)
    held_by: dict[int, list[Row]] = {association.pk: [] for association in compared}
    for row in rows:
        held_by[row.supporter if side is Side.SUPPORTER else row.beneficiary].append(row)
    sent = returned(plan, month=month) if side is Side.SUPPORTER else {}
    lines = tuple(
        _line(
            association,
            side=side,
            targets=targets,
            cells=_cells_of(association, cells, side),
            rows=held_by[association.pk],
            closed=closed,
            sent=sent.get(association.pk),
            year=year,
            as_of=as_of,
            plan=plan,
        )
        for association, closed in compared.items()
    )
    promised = [line.goal.quantity for line in lines if line.goal]
    due = [line.due_by_now for line in lines if line.due_by_now is not None]
    return Comparison(
        plan=plan,
        year=year,
        as_of=as_of,
        side=side,
        month=month,
        lines=lines,
        counted=sum(line.counted for line in lines),
        promised=sum(promised) if promised else None,
        due_by_now=sum(due) if due else None,
    )


def month_due(as_of: date) -> str:
    """Return the last month that had to be closed by a day: this one on its last day, else the one before."""
    this_month = rules.month_of(as_of)
    if as_of == rules.last_day(this_month):
        return this_month
    return rules.month_of(as_of.replace(day=1) - timedelta(days=1))


def _compared(
    plan: Plan,
    targets: Iterable[Target],
    cells: Mapping[int, Sequence[Cell]],
    rows: Iterable[Row],
    side: Side,
    month: str,
) -> dict[Association, date | None]:
    """Those whom the programme names on this side, whom a number names, and who have a session all the same, each
    with the day on which it closed the month or, missing it out, the next one that it closed.
    """
    if side is Side.SUPPORTER:
        role = AssociationRole.Role.SUPPORTER
        numbers = {target.supporter_id for target in targets} | {row.supporter for row in rows} | cells.keys()
    else:
        role = AssociationRole.Role.BENEFICIARY
        stated = {target.beneficiary_id for target in targets}
        numbers = {pk for pk in stated if pk is not None} | {row.beneficiary for row in rows}
        numbers |= {cell.beneficiary_id for each in cells.values() for cell in each}
    named = AssociationRole.objects.filter(programme_code=plan.programme.code, role=role)
    found = Association.objects.filter(Q(pk__in=numbers) | Q(pk__in=named.values("association")))
    closes = MonthClose.objects.filter(plan=plan, supporter=OuterRef("pk"), month__gte=month).order_by(
        "month"
    )
    found = found.annotate(closed_at=Subquery(closes.values("closed_at")[:1]))
    return {
        each: localdate(each.closed_at) if each.closed_at else None
        for each in found.select_related("region").order_by("code")
    }


def _line(
    association: Association,
    *,
    side: Side,
    targets: Mapping[Target, bool],
    cells: Sequence[Cell],
    rows: Sequence[Row],
    closed: date | None,
    sent: date | None,
    year: int,
    as_of: date,
    plan: Plan,
) -> Line:
    theirs = [each for each, is_wide in targets.items() if is_wide and _is_of(each, association, side)]
    this_year = [row for row in rows if row.date.year == year]
    states = Counter(row.state for row in this_year)
    by_mode = Counter(row.mode == ONSITE for row in this_year if row.state is State.COUNTED)
    stated = [target for target in theirs if target.year == year] or [t for t in theirs if t.each_year]
    goal = _goal(stated) or planned.goal_of(planned.planned(cells, year=year))
    code = association.code
    given = side is Side.SUPPORTER
    return Line(
        association=association,
        name=wording.region_of(association),
        counted=states[State.COUNTED],
        goal=goal,
        counted_in_all=sum(row.state is State.COUNTED for row in rows),
        whole=_goal([t for t in theirs if t.year is None and not t.each_year and t.strength == ASSIGNED]),
        due_by_now=rules.due_by(goal.quantity, year=year, on=as_of) if goal else None,
        held=sum(states[state] for state in HELD_STATES),
        scheduled=sum(states[state] for state in SCHEDULED_STATES),
        onsite=by_mode[True],
        other=by_mode[False],
        closed=closed,
        sent=sent,
        which=Filter(plan.code, code if given else "", "" if given else code, year),
        other_modes=tuple(sorted({row.mode for row in this_year if row.mode != ONSITE})),
    )


def _cells_of(association: Association, cells: Mapping[int, Sequence[Cell]], side: Side) -> list[Cell]:
    if side is Side.SUPPORTER:
        return list(cells.get(association.pk, ()))
    return [cell for each in cells.values() for cell in each if cell.beneficiary_id == association.pk]


def _is_of(target: Target, association: Association, side: Side) -> bool:
    if side is Side.SUPPORTER:
        return target.supporter_id == association.pk and target.beneficiary_id is None
    return target.beneficiary_id == association.pk


def _goal(targets: Sequence[Target]) -> Goal | None:
    """One number of a document, or the sum of what several supporters owe one region."""
    if not targets:
        return None
    first = targets[0]
    return Goal(
        quantity=sum(target.quantity for target in targets),
        strength=first.strength,
        strength_label=str(first.get_strength_display()),
        each_year=first.each_year,
        source=first.source.title,
        quote=first.quote,
    )
