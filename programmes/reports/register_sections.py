"""The registers as parts of reports: vehicles by donor and year, trainees by host and stage."""

from django.utils.translation import gettext as _

from programmes.placements import queries as registers
from programmes.plans import queries as plans
from programmes.plans.models import Plan
from programmes.reports import rules, wording
from programmes.reports.papers import Cell, Section, Table
from qianchang.people.models import Association


def vehicle_sections(association: Association) -> tuple[Section, ...]:
    """Return what an association's donors promised, delivered and had verified, by year; nothing without such a plan."""
    plan = registers.plan_of(registers.DONATIONS)
    if plan is None:
        return ()
    found = registers.vehicles_by_year_and_donor(plan, supporter=association)
    rows: list[tuple[Cell, ...]] = [
        (row.year, row.donor_name, row.promised, row.given, row.verified, f"{row.value_cny:.2f}", row.quote)
        for row in found
    ]
    value = sum((row.value_cny for row in found), registers.ZERO)
    rows.append(
        (
            _("Total"),
            "",
            sum(row.promised for row in found),
            sum(row.given for row in found),
            sum(row.verified for row in found),
            f"{value:.2f}",
            "",
        )
    )
    table = Table(
        (
            _("Year"),
            _("Donor"),
            _("Promised"),
            _("Delivered"),
            _("Verified"),
            _("Value verified (yuan)"),
            _("Words of the document"),
        ),
        tuple(rows),
        caption=_("Vehicles by donor and year"),
        numbers=frozenset({2, 3, 4, 5}),
        total=True,
        widths=(8, 22, 9, 9, 9, 16, 40),
    )
    said = _numbers(plan, association)
    return (Section(_("Vehicles"), said, table),)


def trainee_sections(association: Association) -> tuple[Section, ...]:
    """Return an association's trainees by host and stage with their stipends; nothing without such a plan."""
    plan = registers.plan_of(registers.TRAINEES)
    if plan is None:
        return ()
    found = registers.trainees_by_host(plan, supporter=association)
    rows: list[tuple[Cell, ...]] = [
        (
            row.host_name,
            row.places,
            row.nominated,
            row.accepted,
            row.in_class,
            row.at_firm,
            row.finished,
            f"{row.stipend_due_cny:.2f}",
            f"{row.stipend_paid_cny:.2f}",
        )
        for row in found
    ]
    sums = [sum(int(row[column]) for row in rows) for column in range(1, 7)]
    due = sum((row.stipend_due_cny for row in found), registers.ZERO)
    paid = sum((row.stipend_paid_cny for row in found), registers.ZERO)
    rows.append((_("Total"), *sums, f"{due:.2f}", f"{paid:.2f}"))
    table = Table(
        (
            _("Host association"),
            _("Places a year"),
            _("Nominated"),
            _("Accepted"),
            _("In class"),
            _("At a firm"),
            _("Finished training"),
            _("Stipend due (yuan)"),
            _("Stipend paid (yuan)"),
        ),
        tuple(rows),
        caption=_("Trainees by host and stage"),
        numbers=frozenset(range(1, 9)),
        total=True,
        widths=(24, 9, 9, 9, 9, 9, 9, 14, 14),
    )
    return (Section(_("Trainees"), _numbers(plan, association), table),)


def _numbers(plan: Plan, association: Association) -> tuple[str, ...]:
    """The numbers that the documents assign, each with its kind, and what is counted of them."""
    said = []
    for target in plans.targets([plan], supporter_id=association.pk):
        if target.each_year or target.year is not None:
            continue
        place = wording.region_name(target.beneficiary) if target.beneficiary else _("All")
        done = registers.counted(target) or 0
        said.append(
            _("%(place)s: %(count)d of %(goal)d %(unit)s (%(kind)s), %(percent)s.")
            % {
                "place": place,
                "count": done,
                "goal": target.quantity,
                "unit": plan.unit,
                "kind": target.get_strength_display(),
                "percent": rules.percent_text(done, target.quantity),
            }
        )
    return tuple(said)
