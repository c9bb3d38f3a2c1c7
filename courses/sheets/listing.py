"""Lists of rooms and of what can be shown in one."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When

from courses.schedule.models import TrainingSession
from courses.sheets import access
from courses.sheets.models import Sheet, SheetRow
from courses.sheets.rules import FULL, PART
from qianchang.people.models import Account, Association, Region
from qianchang.people.permissions import Act, associations_where, may

State = Sheet.State
# A disc lies in a county for months; a session older than this is shown no more.
SHOWN_FOR = timedelta(days=400)
TAGS = {
    State.OPEN: "",
    State.REPORTED: "br",
    State.RETURNED: "er",
    State.CONFIRMED: "ok",
    State.CANCELLED: "",
}


@dataclass(frozen=True)
class Line:
    """One room in the list. `there` is how many lawyers and others were keyed as present; None while nothing was keyed."""

    sheet: Sheet
    lecture: str
    place: str
    tag: str
    late: int
    there: int | None
    may_confirm: bool


def sheets(account: Account, chosen: Mapping[str, Any], *, on: date) -> QuerySet[Sheet]:
    """Return the rooms that an account sees and that fit the filter: those that wait first, then the latest."""
    rows = access.sheets_seen_by(account, on=on)
    if chosen.get("session"):
        rows = rows.filter(session__code=chosen["session"])
    if chosen.get("state") == "missing":
        rows = rows.filter(state__in=[State.OPEN, State.RETURNED], date__lt=on)
    elif chosen.get("state"):
        rows = rows.filter(state=chosen["state"])
    if chosen.get("since"):
        rows = rows.filter(date__gte=chosen["since"])
    if chosen.get("until"):
        rows = rows.filter(date__lte=chosen["until"])
    waits = Case(
        When(state__in=[State.REPORTED, State.RETURNED], then=Value(0)),
        When(state=State.OPEN, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    return rows.order_by(waits, "-date", "-pk")


def lines(page: Iterable[Sheet], account: Account, *, on: date) -> list[Line]:
    """Return the rooms of one page of the list. Two queries, however many."""
    found = list(page)
    there = _there([sheet.pk for sheet in found])
    return [
        Line(
            sheet=sheet,
            lecture=sheet.session.lecture_version.lecture.localised_title,
            place=" · ".join(
                each for each in (sheet.region.name_zh if sheet.region else "", sheet.site) if each
            ),
            tag=TAGS[State(sheet.state)],
            late=(on - sheet.date).days if sheet.state == State.OPEN and sheet.date < on else 0,
            there=there.get(sheet.pk),
            may_confirm=sheet.state == State.REPORTED and access.may_confirm(account, sheet, on=on),
        )
        for sheet in found
    ]


def _there(numbers: list[int]) -> dict[int, int]:
    """How many people stand as present on the versions that nobody followed."""
    if not numbers:
        return {}
    rows = SheetRow.objects.filter(
        version__sheet__in=numbers, version__followed_by=None, version__merged_into=None
    ).values_list("version__sheet", "version__number", "mark")
    count: dict[int, dict[int, int]] = {}
    for sheet, version, mark in rows:
        of_sheet = count.setdefault(sheet, {})
        of_sheet[version] = of_sheet.get(version, 0) + (mark in (FULL, PART))
    return {sheet: versions[max(versions)] for sheet, versions in count.items()}


def sessions_to_show(account: Account, *, on: date) -> QuerySet[TrainingSession]:
    """Return the sessions for which an account may schedule a room, those to come first."""
    rows = TrainingSession.objects.filter(
        state__in=[TrainingSession.State.SCHEDULED, TrainingSession.State.HELD],
        reversed_at=None,
        date__gte=on - SHOWN_FOR,
    ).select_related(
        "lecture_version__lecture", "mode", "supporter__parent__parent", "beneficiary__parent__parent"
    )
    own = associations_where(account, Act.SCHEDULE_SCREENING, on=on)
    if own is not None:
        seen = Q(beneficiary__in=own) | Q(supporter__in=own)
        for _county, association in access.counties_of(account, Act.SCHEDULE_SCREENING, on=on):
            seen |= Q(beneficiary__in=_line_of(association))
        rows = rows.filter(seen)
    return rows.order_by("-date", "code")


def counties_for(account: Account, session: TrainingSession, *, on: date) -> QuerySet[Region]:
    """Return the counties in which an account may schedule a room of a session."""
    counties = Region.objects.filter(
        level__in=[Region.Level.COUNTY, Region.Level.PREFECTURE, Region.Level.XPCC]
    )
    if may_without_county(account, session, on=on):
        above = session.beneficiary.region_id
        if above is not None:
            counties = counties.filter(Q(pk=above) | Q(parent=above) | Q(parent__parent=above))
    else:
        own = [county.pk for county, _of in access.counties_of(account, Act.SCHEDULE_SCREENING, on=on)]
        counties = counties.filter(Q(pk__in=own) | Q(parent__in=own))
    return counties.order_by("code")


def may_without_county(account: Account, session: TrainingSession, *, on: date) -> bool:
    """Whether an account schedules rooms of no county: the officers of the session's two sides."""
    sides = (session.supporter, session.beneficiary)
    return any(may(account, Act.SCHEDULE_SCREENING, on=on, association=side) for side in sides)


def own_county(account: Account, *, on: date) -> Region | None:
    """Return the county of a contact who has one only."""
    own = {county.pk: county for county, _of in access.counties_of(account, Act.SCHEDULE_SCREENING, on=on)}
    return next(iter(own.values())) if len(own) == 1 else None


def _line_of(association: Association) -> list[int]:
    found: list[int] = []
    here: Association | None = association
    while here is not None:
        found.append(here.pk)
        here = here.parent
    below = Association.objects.filter(Q(parent=association) | Q(parent__parent=association))
    return [*found, *below.values_list("pk", flat=True)]
