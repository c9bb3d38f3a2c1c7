"""Reads the first sheet of a spreadsheet from standard input and writes its rows to standard output, as JSON.

A program of its own: spreadsheets.py starts it, with nothing but the file, and whatever happens in it ends with it.
"""

import io
import json
import resource
import sys

# Memory (bytes), seconds of CPU, rows, columns and characters that come out: far beyond any list of people.
_MEMORY, _CPU_SECONDS, _ROWS, _COLUMNS, _CHARACTERS = 512 * 1024 * 1024, 10, 2000, 60, 800_000


def main() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    from python_calamine import CalamineWorkbook

    sheet = CalamineWorkbook.from_filelike(io.BytesIO(sys.stdin.buffer.read())).get_sheet_by_index(0)
    rows = sheet.to_python(skip_empty_area=False, nrows=_ROWS + 1)
    if len(rows) > _ROWS or any(len(row) > _COLUMNS for row in rows):
        sys.exit(2)
    plain = [[cell if isinstance(cell, int | float) else str(cell) for cell in row] for row in rows]
    text = json.dumps(plain)
    if len(text) > _CHARACTERS:
        sys.exit(2)
    sys.stdout.write(text)


if __name__ == "__main__":
    main()
