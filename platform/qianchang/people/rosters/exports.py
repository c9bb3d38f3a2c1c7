"""Rosters as files: the list with masked numbers, and faulty rows as they stood, with the mistakes marked."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from qianchang.groundwork import tables
from qianchang.people.masks import masked_email, masked_phone
from qianchang.people.models import Lawyer, RosterImport, RosterRow
from qianchang.people.rosters import sheets, wording
from qianchang.people.rosters.cells import IDENTITY_CARD_HERE
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.queries import RosterLine


def roster_file(lines: Iterable[RosterLine]) -> bytes:
    """Return the lawyers of a list as Excel. Licence numbers, telephone numbers and addresses are masked."""
    headings = [
        _("Name"),
        _("Licence number"),
        _("Law firm"),
        _("County"),
        _("Association"),
        _("Telephone number"),
        _("E-mail address"),
        _("Account"),
    ]
    return tables.as_xlsx(headings, (_line(line) for line in lines), name=_("Roster"))


def _line(line: RosterLine) -> list[tables.Cell]:
    lawyer: Lawyer = line.lawyer
    return [
        lawyer.name,
        lawyer.masked_licence_number,
        lawyer.firm.name,
        lawyer.firm.region.name_zh,
        lawyer.association.name,
        masked_phone(lawyer.phone),
        masked_email(lawyer.email),
        str(line.standing),
    ]


def faulty_rows_file(roster_import: RosterImport) -> bytes:
    """Return the faulty rows with the columns of the file, what is wrong in front, the cell in question in red. Put right in
    Excel it can be sent as it is: the two columns in front are passed over.
    """
    faulty = {row.number: row for row in roster_import.rows.filter(outcome=RosterRow.Outcome.FAULTY)}
    rows = sheets.unpack(roster_import.sheet) if roster_import.sheet else []
    heading = next((cells for number, cells in rows if number == roster_import.heading_row), [])
    named = {index: name for name, index in roster_import.columns.items()}
    width = max([len(heading), *(index + 1 for index in named)], default=0)
    titles = [
        (heading[index] if index < len(heading) else "")
        or (str(wording.FIELDS[Field(named[index])]) if index in named else "")
        for index in range(width)
    ]
    table: list[list[tables.Cell]] = []
    marked = set()
    for number, cells in rows:
        if number not in faulty:
            continue
        row = faulty[number]
        column = roster_import.columns.get(row.field)
        if column is not None:
            marked.add((len(table), column + 2))
        shown = [_shown(row, named.get(index, ""), cell) for index, cell in enumerate(cells)]
        table.append([number, wording.sentence(row), *shown])
    return tables.as_xlsx([_("Row"), _("Problem"), *titles], table, name=_("Rows to mend"), marked=marked)


def _shown(row: RosterRow, field: str, cell: str) -> str:
    if cell == IDENTITY_CARD_HERE:
        return ""
    return str(row.mended.get(field, cell))
