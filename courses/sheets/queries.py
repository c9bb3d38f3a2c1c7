"""Reads of the sheets: what stands on them, which codes they must have, and what was said to them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from courses.attendance import presence, registries
from courses.attendance.rules import MINUTE_MS, Terms, code_windows, creditable, length_of
from courses.discs import codes as disc_codes
from courses.schedule.models import TrainingSession
from courses.schedule.rules import ONSITE
from courses.sheets.door.models import DoorScan, DoorWord
from courses.sheets.models import Sheet, SheetDecision, SheetFile, SheetRow, SheetVersion
from courses.sheets.rules import Keyed, KeyedRow
from qianchang.people.models import Account

Kind = Sheet.Kind


@dataclass(frozen=True)
class Code:
    """One presence code that a room must copy: which one, and at which minute of the lecture it is shown or spoken."""

    index: int
    minute: int


# --- What stands on a sheet -----------------------------------------------------------------------------------


def heads(sheet: Sheet) -> list[SheetVersion]:
    """Return the versions that no other one follows or takes in, oldest first; more than one is a conflict. One query."""
    rows = SheetVersion.objects.filter(sheet=sheet, followed_by=None, merged_into=None)
    return list(rows.select_related("by").order_by("number"))


def current_version(sheet: Sheet) -> SheetVersion | None:
    """Return the version that holds: the one that was reported, else the latest."""
    decided = last_decision(sheet)
    if decided is not None and decided.kind in (SheetDecision.Kind.REPORTED, SheetDecision.Kind.CONFIRMED):
        return decided.version
    found = heads(sheet)
    return found[-1] if found else None


def keyed_of(version: SheetVersion) -> Keyed:
    """Return what a version says. One query."""
    return keyed_from(version, version.rows.order_by("position"))


def keyed_from(version: SheetVersion, rows: Iterable[SheetRow]) -> Keyed:
    """Return what a version with these rows says. No query of its own."""
    return Keyed(
        rows=tuple(keyed_row(row) for row in rows),
        codes=tuple(version.codes),
        supervisor=version.supervisor,
        begins_at=version.begins_at,
        ends_at=version.ends_at,
    )


def keyed_row(row: SheetRow) -> KeyedRow:
    """Return one row as the rules see it."""
    return KeyedRow(
        lawyer_id=row.lawyer_id,
        name=row.name,
        licence_number=row.licence_number,
        firm=row.firm,
        mark=row.mark,
        minutes=row.minutes,
        in_at=row.in_at,
        out_at=row.out_at,
        clock=row.clock,
    )


# --- What was said to it --------------------------------------------------------------------------------------


def last_decision(sheet: Sheet) -> SheetDecision | None:
    """Return the last thing that was said to a sheet. One query."""
    rows = SheetDecision.objects.filter(sheet=sheet).select_related("by", "version__by", "reported_by")
    return rows.order_by("-pk").first()


def reported(sheet: Sheet) -> SheetDecision | None:
    """Return the report that waits or was confirmed: the last one. One query."""
    rows = SheetDecision.objects.filter(sheet=sheet, kind=SheetDecision.Kind.REPORTED)
    return rows.select_related("by", "version__by").order_by("-pk").first()


def keyed_by(sheet: Sheet) -> set[int]:
    """Return the accounts that keyed any version of a sheet. One query."""
    return set(SheetVersion.objects.filter(sheet=sheet).values_list("by", flat=True))


def let_in(sheet: Sheet, account: Account) -> bool:
    """Whether an account said at the door of a sheet who was there: what it said stands on the sheet. Two queries."""
    words = DoorWord.objects.filter(scan__sheet=sheet, by=account, accepted=True)
    times = DoorScan.objects.filter(sheet=sheet, way=DoorScan.Way.OFFICER, by=account)
    return words.exists() or times.exists()


def files_of(sheet: Sheet) -> list[SheetFile]:
    """Return the files that stand with a sheet, in the order in which they came. One query."""
    return list(SheetFile.objects.filter(sheet=sheet, withdrawn_at=None).order_by("uploaded_at", "pk"))


# --- Terms and codes ------------------------------------------------------------------------------------------


def terms_of(sheet: Sheet) -> Terms:
    """Return the terms of the lawyers of a room on its day. One query."""
    return registries.terms_in(sheet.association.jurisdiction, on=sheet.date)


def creditable_ms(sheet: Sheet) -> int:
    """Return how much of the lecture can be credited."""
    version = sheet.session.lecture_version
    return length_of(creditable(version.length_ms, version.excluded_ms))


def length_minutes(sheet: Sheet) -> int:
    """Return how long the lecture takes, in started minutes."""
    return -(-sheet.session.lecture_version.length_ms // MINUTE_MS)


def has_codes(sheet: Sheet) -> bool:
    """Whether codes are shown or spoken in a room: everywhere but on site, where people are seen."""
    return sheet.kind != Kind.ON_SITE and sheet.session.mode.code != ONSITE


def codes_asked(sheet: Sheet) -> list[Code]:
    """Return the codes that a room must copy: those of its disc, else those of the session. One query."""
    if not has_codes(sheet):
        return []
    version = sheet.session.lecture_version
    if sheet.disc is not None:
        shown = disc_codes.codes_of(sheet.disc, version) if disc_codes.how_many(sheet.disc, version) else []
        return [Code(each.index, each.from_ms // MINUTE_MS) for each in shown]
    windows = code_windows(version.length_ms, version.excluded_ms, terms_of(sheet).presence_minutes)
    return [Code(each.index, each.from_ms // MINUTE_MS) for each in windows]


def place_of(session: TrainingSession) -> str:
    """Return the place whose codes a room without a disc copies. Sessions of one event are one place: its host speaks
    once for all regions.
    """
    return f"session:{session.joint_event or session.code}"


def codes_right(sheet: Sheet, typed: Sequence[str]) -> list[bool]:
    """Tell of each code that a room must copy whether it is right; one that is missing is not."""
    if not has_codes(sheet):
        return []
    version = sheet.session.lecture_version
    if sheet.disc is not None:
        return disc_codes.check(sheet.disc, version, typed)
    return [
        index <= len(typed)
        and presence.matches_shared(
            typed[index - 1], place=place_of(sheet.session), version_id=version.pk, index=index
        )
        for index in range(1, len(codes_asked(sheet)) + 1)
    ]
