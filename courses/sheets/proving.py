"""What speaks for a sheet, and which of its rows were reported in time: judged until somebody confirms it, and kept as it
was judged from then on.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.timezone import localdate

from courses.sheets import queries, rules
from courses.sheets.models import Clock, Sheet, SheetDecision, SheetFile, SheetRow, SheetVersion
from courses.sheets.rules import FULL, PART, KeyedRow, Proof

REPORTED = SheetDecision.Kind.REPORTED


def proof_of(sheet: Sheet, version: SheetVersion, *, right: Sequence[bool]) -> Proof:
    """Return what speaks for a version of a sheet, `right` being its codes. Late is what was reported late the first time:
    a sheet that was returned loses nothing by it. Four queries.
    """
    scans = SheetFile.objects.filter(sheet=sheet, withdrawn_at=None, kind=SheetFile.Kind.SCAN)
    origins = _origins(version)
    first = SheetDecision.objects.filter(sheet=sheet, kind=REPORTED).order_by("pk").first()
    return Proof(
        supervised=bool(version.supervisor or sheet.supervisor),
        scanned=scans.exists(),
        codes_expected=len(right),
        codes_right=sum(right),
        held_date=sheet.date,
        reported_date=localdate(first.at) if first else localdate(),
        by_machine=bool(origins & {SheetVersion.Origin.DOOR.value, SheetVersion.Origin.LOG.value})
        and not _on_word_alone(version),
        carried=SheetVersion.Origin.STICK.value in origins,
    )


def late_rows(sheet: Sheet, version: SheetVersion, rows: Sequence[KeyedRow]) -> frozenset[int]:
    """Return the places (from 1) of those who were there, of whom no report that came in time said as much: added
    afterwards, or with more minutes. Of a sheet that never was in time it is nobody: all of it is late. Two queries.
    """
    reports = [
        each
        for each in SheetDecision.objects.filter(sheet=sheet, kind=REPORTED).order_by("pk")
        if rules.is_in_time(localdate(each.at), sheet.date)
    ]
    known = {each.version_id for each in reports}
    if not known or version.pk in known:
        return frozenset()
    said: dict[int, list[KeyedRow]] = {}
    for row in SheetRow.objects.filter(version__in=known).order_by("version", "position"):
        said.setdefault(row.version_id, []).append(queries.keyed_row(row))
    creditable = queries.creditable_ms(sheet)
    return frozenset(
        place
        for place, row in enumerate(rows, start=1)
        if row.was_there and not rules.said_in_time(row, said.values(), creditable)
    )


def kept(proof: Proof, right: Sequence[bool]) -> dict[str, Any]:
    """Return what a decision keeps of what spoke for a sheet."""
    return {
        "supervised": proof.supervised,
        "scanned": proof.scanned,
        "by_machine": proof.by_machine,
        "carried": proof.carried,
        "codes": list(right),
        "reported": proof.reported_date.isoformat(),
    }


def as_decided(sheet: Sheet, said: dict[str, Any]) -> tuple[Proof, list[bool]]:
    """Return what spoke for a sheet when it was decided, and which of its codes were right."""
    right = [bool(each) for each in said["codes"]]
    proof = Proof(
        supervised=said["supervised"],
        scanned=said["scanned"],
        codes_expected=len(right),
        codes_right=sum(right),
        held_date=sheet.date,
        reported_date=date.fromisoformat(said["reported"]),
        by_machine=said["by_machine"],
        carried=said["carried"],
    )
    return proof, right


def _on_word_alone(version: SheetVersion) -> bool:
    """Whether a lawyer stands as present on a version of whom no machine kept a time: such a row needs the paper."""
    there = version.rows.filter(lawyer__isnull=False, mark__in=[FULL, PART])
    return there.filter(Q(clock=Clock.PAPER) | Q(in_at=None, out_at=None)).exists()


def _origins(version: SheetVersion) -> set[str]:
    """The origins of a version and of those it began from: the door's log stays the door's after an officer completed it."""
    rows = SheetVersion.objects.filter(sheet=version.sheet_id, number__lte=version.number)
    return set(rows.values_list("origin", flat=True))
