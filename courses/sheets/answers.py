"""What the page without a network is answered: kept, kept beside another one, or refused with what to change."""

from typing import Any

from django.http import JsonResponse
from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from courses.sheets import deciding, rules
from courses.sheets.entry import Fault
from courses.sheets.models import Sheet, SheetRow, SheetVersion
from courses.sheets.operations import DraftChanged, Saved, SheetClosed
from courses.sheets.rules import KeyedRow, Wrong

# In which field of a row a fault is put right.
FIELDS = {
    Wrong.NO_NAME: "name",
    Wrong.BAD_LICENCE: "licence",
    Wrong.TWICE: "name",
    Wrong.NO_MINUTES: "minutes",
    Wrong.AS_LONG: "minutes",
    Wrong.SHORTER: "minutes",
    Wrong.BACKWARDS: "out",
    Wrong.UNMARKED: "mark",
}


def beside(sheet: Sheet, saved: Saved) -> JsonResponse:
    """Answer that a colleague keyed the sheet differently: both are kept, and somebody chooses."""
    other = saved.other
    assert other is not None  # noqa: S101 - the caller asked
    body: dict[str, Any] = {
        "error": _("A colleague keyed this sheet too. Both are kept; choose row by row."),
        "version": saved.mine.number,
        "other": other.number,
        "clashes": [
            {
                "key": clash.key,
                "name": (clash.ours or clash.theirs or KeyedRow()).name,
                "ours": _side(clash.ours, saved.mine),
                "theirs": _side(clash.theirs, other),
            }
            for clash in saved.clashes
        ],
        "codes": {"ours": saved.mine.codes, "theirs": other.codes} if saved.codes_clash else None,
        "url": reverse("sheets:conflict", args=[sheet.pk]),
    }
    return JsonResponse(body, status=409)


def refused(sheet: Sheet, refusal: Exception, saved: Saved | None, faults: tuple[Fault, ...]) -> JsonResponse:
    """Answer why nothing was kept; or, where reporting alone was refused, that it was kept."""
    body: dict[str, Any] = {"error": str(refusal)}
    if saved is not None:
        body["version"] = saved.version.number
    if isinstance(refusal, DraftChanged):
        return JsonResponse({**body, "changed": True, "version": refusal.version.number}, status=409)
    if isinstance(refusal, deciding.InConflict):
        return JsonResponse({**body, "url": reverse("sheets:conflict", args=[sheet.pk])}, status=409)
    if isinstance(refusal, SheetClosed):
        return JsonResponse(body, status=410)
    body["faults"] = [{"row": fault.row, "field": fault.field, "text": fault.text} for fault in faults]
    return JsonResponse(body, status=422)


def _side(row: KeyedRow | None, version: SheetVersion) -> dict[str, Any]:
    return {
        "mark": row.mark if row else None,
        "minutes": row.minutes if row else None,
        "words": words_of(row),
        "by": str(version.by),
        "at": localtime(version.at).strftime("%m-%d %H:%M"),
    }


def words_of(row: KeyedRow | None) -> str:
    """Return what a keying says of one person, in words."""
    if row is None:
        return _("not on this one")
    if row.mark == rules.PART:
        return _("Partial, %(minutes)d min") % {"minutes": row.minutes or 0}
    return str(SheetRow.Mark(row.mark).label) if row.mark else _("not marked")
