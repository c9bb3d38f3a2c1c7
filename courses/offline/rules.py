"""What a record of a stick says, and whether it may be believed that far: decisions on plain values.

A record is a JSON file of two layers: outside, the text of the record and its signature; inside, what was played, which
codes were typed, and for a room its sheet. Nothing inside is looked at before the signature fits.
"""

import codecs
import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import time
from enum import StrEnum
from typing import Any
from uuid import UUID

KIND = "stick-record"
# How long a stick is good for, and how many lectures one takes (as a request for a disc: product-design, 5.1).
DAYS = 60
MOST_LECTURES = 4
FORM = 1
# A whole lecture watched in minutes is 7 KB. Somebody who opens the stick many times a day, on a computer that
# stutters, stays below all of these: a record that is refused for them could never be brought.
MOST_BYTES = 1024 * 1024
MOST_RUNS = 1000
MOST_SPANS = 10_000
MOST_ANSWERS = 2000
MOST_ROWS = 500
# Times lie inside the years that a database can hold.
_LATEST_MS = 4_102_444_800_000
_RUN = re.compile(r"[0-9a-f]{16}", re.ASCII)
_NUMBER = re.compile(r"U-(\d{4,9})", re.ASCII)
_CLOCK = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)", re.ASCII)
MARKS = ("full", "part", "absent", "")

Span = tuple[int, int, int, int, int, int]
"""Sequence, version, media from and until, wall from and until."""


class Doubt(StrEnum):
    """Why a record is not taken."""

    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"
    ALTERED = "altered"
    REVOKED = "revoked"
    FOREIGN_LECTURE = "foreign_lecture"
    OUT_OF_BOUNDS = "out_of_bounds"
    EMPTY = "empty"
    OLDER = "older"


class Doubtful(Exception):
    """A record cannot be taken. `doubt` says why."""

    def __init__(self, doubt: Doubt) -> None:
        self.doubt = doubt
        super().__init__(doubt.value)


@dataclass(frozen=True)
class Sealed:
    """The outer layer of a record: which stick it says it is of, the text that is signed, and the signature."""

    number: str
    body: str
    signature: str


@dataclass(frozen=True)
class Run:
    """One opening of the stick in one browser: what was played, and which codes were typed (version, index, digits)."""

    run: str
    device: str
    spans: tuple[Span, ...]
    answers: tuple[tuple[int, int, str], ...]


@dataclass(frozen=True)
class Row:
    """One person on the sheet of a room."""

    lawyer: int | None
    name: str
    licence: str
    firm: str
    mark: str
    minutes: int | None


@dataclass(frozen=True)
class RoomSheet:
    """The sheet of a room as it was filled in on the stick. `copy` says on which computer it was begun."""

    copy: str
    rows: tuple[Row, ...]
    codes: tuple[str, ...]
    begins_at: time | None
    ends_at: time | None
    supervisor: str


@dataclass(frozen=True)
class Record:
    """What a record says."""

    stick: UUID
    number: int
    saved_ms: int
    runs: tuple[Run, ...]
    sheet: RoomSheet | None


def number_of(serial: int) -> str:
    """Return the number that stands on a stick."""
    return f"U-{serial:04d}"


def serial_of(number: str) -> int | None:
    """Return the serial of a number that somebody typed, or None."""
    match = _NUMBER.fullmatch(unicodedata.normalize("NFKC", number).strip().upper())
    return int(match[1]) if match else None


def unseal(data: bytes) -> Sealed:
    """Return the outer layer of a file. Raises Doubtful for what is no record of a stick."""
    if len(data) > MOST_BYTES:
        raise Doubtful(Doubt.UNREADABLE)
    outer = _json(_text(data))
    if not isinstance(outer, dict) or outer.get("qianchang") != KIND or outer.get("form") != FORM:
        raise Doubtful(Doubt.UNREADABLE)
    parts = [outer.get(name) for name in ("stick", "body", "signature")]
    number, body, signature = (part if isinstance(part, str) else "" for part in parts)
    if serial_of(number) is None or not body or not signature.isascii():
        raise Doubtful(Doubt.UNREADABLE)
    return Sealed(number, body, signature)


def is_signed(sealed: Sealed, secret: str) -> bool:
    """Tell whether the stick with this key signed the text."""
    expected = hmac.new(secret.encode(), sealed.body.encode("utf-8", "replace"), hashlib.sha256)
    return hmac.compare_digest(expected.hexdigest(), sealed.signature)


def read(body: str, *, stick: UUID, versions: Collection[int], lengths_ms: Mapping[int, int]) -> Record:
    """Return what a signed text says. `versions` are the lectures of the stick. Raises Doubtful."""
    inner = _json(body)
    if not isinstance(inner, dict) or inner.get("id") != str(stick):
        raise Doubtful(Doubt.ALTERED)
    runs = _list(inner.get("runs"), MOST_RUNS)
    record = Record(
        stick=stick,
        number=_whole(inner.get("number"), 1, 1_000_000),
        saved_ms=_whole(inner.get("saved_ms"), 0, _LATEST_MS),
        runs=tuple(_run(run, versions, lengths_ms) for run in runs),
        sheet=_sheet(inner["sheet"]) if inner.get("sheet") is not None else None,
    )
    if sum(len(run.spans) for run in record.runs) > MOST_SPANS:
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    if len({run.run for run in record.runs}) != len(record.runs):
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    if not any(run.spans or run.answers for run in record.runs) and not _says_something(record.sheet):
        raise Doubtful(Doubt.EMPTY)
    return record


def spans_of(run: Run, version: int) -> list[Span]:
    """Return what a run played of one lecture."""
    return [span for span in run.spans if span[1] == version]


def _says_something(sheet: RoomSheet | None) -> bool:
    return sheet is not None and any(row.mark for row in sheet.rows)


def _run(raw: Any, versions: Collection[int], lengths_ms: Mapping[int, int]) -> Run:
    if not isinstance(raw, dict) or not _RUN.fullmatch(str(raw.get("run", ""))):
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    spans = [_span(each, lengths_ms) for each in _list(raw.get("spans"), MOST_SPANS)]
    answers = [_answer(each) for each in _list(raw.get("answers"), MOST_ANSWERS)]
    named = {span[1] for span in spans} | {answer[0] for answer in answers}
    if not named <= set(versions):
        raise Doubtful(Doubt.FOREIGN_LECTURE)
    if len({span[0] for span in spans}) != len(spans):
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    return Run(str(raw["run"]), _words(raw.get("device"), 200), tuple(spans), tuple(answers))


def _span(raw: Any, lengths_ms: Mapping[int, int]) -> Span:
    parts = _list(raw, 6)
    if len(parts) != 6:
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    sequence = _whole(parts[0], 1, 2_000_000_000)
    version = _whole(parts[1], 1, 2_000_000_000)
    # A player that runs a moment over the end says so; what lies farther beyond it never was in the lecture.
    end = lengths_ms.get(version, 0) + 60_000
    media = [_whole(each, 0, end) for each in parts[2:4]]
    wall = [_whole(each, 0, _LATEST_MS) for each in parts[4:6]]
    return sequence, version, media[0], media[1], wall[0], wall[1]


def _answer(raw: Any) -> tuple[int, int, str]:
    parts = _list(raw, 4)
    if len(parts) < 3:
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    return _whole(parts[0], 1, 2_000_000_000), _whole(parts[1], 1, 1000), _words(parts[2], 8)


def _sheet(raw: Any) -> RoomSheet:
    if not isinstance(raw, dict):
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    copy = raw.get("id")
    return RoomSheet(
        copy=copy if isinstance(copy, str) and _RUN.fullmatch(copy) else "",
        rows=tuple(_row(row) for row in _list(raw.get("rows"), MOST_ROWS)),
        codes=tuple(_words(code, 8) for code in _list(raw.get("codes"), 40)),
        begins_at=_clock(raw.get("begins_at")),
        ends_at=_clock(raw.get("ends_at")),
        supervisor=_words(raw.get("supervisor"), 60),
    )


def _row(raw: Any) -> Row:
    if not isinstance(raw, dict) or raw.get("mark", "") not in MARKS:
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    lawyer, minutes, mark = raw.get("lawyer"), raw.get("minutes") or None, raw.get("mark", "")
    return Row(
        lawyer=None if lawyer is None else _whole(lawyer, 1, 2_000_000_000),
        name=_words(raw.get("name"), 60),
        licence=_words(raw.get("licence"), 20),
        firm=_words(raw.get("firm"), 120),
        mark=mark,
        minutes=_whole(minutes, 1, 10_000) if mark == "part" and minutes is not None else None,
    )


def _text(data: bytes) -> str:
    """Return what a file says, also where an editor of Windows saved it, as UTF-8 with its mark or as "Unicode"."""
    marked = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if marked else "utf-8-sig", "replace")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise Doubtful(Doubt.UNREADABLE) from error


def _list(raw: Any, most: int) -> Sequence[Any]:
    if not isinstance(raw, list) or len(raw) > most:
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    return raw


def _whole(raw: Any, least: int, most: int) -> int:
    if isinstance(raw, bool) or not isinstance(raw, int) or not least <= raw <= most:
        raise Doubtful(Doubt.OUT_OF_BOUNDS)
    return raw


def _words(raw: Any, most: int) -> str:
    # A lone surrogate cannot be stored, a null character not in PostgreSQL.
    text = raw if isinstance(raw, str) else ""
    clean = text.encode("utf-8", "ignore").decode().replace("\x00", "")
    return " ".join(clean.split())[:most]


def _clock(raw: Any) -> time | None:
    match = _CLOCK.fullmatch(_words(raw, 5))
    return time(int(match[1]), int(match[2])) if match else None
