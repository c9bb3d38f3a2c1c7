"""The registers as files for Excel. Names of trainees and young lawyers stand in them hidden but for their ends."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from programmes.placements import desk
from programmes.placements.desk import TraineeLine
from programmes.placements.models import CountyClass, Donation, PoolMember
from qianchang.groundwork import tables
from qianchang.groundwork.tables import Cell
from qianchang.people.masks import masked_name


def trainees_file(lines: Iterable[TraineeLine]) -> bytes:
    """Return trainees as Excel."""
    headings = [
        _("Year"),
        _("Host association"),
        _("Beneficiary association"),
        _("Name"),
        _("Law firm"),
        _("Stage of training"),
        _("Days in class"),
        _("Days at a firm"),
        _("Stipend"),
    ]
    rows: Iterable[list[Cell]] = (
        [
            line.row.year,
            line.row.host.name,
            line.row.beneficiary.name,
            masked_name(line.row.name),
            line.row.firm_name,
            line.row.get_stage_display(),
            line.class_days,
            line.firm_days,
            _("paid") if line.paid else "",
        ]
        for line in lines
    )
    return tables.as_xlsx(headings, rows, name=_("Trainee list"))


def donations_file(rows: Iterable[Donation]) -> bytes:
    """Return gifts as Excel. The value is a whole number of fen kept as text, so that no spreadsheet rounds it."""
    headings = [
        _("Year"),
        _("Donor"),
        _("Beneficiary association"),
        _("Receiving law firm"),
        _("What is given"),
        _("How many"),
        _("Value in yuan"),
        _("Description"),
        _("State"),
        _("Delivered on"),
    ]
    table: Iterable[list[Cell]] = (
        [
            row.year,
            row.donor.name,
            row.beneficiary.name,
            row.firm.name if row.firm else "",
            row.get_kind_display(),
            row.quantity,
            str(row.value_cny),
            row.description,
            desk.state_of(row),
            row.delivered_date.isoformat() if row.delivered_date else "",
        ]
        for row in rows
    )
    return tables.as_xlsx(headings, table, name=_("Donations"))


def pool_file(rows: Iterable[PoolMember]) -> bytes:
    """Return the pool of young lawyers as Excel."""
    headings = [_("Association"), _("Name"), _("Law firm"), _("From"), _("Until")]
    table: Iterable[list[Cell]] = (
        [
            row.association.name,
            masked_name(row.name),
            row.firm_name,
            row.valid_from.isoformat(),
            row.valid_until.isoformat() if row.valid_until else "",
        ]
        for row in rows
    )
    return tables.as_xlsx(headings, table, name=_("Young lawyers"))


def classes_file(rows: Iterable[CountyClass]) -> bytes:
    """Return the classes for county lawyers as Excel."""
    headings = [
        _("First day"),
        _("Name of the class"),
        _("Kind"),
        _("Organiser"),
        _("Place"),
        _("Topics"),
        _("County lawyers who came"),
        _("Others who came"),
    ]
    table: Iterable[list[Cell]] = (
        [
            row.held_from.isoformat(),
            row.title,
            row.get_kind_display(),
            row.organiser.name,
            row.place,
            _(", ").join(str(topic) for topic in row.topics.all()),
            row.lawyers,
            row.others,
        ]
        for row in rows
    )
    return tables.as_xlsx(headings, table, name=_("County classes"))
