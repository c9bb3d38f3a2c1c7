"""Lists that come as a file: spreadsheets and text with columns, read by a child process with limits.

A spreadsheet is a hostile thing to read: 200 kB can be 200 MB unpacked, and one cell far out makes a reader lay out all
cells before it. So a process of its own reads (spreadsheet_reader.py), with limits of memory, CPU and time, without
files, and either gives rows or one reason, for which this module has a sentence that says what to do.
Source: engineering.md, section 4.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from qianchang.groundwork.figures import Figure

_READER = Path(__file__).with_name("spreadsheet_reader.py")
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"
# Beginnings of files of other kinds, and what people call them.
_OTHERS = (
    (b"%PDF", "PDF"),
    (b"\x89PNG", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"GIF8", "GIF"),
    (b"Rar!", "RAR"),
    (b"7z\xbc\xaf", "7z"),
    (b"{\\rtf", "RTF"),
    (b"MZ", "EXE"),
    (b"\x1f\x8b", "gzip"),
)


@dataclass(frozen=True)
class Limits:
    """How much one file may be. Bytes; seconds; and far beyond what a list has, where a cell may stand at all."""

    bytes: int = 20 * 1024 * 1024
    unpacked: int = 200 * 1024 * 1024
    members: int = 300
    memory: int = 1024 * 1024 * 1024
    cpu_seconds: int = 20
    seconds: int = 40
    rows: int = 60_000
    columns: int = 60
    characters: int = 40_000_000
    far_rows: int = 100_000
    far_columns: int = 100

    def for_the_child(self) -> str:
        """Return the limits as the reader takes them."""
        return json.dumps({name: value for name, value in vars(self).items() if name != "seconds"})


ROSTER = Limits()


@dataclass(frozen=True)
class Sheet:
    """What a file holds: its rows that are not empty, each with its number in the file (from 1), and what it is.

    `encoding` and `delimiter` for text; `name` and `sheets` (how many the file has) for a spreadsheet; `peak_bytes`
    is the most memory that the child had.
    """

    rows: list[tuple[int, list[str]]]
    kind: str
    encoding: str = ""
    delimiter: str = ""
    name: str = ""
    sheets: int = 1
    peak_bytes: int = 0


class Unreadable(Exception):
    """The file cannot be read as a list. The text says what to do."""


def read(content: bytes, limits: Limits = ROSTER) -> Sheet:
    """Return the first sheet of an xlsx, xls or ods file, or a text (csv, tab-separated) in UTF-8, GB 18030 or UTF-16.

    Raises Unreadable, within `limits.seconds`, whatever the file is.
    """
    if len(content) > limits.bytes:
        raise too_large(limits)
    if not content.strip():
        raise Unreadable(_sentence({"refused": "empty"}))
    _refuse_other_kinds(content)
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER), limits.for_the_child()],
            input=content,
            capture_output=True,
            timeout=limits.seconds,
            check=False,
            env={"OPENBLAS_NUM_THREADS": "1", "PYTHONUTF8": "1"},
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(_sentence({"refused": "memory"})) from error
    first, *lines = done.stdout.decode("utf-8", "surrogatepass").split("\n")
    about = json.loads(first) if done.returncode == 0 and first else {"refused": "memory"}
    if "refused" in about:
        raise Unreadable(_sentence(about))
    return _sheet(about, lines)


def too_large(limits: Limits) -> Unreadable:
    """Return the refusal of a file that is too large, for those who know its size before they read it."""
    return Unreadable(
        _("The file is larger than %(count)d MB. Take out pictures and columns that are not needed.")
        % {"count": limits.bytes // (1024 * 1024)}
    )


def _sheet(about: dict[str, Any], lines: list[str]) -> Sheet:
    rows: list[tuple[int, list[str]]] = []
    for line in lines[:-1]:
        number, cells = json.loads(line)
        rows.append(
            (
                number,
                [Figure(cell["figure"]) if isinstance(cell, dict) else _writable(cell) for cell in cells],
            )
        )
    if not rows:
        raise Unreadable(_sentence({"refused": "empty"}))
    return Sheet(
        rows=rows,
        kind=about["kind"],
        encoding=about.get("encoding", ""),
        delimiter=about.get("delimiter", ""),
        name=_writable(about.get("sheet", "")),
        sheets=about.get("sheets", 1),
        peak_bytes=json.loads(lines[-1])["peak_kb"] * 1024,
    )


def _writable(cell: str) -> str:
    """Return a cell without halves of characters, which a damaged file can hold and no database takes."""
    return cell.encode("utf-8", "replace").decode() if not cell.isascii() else cell


def _refuse_other_kinds(content: bytes) -> None:
    for beginning, kind in _OTHERS:
        if content.startswith(beginning):
            raise Unreadable(
                _("This is a %(kind)s file, whatever its name says. Choose the Excel or csv file.")
                % {"kind": kind}
            )
    if not content.startswith(_OLD_EXCEL):
        return
    if _wide("EncryptedPackage") in content:
        raise Unreadable(_sentence({"refused": "encrypted"}))
    if _wide("_VBA_PROJECT") in content:
        raise Unreadable(_sentence({"refused": "macros"}))
    if _wide("WordDocument") in content or _wide("PowerPoint Document") in content:
        raise Unreadable(_sentence({"refused": "word"}))


def _wide(text: str) -> bytes:
    return text.encode("utf-16-le")


def _sentence(why: dict[str, Any]) -> str:
    sentences = {
        "rows": _("The sheet has more than %(most)s rows. Split it into several files."),
        "columns": _("A row has more than %(most)s columns. Keep only the columns of the list."),
        "far": _("A cell stands far outside the list. Copy the list into a new spreadsheet and choose that."),
        "characters": _("The cells hold too much text. Keep only the columns of the list."),
        "unpacked": _(
            "The spreadsheet is too large inside. Copy the list, without pictures, into a new one and choose that."
        ),
        "memory": _(
            "The file takes too much memory or time to read. Copy the list into a new spreadsheet and choose that."
        ),
        "entities": _(
            "The spreadsheet has definitions inside that no list needs. Open it in Excel, save it as xlsx and try again."
        ),
        "encrypted": _(
            "The file is protected by a password. Save it without the password and choose it again."
        ),
        "macros": _("The file holds macros. Save it as xlsx, which has none, and choose it again."),
        "page": _(
            "This is a web page that was saved as a spreadsheet. Open it in Excel, save it as xlsx and choose that."
        ),
        "word": _("This is a Word or PowerPoint file. Copy the table into Excel and choose that."),
        "archive": _("This is an archive without a spreadsheet. Unpack it and choose the Excel file in it."),
        "binary": _("This file is neither a spreadsheet nor text. Choose an xlsx, xls or csv file."),
        "empty": _("The file is empty. Choose the one with the list."),
        "line": _("Line %(line)s cannot be taken apart: a quotation mark is not closed, or it is too long."),
        "broken": _("The spreadsheet is damaged. Open it in Excel, save it again as xlsx and choose that."),
    }
    return sentences[why["refused"]] % {"most": why.get("most", ""), "line": why.get("line", "")}
