"""What imports of rosters hold about a person: rows that the file said of somebody, for as long as an import is at work."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork import retention
from qianchang.groundwork.personal_data import Subject, declare
from qianchang.people.models.rosters import RosterAbsence, RosterImport, RosterRow
from qianchang.people.privacy.subjects import LAWYER
from qianchang.people.rosters import sheets

# What of a row is the person's; the number of the row and what became of it are the import's.
EMPTY_ROW: dict[str, Any] = {
    "licence_number": "",
    "values": {},
    "repairs": {},
    "mended": {},
    "changes": {},
    "value": "",
    "proposal": "",
    "about": {},
}
COUNTS = "how many rows an import had, and what became of them"


def declare_roster_holdings() -> None:
    """Declare the tables of imports, and how long what is kept."""
    declare(
        "people.RosterImport",
        purpose=_("Files of rosters that your association sent, while they are imported"),
        acts=("by",),
        harmless=("sheet",),
        texts=("file_name",),
        kept=COUNTS,
        erase=_blank_in_sheets,
    )
    declare(
        "people.RosterRow",
        purpose=_("Your row in such a file"),
        texts=("values", "repairs", "mended", "changes", "value", "proposal", "about"),
        kept=COUNTS,
        erase=_blank_rows,
    )
    declare(
        "people.RosterAbsence",
        purpose=_("That you stood on no row of such a file"),
        of={"lawyer": LAWYER},
        acts=("decided_by",),
        given=("decision", "decided_at"),
    )
    retention.keep(
        "roster_imports",
        _("Files of rosters and their rows"),
        overdue=_finished_imports,
        drop=_drop_imports,
    )


def _blank_in_sheets(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    """Blank the person's row in what was kept of each file."""
    numbers = set(subject.identifiers)
    touched = 0
    for kept in RosterImport.objects.filter(sheet__isnull=False).only("pk", "sheet").iterator(chunk_size=1):
        found = sheets.unpack(kept.sheet or b"")
        cleaned = [
            (number, ["" for _cell in cells] if _is_of(cells, numbers, subject) else cells)
            for number, cells in found
        ]
        if cleaned != found:
            touched += RosterImport.objects.filter(pk=kept.pk).update(sheet=sheets.pack(cleaned))
    return touched


def _is_of(cells: list[str], numbers: set[str], subject: Subject) -> bool:
    """Tell whether a row of a file is the person's: by a number or address of theirs, or by the name where no whole licence
    number says that it is somebody else of that name.
    """
    plain = [str(cell).strip() for cell in cells]
    if any(word in cell for cell in plain for word in numbers):
        return True
    named = any(cell.replace(" ", "") in subject.names for cell in plain)
    return named and not any(len(cell) == 17 and cell.isdecimal() for cell in plain)


def _blank_rows(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    # The texts of other rows are swept; this is the person's own, found by the number.
    return RosterRow.objects.filter(licence_number__in=list(subject.identifiers)).update(**EMPTY_ROW)


def _finished_imports(before: datetime) -> "QuerySet[Any]":
    """Imports of which anything is left, and on which nobody has worked since."""
    old = RosterImport.objects.filter(created_at__lt=before, erased_at__isnull=True)
    return old.filter(Q(imported_at__isnull=True) | Q(imported_at__lt=before))


def _drop_imports(rows: "QuerySet[Any]", at: datetime) -> int:
    gone = 0
    # One after the other: each may have 45,000 rows, and is a transaction of its own.
    for key in list(rows.values_list("pk", flat=True)):
        with transaction.atomic():
            RosterRow.objects.filter(roster_import=key).delete()
            RosterAbsence.objects.filter(roster_import=key).delete()
            gone += RosterImport.objects.filter(pk=key).update(sheet=None, erased_at=at)
    return gone
