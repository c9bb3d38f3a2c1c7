"""Lists of a class that come as a file: a spreadsheet is read by a child with limits, everything else as text."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from courses.enrolment.named_lists import as_lines
from qianchang.groundwork.figures import Figure
from qianchang.groundwork.spreadsheets import Limits, Sheet, Unreadable, read

__all__ = ["MOST_BYTES", "Unreadable", "text_of"]

MOST_BYTES = 2 * 1024 * 1024
# Far beyond any list of people for one class.
_LIMITS = Limits(
    bytes=MOST_BYTES,
    unpacked=40 * 1024 * 1024,
    memory=512 * 1024 * 1024,
    cpu_seconds=10,
    seconds=20,
    rows=2000,
    characters=800_000,
    far_rows=10_000,
)
_SPREADSHEETS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


def text_of(content: bytes) -> str:
    """Return a file as lines of a list: xlsx, xls or ods (the first sheet), or text, such as csv, in UTF-8 or GB 18030.

    Raises Unreadable.
    """
    if len(content) > MOST_BYTES:
        raise Unreadable(_("The file is larger than 2 MB. Keep only the columns with number and name."))
    if content.startswith(_SPREADSHEETS):
        return as_lines(_with_empty_rows(read(content, _LIMITS)))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise Unreadable(_("This file is neither a spreadsheet nor text. Choose an xlsx, xls or csv file."))


def _with_empty_rows(sheet: Sheet) -> Iterator[list[str]]:
    """Give every row down to the last, so that the numbers of lines are those of the spreadsheet."""
    next_number = 1
    for number, row in sheet.rows:
        yield from ([] for _missing in range(next_number, number))
        yield [f"{cell}.0" if isinstance(cell, Figure) else cell for cell in row]
        next_number = number + 1
