"""Lists that come as a file: a spreadsheet is read by a child with limits, everything else as text.

A spreadsheet is a hostile thing to read: 200 kB can be 200 MB unpacked, and one cell far out makes a reader lay out
all cells before it. So the directory of the archive is asked first, and a process of its own reads (spreadsheet_reader.py).
"""

import io
import json
import subprocess
import sys
import zipfile
from pathlib import Path

from django.utils.translation import gettext as _

from courses.enrolment.named_lists import as_lines

MOST_BYTES = 2 * 1024 * 1024
_MOST_UNPACKED_BYTES = 40 * 1024 * 1024
_MOST_MEMBERS = 300
_READER = Path(__file__).with_name("spreadsheet_reader.py")
_SECONDS = 20
_ZIP, _OLD_EXCEL = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"


class UnreadableList(Exception):
    """The file cannot be used as a list. The text says what to do."""


def text_of(content: bytes) -> str:
    """Return a file as lines of a list: xlsx, xls or ods (the first sheet), or text, such as csv, in UTF-8 or GB 18030.

    Raises UnreadableList.
    """
    if len(content) > MOST_BYTES:
        raise UnreadableList(_("The file is larger than 2 MB. Keep only the columns with number and name."))
    if content.startswith((_ZIP, _OLD_EXCEL)):
        return as_lines(_rows(content))
    for encoding in ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text
    raise UnreadableList(_("This file is neither a spreadsheet nor text. Choose an xlsx or csv file."))


def _rows(content: bytes) -> list[list[object]]:
    if content.startswith(_ZIP) and not _fits(content):
        raise UnreadableList(
            _("The spreadsheet is too large inside. Copy the two columns into a new file and choose that.")
        )
    try:
        done = subprocess.run(
            [sys.executable, "-I", str(_READER)],
            input=content,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
        )
        if done.returncode == 0:
            rows: list[list[object]] = json.loads(done.stdout)
            return rows
    except subprocess.TimeoutExpired:
        pass  # as if it had said that it cannot
    raise UnreadableList(
        _("The spreadsheet cannot be read. Save it again as xlsx or csv, or paste the numbers instead.")
    )


def _fits(content: bytes) -> bool:
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        return True  # the reader says that it cannot
    return len(members) <= _MOST_MEMBERS and sum(each.file_size for each in members) <= _MOST_UNPACKED_BYTES
