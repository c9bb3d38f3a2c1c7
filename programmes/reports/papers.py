"""A report as paper: a heading, paragraphs and tables, the same in Word, Excel, PDF and plain files. Plain values only:
whatever stands here was read and put into words before, so that the same paper always makes the same bytes.
"""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

Cell = str | int


@dataclass(frozen=True)
class Table:
    """One table. `numbers` are the columns that hold figures and stand right; `total` says that the last row sums up;
    `widths` are the shares of the columns (empty: equal).
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    caption: str = ""
    numbers: frozenset[int] = frozenset()
    total: bool = False
    widths: tuple[int, ...] = ()


@dataclass(frozen=True)
class Section:
    """One part of a paper: its heading, what is said, and a table."""

    heading: str
    paragraphs: tuple[str, ...] = ()
    table: Table | None = None


@dataclass(frozen=True)
class Paper:
    """One report. `name` is the name of its file, without an ending; `dated_at` is the moment for which it stands, and
    the only time that its files carry.
    """

    name: str
    title: str
    subtitle: str
    addressees: tuple[str, ...]
    sections: tuple[Section, ...]
    signatories: tuple[str, ...]
    issuer: str
    date_line: str
    footer: str
    dated_at: datetime
    landscape: bool = False

    @property
    def numbered(self) -> list[tuple[str, Section]]:
        """The sections with their Chinese numerals."""
        return [(numeral(number), section) for number, section in enumerate(self.sections, start=1)]

    @property
    def tables(self) -> list[tuple[str, Table]]:
        """The tables with what they are called, in their order."""
        return [
            (section.table.caption or section.heading, section.table)
            for section in self.sections
            if section.table is not None
        ]


def numeral(number: int) -> str:
    """Return a number from 1 to 99 as headings of letters write it: 一, 十, 十一, 二十."""
    digits = "零一二三四五六七八九"
    if not 1 <= number <= 99:
        raise ValueError(number)
    tens, ones = divmod(number, 10)
    return (digits[tens] if tens > 1 else "") + ("十" if tens else "") + (digits[ones] if ones else "")


def digest(content: bytes) -> str:
    """Return the SHA-256 of a file as people compare it."""
    return hashlib.sha256(content).hexdigest()


def canonical(value: Any) -> str:
    """Return plain values as one text that is the same every time."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_plain)


def digest_of_rows(rows: Sequence[Any]) -> str:
    """Return the SHA-256 of the rows that a report was made from (dataclasses or plain values)."""
    plain = [asdict(row) if hasattr(row, "__dataclass_fields__") else row for row in rows]
    return digest(canonical(plain).encode("utf-8"))


def moment_text(moment: datetime) -> str:
    """Return a moment as one text, whatever clock it was read from."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


def _plain(value: Any) -> Any:
    if isinstance(value, frozenset | set):
        return sorted(value)
    if isinstance(value, datetime):
        return moment_text(value)
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return str(value)
