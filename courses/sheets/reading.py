"""A keyed sheet as it comes over the line: from the plain form, or as JSON from the page that works without a network."""

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any
from uuid import UUID

from django.utils.dateparse import parse_datetime
from django.utils.timezone import get_default_timezone, is_aware
from django.utils.translation import gettext as _

from courses.sheets import rules
from courses.sheets.models import Clock, Sheet, SheetVersion
from courses.sheets.rules import Keyed, KeyedRow

MOST_BYTES = 512 * 1024
# Far beyond any lecture; what is beyond this is a slip of the hand.
MOST_MINUTES = 24 * 60
ORIGINS = (SheetVersion.Origin.TYPED, SheetVersion.Origin.OFFLINE)


class UnreadableSheet(Exception):
    """What came is no keyed sheet. The text says what to do."""


@dataclass(frozen=True)
class Sent:
    """What was sent of one sheet."""

    keyed: Keyed
    base: int | None
    draft_id: UUID
    merges: int | None = None
    origin: str = SheetVersion.Origin.TYPED.value
    keyed_at: datetime | None = None
    report: bool = False


def from_form(data: Mapping[str, Any], sheet: Sheet) -> Sent:
    """Return what the plain form says. Raises UnreadableSheet for a form that is not ours."""
    count = _number(data.get("rows")) or 0
    if count > rules.MOST_ROWS:
        raise UnreadableSheet(_broken())
    rows = []
    # The numbers of all of them in one field: one for each row would be many nodes for an old computer.
    lawyers = str(data.get("lawyers") or "").split(",")
    for n in range(1, count + 1):
        said = {
            name: str(data.get(f"row-{n}-{name}") or "")
            for name in ("lawyer", "name", "licence", "firm", "mark", "minutes", "in", "out")
        }
        said["lawyer"] = said["lawyer"] or (lawyers[n - 1] if n <= len(lawyers) else "")
        if not (said["lawyer"] or said["name"] or said["licence"]):
            continue
        rows.append(_row({**said, "licence_number": said["licence"]}, sheet))
    codes = [str(data.get(f"code-{k}") or "") for k in range(1, 41) if f"code-{k}" in data]
    return Sent(
        keyed=Keyed(
            tuple(rows),
            tuple(codes),
            str(data.get("supervisor") or ""),
            _time(data.get("begins_at")),
            _time(data.get("ends_at")),
        ),
        base=_number(data.get("base")),
        draft_id=_uuid(data.get("draft_id")),
    )


def from_json(body: bytes, sheet: Sheet) -> Sent:
    """Return what the page without a network sends. Raises UnreadableSheet for anything else."""
    if len(body) > MOST_BYTES:
        raise UnreadableSheet(_broken())
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise UnreadableSheet(_broken()) from error
    if not isinstance(said, dict):
        raise UnreadableSheet(_broken())
    rows, codes = said.get("rows", []), said.get("codes", [])
    if not (
        isinstance(rows, list) and isinstance(codes, list) and all(isinstance(row, dict) for row in rows)
    ):
        raise UnreadableSheet(_broken())
    origin = said.get("origin", "typed")
    return Sent(
        keyed=Keyed(
            tuple(_row(row, sheet) for row in rows[: rules.MOST_ROWS + 1]),
            tuple(_text(code) for code in codes[:41]),
            _text(said.get("supervisor")),
            _time(said.get("begins_at")),
            _time(said.get("ends_at")),
        ),
        base=_number(said.get("base")),
        merges=_number(said.get("merges")),
        draft_id=_uuid(said.get("draft_id")),
        origin=origin if origin in ORIGINS else SheetVersion.Origin.TYPED.value,
        keyed_at=_moment(said.get("keyed_at")),
        report=said.get("report") is True,
    )


def _row(said: Mapping[str, Any], sheet: Sheet) -> KeyedRow:
    mark = said.get("mark") or rules.UNMARKED
    if mark not in rules.MARKS:
        raise UnreadableSheet(_broken())
    minutes = _number(said.get("minutes"))
    return KeyedRow(
        lawyer_id=_number(said.get("lawyer")),
        name=_text(said.get("name")),
        licence_number=_text(said.get("licence_number")),
        firm=_text(said.get("firm")),
        mark=mark,
        minutes=min(minutes, MOST_MINUTES) if minutes else None,
        in_at=_at(said.get("in"), sheet),
        out_at=_at(said.get("out"), sheet),
        clock=Clock.PAPER.value,
    )


def _text(value: object) -> str:
    return value.replace("\x00", "")[:500] if isinstance(value, str) else ""


def _number(value: object) -> int | None:
    """A whole number as it was typed, also in full-width digits; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value if 0 <= value < 2**31 else None
    typed = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    return int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 10 else None


def _uuid(value: object) -> UUID:
    try:
        return UUID(value if isinstance(value, str) else "")
    except ValueError as error:
        raise UnreadableSheet(_broken()) from error


def _time(value: object) -> time | None:
    typed = unicodedata.normalize("NFKC", value).strip() if isinstance(value, str) else ""
    hours, _colon, minutes = typed.partition(":")
    if not (hours.isascii() and hours.isdecimal() and minutes[:2].isascii() and minutes[:2].isdecimal()):
        return None
    found = int(hours), int(minutes[:2])
    return time(*found) if len(hours) <= 2 and found[0] < 24 and found[1] < 60 else None


def _at(value: object, sheet: Sheet) -> datetime | None:
    of_day = _time(value)
    return datetime.combine(sheet.date, of_day, tzinfo=get_default_timezone()) if of_day else None


def _moment(value: object) -> datetime | None:
    try:
        found = parse_datetime(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return found if found is not None and is_aware(found) else None


def _broken() -> str:
    return _("This page was not sent whole. Open the sheet again and send it once more.")
