"""Reads the first sheet of a file from standard input and writes it to standard output, as JSON lines.

A program of its own: spreadsheets.py starts it with limits, and whatever happens in it ends with it. First line: what
the file is; then one line for each row that is not empty, as [row number, cells]; last line: {"rows": how many,
"peak_kb": memory}. A refusal is one line {"refused": reason, …}.

Cells are text, but for figures of a spreadsheet that text cannot hold: those come as {"figure": text}.
"""

import codecs
import csv
import io
import json
import re
import resource
import sys
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, NoReturn, TextIO

# How much of an unpacked file is looked at at a time (bytes).
_CHUNK = 1 << 20
# A cell with something in it, and where it stands; empty cells that are only coloured (<c …/> or <c …></c>) do not count.
_CELL = re.compile(rb'<c\s[^>]*?\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*[^>/]>(?=[^<]|<[^/])')
_DEFINITION = re.compile(rb"<!(?:DOCTYPE|ENTITY)", re.IGNORECASE)
_DELIMITERS = ",\t;|，"
_BIGGEST_EXACT = 10**15
_SNIFFED_LINES = 30


def refuse(reason: str, **details: object) -> NoReturn:
    """Say why nothing is read, and end."""
    sys.stdout.write(json.dumps({"refused": reason, **details}) + "\n")
    sys.stdout.flush()
    sys.exit(0)


def limit(limits: dict[str, int]) -> None:
    """Bind this process: memory (bytes), seconds of CPU, no file written, no file or socket opened any more."""
    resource.setrlimit(resource.RLIMIT_AS, (limits["memory"], limits["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_seconds"], limits["cpu_seconds"]))
    for kind in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE, resource.RLIMIT_NPROC):
        resource.setrlimit(kind, (0, 0))


def main() -> None:
    """Read what stands on standard input within the limits of the first argument."""
    limits: dict[str, int] = json.loads(sys.argv[1])
    limit(limits)
    import python_calamine  # while files may still be opened, and so are the encodings

    for encoding in ("utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "cp437"):
        codecs.lookup(encoding)
    status = Path("/proc/self/status").open(encoding="ascii")  # noqa: SIM115 - read at the end, when none can be opened
    content = sys.stdin.buffer.read(limits["bytes"] + 1)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    try:
        if content.startswith((b"PK\x03\x04", b"\xd0\xcf\x11\xe0")):
            sheet, rows = spreadsheet(python_calamine, content, limits)
        else:
            sheet, rows = text(content)
        write(sheet, rows, limits, status)
    except MemoryError:
        refuse("memory")


def write(
    sheet: dict[str, Any], rows: Iterator[tuple[int, list[Any]]], limits: dict[str, int], status: TextIO
) -> None:
    """Write the rows, as far as they are few enough, and what the system says of our memory (`status`)."""
    lines, characters = [json.dumps(sheet, ensure_ascii=False)], 0
    for number, row in rows:
        if len(lines) > limits["rows"]:
            refuse("rows", most=limits["rows"])
        if len(row) > limits["columns"]:
            refuse("columns", most=limits["columns"])
        line = json.dumps([number, row], ensure_ascii=False)
        characters += len(line)
        if characters > limits["characters"]:
            refuse("characters")
        lines.append(line)
    # What the system counts as our use of resources began with the memory of whoever started us; this did not.
    peak = next((line.split()[1] for line in status if line.startswith("VmHWM:")), "0")
    lines.append(json.dumps({"rows": len(lines) - 1, "peak_kb": int(peak)}))
    sys.stdout.buffer.write("\n".join(lines).encode("utf-8", "surrogatepass"))


def spreadsheet(
    calamine: Any, content: bytes, limits: dict[str, int]
) -> tuple[dict[str, Any], Iterator[tuple[int, list[Any]]]]:
    """Return the first sheet that has rows, and those rows."""
    if content.startswith(b"PK"):
        look_inside(content, limits)
    try:
        book = calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
    except calamine.PasswordError:
        refuse("encrypted")
    except calamine.CalamineError:
        refuse("broken")
    names = book.sheet_names
    for index, name in enumerate(names):
        try:
            sheet = book.get_sheet_by_index(index)
        except calamine.CalamineError:
            refuse("broken")
        if sheet.total_height > limits["far_rows"] or sheet.total_width > limits["far_columns"]:
            refuse("far", most=limits["rows"])
        if sheet.start is not None:
            about = {"kind": "spreadsheet", "sheet": clean(name), "sheets": len(names)}
            return about, numbered(sheet.iter_rows())
    refuse("empty")


def numbered(rows: Any) -> Iterator[tuple[int, list[Any]]]:
    """Give each row that is not empty with its number as the spreadsheet shows it; no empty cells at the end."""
    for number, row in enumerate(rows, start=1):
        cells = [cell_of(each) for each in row]
        while cells and cells[-1] == "":
            cells.pop()
        if cells:
            yield number, cells


def cell_of(cell: Any) -> Any:
    """Return a cell as text; a figure that cannot be what somebody typed is marked."""
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float):
        if cell.is_integer():
            return str(int(cell)) if abs(cell) < _BIGGEST_EXACT else {"figure": f"{cell:.0f}"}
        return repr(cell)
    if isinstance(cell, int):
        return str(cell) if abs(cell) < _BIGGEST_EXACT else {"figure": str(cell)}
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat(" ")
    if isinstance(cell, date | time | timedelta):
        return str(cell)
    return clean(str(cell))


def clean(cell: str) -> str:
    """Return text without what no database takes and nobody sees, on one line, without spaces at its ends."""
    return " ".join(cell.replace("\x00", "").replace("\ufeff", "").replace("\u200b", "").split())


def look_inside(content: bytes, limits: dict[str, int]) -> None:
    """Ask the directory of the archive, then the sheets themselves, whether they can be laid out at all."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = {each.filename for each in members}
            if any(each.flag_bits & 1 for each in members):
                refuse("encrypted")
            if (
                len(members) > limits["members"]
                or sum(each.file_size for each in members) > limits["unpacked"]
            ):
                refuse("unpacked")
            if not names & {"xl/workbook.xml", "content.xml"}:
                refuse("word" if "word/document.xml" in names else "archive")
            if any(name.lower().endswith(("vbaproject.bin", ".vba")) for name in names):
                refuse("macros")
            unpacked = 0
            for each in members:
                if each.filename.endswith((".xml", ".rels")):
                    unpacked += look_through(archive, each, limits, left=limits["unpacked"] - unpacked)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, zipfile.zlib.error):  # type: ignore[attr-defined]
        refuse("broken")


def look_through(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, limits: dict[str, int], *, left: int
) -> int:
    """Refuse entities, and cells far out; return how many bytes there really were, which the directory may deny."""
    is_sheet, rest, total = member.filename.startswith("xl/worksheets/"), b"", 0
    with archive.open(member) as stream:
        while block := stream.read(_CHUNK):
            total += len(block)
            if total > left:
                refuse("unpacked")
            piece = rest + block
            if _DEFINITION.search(piece):
                refuse("entities")
            if is_sheet:
                look_at_cells(piece, limits)
            rest = piece[-200:]
    return total


def look_at_cells(piece: bytes, limits: dict[str, int]) -> None:
    """Refuse a sheet whose cells stand further out than any list does."""
    for found in _CELL.finditer(piece):
        if (
            int(found[2]) > limits["far_rows"]
            or len(found[1]) > 2
            or column(found[1]) > limits["far_columns"]
        ):
            refuse("far", cell=(found[1] + found[2]).decode(), most=limits["rows"])


def column(letters: bytes) -> int:
    """Return the number of a column: A is 1, AA is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def text(content: bytes) -> tuple[dict[str, Any], Iterator[tuple[int, list[Any]]]]:
    """Return a text with columns as rows."""
    encoding, decoded = decode(content)
    head = decoded[:400].lstrip().lower()
    if head.startswith(
        ("<html", "<!doctype", "<table", "<?xml", "<meta", "<head", "<style", "mime-version:")
    ):
        refuse("page")
    if not decoded.strip():
        refuse("empty")
    delimiter = delimiter_of(decoded)
    csv.field_size_limit(100_000)
    reader = csv.reader(io.StringIO(decoded, newline=""), delimiter=delimiter)
    return {"kind": "text", "encoding": encoding, "delimiter": delimiter}, lines_of(reader)


def lines_of(reader: Any) -> Iterator[tuple[int, list[Any]]]:
    """Give the rows of a text by their running number; one that cannot be taken apart ends the reading."""
    number = 0
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            refuse("line", line=number + 1)
        number += 1
        # Empty cells at the end are kept: a row that is shorter than the heading has lost something.
        cells = [clean(each) for each in row]
        if any(cells):
            yield number, cells


def decode(content: bytes) -> tuple[str, str]:
    """Return the name of the encoding and the text."""
    for mark, encoding in ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16")):
        if content.startswith(mark):
            return attempt(content, encoding) or refuse("binary")
    half = content[:2000]
    if half.count(0) > len(half) // 8:
        encoding = "utf-16-le" if half[1::2].count(0) >= half[::2].count(0) else "utf-16-be"
        return attempt(content, encoding) or refuse("binary")
    return attempt(content, "utf-8") or attempt(content, "gb18030") or refuse("binary")


def attempt(content: bytes, encoding: str) -> tuple[str, str] | None:
    """Return encoding and text if the bytes are text in it."""
    try:
        decoded = content.decode(encoding)
    except UnicodeDecodeError:
        return None
    strange = sum(1 for each in decoded[:5000] if each < " " and each not in "\r\n\t\f")
    return None if strange else (encoding.removesuffix("-sig"), decoded)


def delimiter_of(decoded: str) -> str:
    """Return what stands between the columns: the sign that cuts most lines into equally many pieces."""
    lines = [line for line in decoded[:40_000].splitlines() if line.strip()][:_SNIFFED_LINES]
    best, score = ",", 0.0
    for sign in _DELIMITERS:
        counts = [len(re.sub(r'"[^"]*"', "", line).split(sign)) - 1 for line in lines]
        usual = max(set(counts), key=lambda each: (counts.count(each) * (each > 0), each)) if counts else 0
        if usual and counts.count(usual) * min(usual, 4) > score:
            best, score = sign, counts.count(usual) * min(usual, 4)
    return best


if __name__ == "__main__":
    main()
