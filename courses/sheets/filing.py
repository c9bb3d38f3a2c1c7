"""Files of a sheet: photos of the signed paper and of the room, looked at as every piece of evidence is."""

from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from courses.schedule.evidence import Accepted
from courses.sheets import access
from courses.sheets.models import Sheet, SheetFile
from courses.sheets.operations import locked
from qianchang.groundwork import audit, vault
from qianchang.people.models import Account
from qianchang.people.permissions import Act

MOST_FILES = 10


class UnableToFile(Exception):
    """The file cannot be taken or withdrawn. The text says why and what to do."""


def add_file(*, sheet: Sheet, kind: str, file: Accepted, by: Account, at: datetime) -> SheetFile:
    """Add a photo or scan to a sheet. The same file again is the same one.

    Raises PermissionDenied, and UnableToFile for a day to come, a sheet that was confirmed or cancelled, and too many.
    """
    _require(sheet, by=by, at=at)
    # On the disk before a row names it; bytes that no row names harm nobody.
    digest = vault.keep(file.data)
    with transaction.atomic():
        sheet = locked(sheet)
        _refuse_closed(sheet)
        if sheet.date > localdate(at):
            raise UnableToFile(_("This day lies in the future. Add the photo when it is over."))
        standing = SheetFile.objects.filter(sheet=sheet, kind=kind, withdrawn_at=None)
        same = standing.filter(sha256=digest).first()
        if same is not None:
            return same
        if standing.count() >= MOST_FILES:
            raise UnableToFile(
                _("There are %(count)d of these already. Take one of them out.") % {"count": MOST_FILES}
            )
        made = SheetFile.objects.create(
            sheet=sheet,
            kind=SheetFile.Kind(kind),
            sha256=digest,
            size_bytes=len(file.data),
            content_type=file.content_type,
            uploaded_by=by,
            uploaded_at=at,
        )
        audit.record(
            "sheet photo added",
            object_type="sheet",
            object_key=sheet.number,
            by=by,
            at=at,
            evidence=kind,
            sha256=digest,
        )
    return made


@transaction.atomic
def withdraw_file(*, sheet: Sheet, file: int, by: Account, at: datetime) -> None:
    """Take a file out of a sheet; it stays in the vault. Twice is the same as once.

    Raises PermissionDenied, and UnableToFile for a file of another sheet and once the sheet was confirmed.
    """
    _require(sheet, by=by, at=at)
    sheet = locked(sheet)
    found = SheetFile.objects.filter(sheet=sheet, pk=file).first()
    if found is None:
        raise UnableToFile(_("This file belongs to another sheet. Open the page again."))
    if found.withdrawn_at is not None:
        return
    _refuse_closed(sheet)
    SheetFile.objects.filter(pk=found.pk).update(withdrawn_at=at, withdrawn_by=by)
    audit.record(
        "sheet photo withdrawn",
        object_type="sheet",
        object_key=sheet.number,
        by=by,
        at=at,
        evidence=found.kind,
        sha256=found.sha256,
    )


def _require(sheet: Sheet, *, by: Account, at: datetime) -> None:
    if not access.may_key(by, sheet, on=localdate(at)):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)


def _refuse_closed(sheet: Sheet) -> None:
    if sheet.state == Sheet.State.CONFIRMED:
        raise UnableToFile(_("This sheet was confirmed: what it stands on stays."))
    if sheet.state == Sheet.State.CANCELLED:
        raise UnableToFile(_("This sheet was cancelled. Schedule a new one."))
