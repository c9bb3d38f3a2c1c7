"""Counted beside owed: by region (or by supporting association), by bucket of delivery modes, in one year."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from courses import api as courses
from programmes.quotas.queries import Filter
from programmes.quotas.rules import State
from programmes.reports import rules, wording
from programmes.reports.goals import Goals, Owed
from programmes.reports.models import Side
from programmes.reports.posted import Counted, Entry, counted, counted_in
from qianchang.people.models import Association


@dataclass(frozen=True)
class Row:
    """One line. `place` and `modes` are empty in sums over all of them; `behind` is the address of the list of the sessions
    that `so_far` counts, `behind_month` of those that `month` does: empty where nothing was posted.
    """

    place: str
    place_code: str
    modes: tuple[str, ...]
    modes_label: str
    year: int
    goal: Owed | None
    month: Counted
    so_far: Counted
    behind: str
    behind_month: str

    @property
    def rate(self) -> str:
        """The share of the number that is counted: 77.5%; empty where there is no number."""
        return rules.percent_text(self.so_far.sessions, self.goal.quantity) if self.goal else ""

    @property
    def missing(self) -> int | None:
        """How many are missing of the number; None where there is none."""
        return None if self.goal is None else max(self.goal.quantity - self.so_far.sessions, 0)


@dataclass(frozen=True)
class Matrix:
    """One association's year: a line for each place and bucket, a sum for each place and each bucket, and the sum of
    all.
    """

    rows: tuple[Row, ...]
    places: tuple[Row, ...]
    buckets: tuple[Row, ...]
    total: Row


def matrix(
    found: Sequence[Entry],
    goals: Goals,
    *,
    plan_code: str,
    association: Association,
    side: Side,
    year: int,
    month: str,
    before: datetime | None = None,
) -> Matrix:
    """Return what an association gives (or is given) in a year, from entries that were read before. `month` is the one
    whose entries are shown apart, of whatever year they are ("": none is), and up to which there are entries; `before` is
    the moment before which they were written. Two queries.
    """
    shown = [entry for entry in found if entry.year == year or entry.posted_month == month]
    others = _other_side(shown, goals, association, side)
    buckets = _buckets(shown, goals, association, side)
    labels = {mode.code: mode.label for mode in courses.delivery_modes()}

    def row(other: Association | None, modes: tuple[str, ...]) -> Row:
        mine = [
            entry
            for entry in found
            if (other is None or _other(entry, side) == other.pk) and (not modes or entry.mode in modes)
        ]
        which = replace(of_sides(plan_code, association, other, side), modes=modes)
        return Row(
            place=_place(other, side) if other else "",
            place_code=other.code if other else "",
            modes=modes,
            modes_label=wording.modes_text([labels.get(code, code) for code in modes]) if modes else "",
            year=year,
            goal=_goal(goals, association, other, side, year=year, modes=modes),
            month=counted_in(mine, month),
            so_far=counted(entry for entry in mine if entry.year == year),
            behind=replace(which, year=year, **_so_far(month, before)).query,
            behind_month=replace(which, posted_in=month, before=before).query
            if any(entry.posted_month == month for entry in mine)
            else "",
        )

    return Matrix(
        rows=tuple(row(other, bucket) for other in others for bucket in buckets),
        places=tuple(row(other, ()) for other in others),
        buckets=tuple(row(None, bucket) for bucket in buckets),
        total=row(None, ()),
    )


def _other(entry: Entry, side: Side) -> int:
    return entry.beneficiary if side is Side.SUPPORTER else entry.supporter


def _other_side(
    found: Iterable[Entry], goals: Goals, association: Association, side: Side
) -> list[Association]:
    if side is Side.SUPPORTER:
        named = {t.beneficiary_id for t in goals.targets if t.supporter_id == association.pk}
    else:
        named = {t.supporter_id for t in goals.targets if t.beneficiary_id == association.pk}
    numbers = {number for number in named if number is not None} | {_other(entry, side) for entry in found}
    return list(Association.objects.filter(pk__in=numbers).select_related("region").order_by("code"))


def _buckets(
    found: Sequence[Entry], goals: Goals, association: Association, side: Side
) -> list[tuple[str, ...]]:
    """The buckets that documents and plans name, and each other mode that is used, in the order of the modes."""
    order = [mode.code for mode in courses.delivery_modes()]
    giving = {association.pk} if side is Side.SUPPORTER else goals.supporters()
    named = {bucket for supporter in sorted(giving) for bucket in goals.buckets(supporter)}
    covered = frozenset[str]().union(*named)
    named |= {frozenset({entry.mode}) for entry in found if entry.mode not in covered}
    return sorted(
        (tuple(code for code in order if code in bucket) for bucket in named),
        key=lambda bucket: [order.index(code) for code in bucket],
    )


def _goal(
    goals: Goals,
    association: Association,
    other: Association | None,
    side: Side,
    *,
    year: int,
    modes: tuple[str, ...],
) -> Owed | None:
    if side is Side.SUPPORTER:
        return goals.of_year(association.pk, year, beneficiary=other.pk if other else None, modes=modes)
    if other is None:
        return None
    return goals.of_year(other.pk, year, beneficiary=association.pk, modes=modes)


def of_sides(plan_code: str, association: Association, other: Association | None, side: Side) -> Filter:
    """Return the list of the sessions between an association and another one (any, where none is said)."""
    theirs = other.code if other else ""
    given = side is Side.SUPPORTER
    return Filter(plan_code, association.code if given else theirs, theirs if given else association.code)


def _so_far(month: str, before: datetime | None) -> dict[str, Any]:
    return {"posted_until": month, "before": before} if month else {"states": (State.COUNTED,)}


def _place(other: Association, side: Side) -> str:
    if side is Side.SUPPORTER and other.region is not None:
        return other.region.name_zh
    return other.name_zh
