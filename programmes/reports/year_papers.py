"""The reports of a year: its plan (年度分解表), progress, the return of 30 December, and the two registers."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import translation
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courses import api as courses
from programmes.plans.carry import owed_of
from programmes.plans.cells import Cell as PlannedCell
from programmes.plans.cells import by_region
from programmes.plans.models import Plan, Target
from programmes.plans.queries import standing_alone
from programmes.reports import wording
from programmes.reports.bulletins import LANGUAGE
from programmes.reports.goals import Goals, goals_of
from programmes.reports.matrix import Matrix, Row, matrix
from programmes.reports.models import Side
from programmes.reports.papers import Cell, Paper, Section, Table
from programmes.reports.posted import Entry, counted, entries
from programmes.reports.register_sections import trainee_sections, vehicle_sections
from programmes.reports.wording import NOTHING
from qianchang.people.models import Association

# What stands for all regions where the documents' numbers name none: no association has this number.
NO_REGION = 0


def year_plan(plan: Plan, *, association: Association, year: int, at: datetime) -> Paper:
    """Return what an association has to do in a year: every number of the documents, and the cells that it adopted."""
    with translation.override(LANGUAGE):
        goals = goals_of(plan, before=at)
        mine = [target for target in goals.targets if target.supporter_id == association.pk]
        cells = [cell for cell in goals.cells.get(association.pk, ()) if cell.year == year]
        regions = {each.pk: each for each in Association.objects.select_related("region").order_by("code")}
        labels = {mode.code: mode.label for mode in courses.delivery_modes()}
        rows: list[tuple[Cell, ...]] = [
            (
                wording.region_name(regions[cell.beneficiary_id]),
                wording.modes_text([label for code, label in labels.items() if code in cell.modes]),
                cell.quantity,
                str(Target.Strength.PLANNED.label),
            )
            for cell in cells
            if cell.quantity
        ]
        rows.append(
            (_("Total"), "", sum(cell.quantity for cell in cells), str(Target.Strength.PLANNED.label))
        )
        planned = Section(
            _("Breakdown of %(year)d") % {"year": year},
            () if cells else (_("No breakdown is adopted for this year."),),
            Table(
                (_("Beneficiary region"), _("Delivery mode"), _("Quantity"), _("Kind of number")),
                tuple(rows),
                caption=_("Breakdown of %(year)d") % {"year": year},
                numbers=frozenset({2}),
                total=True,
                widths=(24, 28, 10, 14),
            )
            if cells
            else None,
        )
        return _paper(
            "year-plan",
            _("Breakdown of the year %(year)d: %(plan)s") % {"year": year, "plan": plan.name_zh},
            plan,
            association,
            year,
            (planned, Section(_("Numbers of the documents"), (), _targets(mine, labels))),
            at,
        )


def progress(plan: Plan, *, association: Association, side: Side, year: int, at: datetime) -> Paper:
    """Return what is counted by region, mode and year, up to one year, beside every number with its kind, and what is
    carried over.
    """
    return progress_with_rows(plan, association=association, side=side, year=year, at=at)[0]


def progress_with_rows(
    plan: Plan, *, association: Association, side: Side, year: int, at: datetime
) -> tuple[Paper, list[Matrix]]:
    """Return the report on progress, and the figures of the years that its first sections show."""
    with translation.override(LANGUAGE):
        found = _entries(plan, association, side, at)
        goals = goals_of(plan, before=at)
        years = _years(plan, goals.cells.get(association.pk, ()), found, until=year, at=at)
        made = [
            matrix(
                found,
                goals,
                plan_code=plan.code,
                association=association,
                side=side,
                year=each,
                month="",
            )
            for each in years
        ]
        sections = [_year_section(each, side, each.total.year) for each in made]
        if side is Side.SUPPORTER:
            sections.append(_carried_section(found, goals, association, years))
        paper = _paper(
            "progress",
            _("Progress by region, mode and year: %(plan)s") % {"plan": plan.name_zh},
            plan,
            association,
            year,
            tuple(sections),
            at,
        )
        return paper, made


def december(plan: Plan, *, association: Association, year: int, at: datetime) -> Paper:
    """Return what the documents want to be reported by 30 December: the vehicles of the year, how they are spread over
    the years, and how far sessions and trainees have come.
    """
    with translation.override(LANGUAGE):
        found = _entries(plan, association, Side.SUPPORTER, at)
        goals = goals_of(plan, before=at)
        of_year = counted(entry for entry in found if entry.year == year)
        said = _(
            "%(year)d: %(count)s of %(goal)s sessions are counted, over the years %(all)s of %(whole)s."
        ) % {
            "year": year,
            "count": wording.both_counts(of_year),
            "goal": wording.owed_text(goals.of_year(association.pk, year)),
            "all": wording.both_counts(counted(found)),
            "whole": wording.owed_text(goals.whole(association.pk)),
        }
        return _paper(
            "december",
            _("Return of 30 December %(year)d: %(programme)s")
            % {"year": year, "programme": plan.programme.name_zh},
            plan,
            association,
            year,
            (
                *vehicle_sections(association),
                *trainee_sections(association),
                Section(_("Training sessions"), (said,)),
            ),
            at,
        )


def trainees(plan: Plan, *, association: Association, year: int, at: datetime) -> Paper:
    """Return the trainees by host and stage, with their stipends."""
    with translation.override(LANGUAGE):
        title = _("Trainees by host and stage, with stipends")
        return _paper("trainees", title, plan, association, year, trainee_sections(association), at)


def vehicles(plan: Plan, *, association: Association, year: int, at: datetime) -> Paper:
    """Return the vehicles and subsidies by donor and year."""
    with translation.override(LANGUAGE):
        title = _("Vehicles and subsidies by donor and year")
        return _paper("vehicles", title, plan, association, year, vehicle_sections(association), at)


# --- parts --------------------------------------------------------------------------------------------------


def _paper(
    kind: str,
    title: str,
    plan: Plan,
    association: Association,
    year: int,
    sections: tuple[Section, ...],
    at: datetime,
) -> Paper:
    day = wording.day_text(wording.last_day_before(at))
    return Paper(
        name=f"{kind}-{plan.programme.code}-{association.code}-{year}",
        title=title,
        subtitle=_("%(association)s · figures as of %(day)s")
        % {"association": association.name_zh, "day": day},
        addressees=(),
        sections=sections,
        signatories=(_("Made by:"), _("Checked by:"), _("In charge:")),
        issuer=association.name_zh,
        date_line=day,
        footer=title,
        dated_at=wording.start_of_day(at),
        landscape=kind in ("vehicles", "trainees", "december"),
    )


def _entries(plan: Plan, association: Association, side: Side, at: datetime) -> list[Entry]:
    if side is Side.SUPPORTER:
        return entries(plan, before=at, supporter=association.pk)
    return entries(plan, before=at, beneficiaries=[association.pk])


def _targets(targets: Sequence[Target], labels: dict[str, str]) -> Table:
    rows = tuple(
        (
            wording.region_name(target.beneficiary) if target.beneficiary else _("All"),
            _("each year") if target.each_year else str(target.year or _("all years")),
            _modes(target, labels),
            target.quantity,
            str(target.get_strength_display()),
            str(target.owner) if target.owner else NOTHING,
            target.deadline_date.isoformat() if target.deadline_date else NOTHING,
            target.quote,
        )
        for target in targets
    )
    return Table(
        (
            _("Beneficiary region"),
            _("Year"),
            _("Delivery mode"),
            _("Quantity"),
            _("Kind of number"),
            _("Owner"),
            _("Deadline"),
            _("Words of the document"),
        ),
        rows,
        caption=_("Numbers of the documents"),
        numbers=frozenset({3}),
        widths=(14, 10, 14, 8, 12, 10, 12, 30),
    )


def _modes(target: Target, labels: dict[str, str]) -> str:
    named = {mode.code for mode in target.modes.all()}
    return wording.modes_text([label for code, label in labels.items() if code in named])


def _year_section(made: Matrix, side: Side, year: int) -> Section:
    lines: list[tuple[Cell, ...]] = []
    for place in made.places:
        lines += [_progress(row, place.place) for row in made.rows if row.place_code == place.place_code]
        lines.append(_progress(place, place.place, _("Subtotal")))
    lines += [_progress(row, _("All")) for row in made.buckets]
    lines.append(_progress(made.total, _("Total"), ""))
    return Section(
        _("Year %(year)d") % {"year": year},
        (),
        Table(
            (
                _("Beneficiary region") if side is Side.SUPPORTER else _("Supporting association"),
                _("Delivery mode"),
                _("Number of the year"),
                _("Counted"),
                _("Rate"),
                _("Missing"),
                _("Lawyers reached"),
            ),
            tuple(lines),
            caption=_("Year %(year)d") % {"year": year},
            numbers=frozenset(range(2, 7)),
            total=True,
            widths=(18, 20, 16, 9, 9, 8, 10),
        ),
    )


def _progress(row: Row, place: str, modes: str | None = None) -> tuple[Cell, ...]:
    return (
        place,
        row.modes_label if modes is None else modes,
        wording.owed_text(row.goal),
        wording.both_counts(row.so_far),
        row.rate or NOTHING,
        NOTHING if row.missing is None else row.missing,
        row.so_far.reach,
    )


def _years(
    plan: Plan, cells: Sequence[PlannedCell], found: Sequence[Entry], *, until: int, at: datetime
) -> list[int]:
    """Every year up to one, from the first of the plan's window, of its cells or of what was counted: a year in which
    nothing was counted is owed all the same. Years that have not begun stand there when something is planned for them.
    """
    named = {cell.year for cell in cells} | {entry.year for entry in found} | {until}
    first = min(named | ({plan.window_from.year} if plan.window_from else set()))
    begun = range(first, min(until, localtime(at).year) + 1)
    return sorted(each for each in named | set(begun) if each <= until)


def _carried_section(
    found: Sequence[Entry], goals: Goals, association: Association, years: Sequence[int]
) -> Section:
    """What a year owes with what the years before it lack: by the adopted cells, as the board and the pages of the plan
    have it; by the documents' numbers where nothing is adopted.
    """
    cells = goals.cells.get(association.pk, ())
    stated = {year: goals.of_year(association.pk, year) for year in years}
    planned = (
        {place: quantity for place, quantity in by_region(cells).items() if place[0] in years}
        if cells
        else {(year, NO_REGION): goal.quantity for year, goal in stated.items() if goal is not None}
    )
    places = {(year, NO_REGION) for year in years} | {(entry.year, entry.beneficiary) for entry in found}
    done = {
        (year, region): counted(
            entry for entry in found if (entry.year, entry.beneficiary) == (year, region)
        ).sessions
        for year, region in places
        if year in years
    }
    whole = goals.whole(association.pk)
    alone = standing_alone(target for target in goals.targets if target.supporter_id == association.pk)
    said = [_("A shortfall is owed in the next year; what was done beyond a year's number counts.")]
    if alone:
        said.append(
            _("Numbers whose years stand alone are left out of that: their balance ends with the year.")
        )
    rows = tuple(
        (each.year, each.planned, each.carried_in, each.owed, each.counted, each.missing, each.surplus)
        for each in owed_of(planned, done, whole=whole.quantity if whole else None, alone=alone)
    )
    return Section(
        _("Carried over"),
        tuple(said),
        Table(
            (
                _("Year"),
                _("Number of the year"),
                _("Carried in"),
                _("Owed"),
                _("Counted"),
                _("Missing"),
                _("Surplus"),
            ),
            rows,
            caption=_("Carried over"),
            numbers=frozenset(range(7)),
        ),
    )
