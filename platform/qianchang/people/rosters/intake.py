"""Taking in the file of a roster: read, its columns matched, handed to the check. Nothing of it reaches the roster here."""

from collections.abc import Mapping
from datetime import date, datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import override

from qianchang.groundwork import audit, spreadsheets
from qianchang.people.models import Account, Association, RosterImport
from qianchang.people.permissions import Act, require
from qianchang.people.rosters import columns, sheets
from qianchang.people.rosters.columns import Field
from qianchang.people.rosters.working import hand_over

State = RosterImport.State


class UnableToImport(Exception):
    """The import cannot go on as asked. The message is a sentence for the person."""


def take_in(*, association: Association, file: UploadedFile, by: Account, at: datetime) -> RosterImport:
    """Read a file and return its import, with the columns as far as their names are known. The file is not kept.

    Raises spreadsheets.Unreadable, or PermissionDenied for whoever may not import this association's roster.
    """
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=association)
    if file.size is not None and file.size > spreadsheets.ROSTER.bytes:
        raise spreadsheets.too_large(spreadsheets.ROSTER)
    sheet = spreadsheets.read(file.read())
    heading = columns.find_heading(sheet.rows)
    with transaction.atomic():
        taken = RosterImport.objects.create(
            association=association,
            by=by,
            created_at=at,
            file_name=PurePath(file.name or "").name[-120:],
            form={
                "kind": sheet.kind,
                "encoding": sheet.encoding,
                "delimiter": sheet.delimiter,
                "sheet": sheet.name[:60],
                "sheets": sheet.sheets,
                "width": _width(sheet.rows, heading.row),
            },
            sheet=sheets.pack(sheet.rows),
            heading_row=heading.row,
            columns={field.value: index for field, index in heading.columns.items()},
            stands_on=localdate(at),
        )
        with override(settings.LANGUAGE_CODE):
            taken.document = _("roster import %(number)d: %(name)s") % {
                "number": taken.pk,
                "name": taken.file_name[-80:],
            }
        taken.save(update_fields=["document"])
        _record("took in a roster", taken, by=by, at=at, rows=len(sheet.rows))
    return taken


def confirm_columns(
    *,
    roster_import: RosterImport,
    heading_row: int | None,
    chosen: Mapping[Field, int],
    stands_on: date,
    by: Account,
    at: datetime,
) -> RosterImport:
    """Say which column holds what and as of which day the roster stands; from here a worker checks the rows. The same
    again while it is being checked changes nothing.

    Raises UnableToImport for a missing column, one that was chosen twice, or after something was imported.
    """
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    missing = columns.missing(chosen)
    if missing:
        raise UnableToImport(_("Say which columns hold the licence number, the name and the firm."))
    if len(set(chosen.values())) < len(chosen):
        raise UnableToImport(_("One column was chosen for two things. Choose another for one of them."))
    if stands_on > localdate(at):
        raise UnableToImport(_("A roster cannot stand as of a day to come. Check the date."))
    with transaction.atomic():
        locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
        if locked.state == State.CHECKING:
            return locked
        if not may_be_matched(locked) or locked.sheet is None:
            raise UnableToImport(_("This file cannot be matched again. Send it once more."))
        locked.heading_row = heading_row
        locked.columns = {field.value: index for field, index in chosen.items()}
        locked.stands_on = stands_on
        locked.state, locked.done, locked.checked_at = State.CHECKING, 0, None
        locked.tries, locked.failed_while = 0, ""
        locked.new = locked.changed = locked.same = locked.faulty = 0
        rows = sheets.unpack(locked.sheet)
        locked.rows_read = sum(1 for number, _cells in rows if number > (heading_row or 0))
        locked.save()
        hand_over(locked.pk)
    return locked


def cancel(*, roster_import: RosterImport, by: Account, at: datetime) -> None:
    """Give an import up before anything of it reached the roster; its rows are erased at once. The same again changes
    nothing. Raises UnableToImport afterwards.
    """
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    with transaction.atomic():
        locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
        if locked.state == State.CANCELLED:
            return
        if locked.state != State.CHECKING and not may_be_matched(locked):
            raise UnableToImport(_("Something was imported already. Undo the import instead."))
        locked.state, locked.sheet, locked.erased_at, locked.worked_until = State.CANCELLED, None, at, None
        locked.failed_while = ""
        locked.save(update_fields=["state", "sheet", "erased_at", "worked_until", "failed_while"])
        locked.rows.all().delete()
        locked.absences.all().delete()
        _record("cancelled a roster import", locked, by=by, at=at)


def may_be_matched(roster_import: RosterImport) -> bool:
    """Tell whether the columns can still be matched: as long as nothing of the file has reached the roster."""
    return roster_import.state in (State.READ, State.CHECKED) or roster_import.failed_while == State.CHECKING


def try_again(*, roster_import: RosterImport, by: Account, at: datetime) -> None:
    """Have a worker take up again what was given up, where it stopped. The same again changes nothing. Raises
    UnableToImport when the rows were erased meanwhile.
    """
    require(by, Act.IMPORT_ROSTER, on=localdate(at), association=roster_import.association)
    with transaction.atomic():
        locked = RosterImport.objects.select_for_update(of=("self",)).get(pk=roster_import.pk)
        if locked.state != State.FAILED:
            return
        if locked.erased_at is not None:
            raise UnableToImport(_("This import cannot be carried out any more. Send the file again."))
        locked.state, locked.failed_while = locked.failed_while, ""
        locked.tries, locked.by = 0, by
        locked.save(update_fields=["state", "failed_while", "tries", "by"])
        _record("took up a roster import again", locked, by=by, at=at)
        hand_over(locked.pk)


def _width(rows: sheets.Rows, heading_row: int | None) -> int:
    for number, cells in rows:
        if number == heading_row:
            return len(cells)
    return 0


def _record(verb: str, taken: RosterImport, *, by: Account, at: datetime, **details: int) -> None:
    audit.record(
        verb,
        object_type="roster import",
        object_key=str(taken.pk),
        by=by,
        at=at,
        association=taken.association.code,
        **details,
    )
