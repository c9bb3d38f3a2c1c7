"""Files as officers send them, and as somebody sends them who means harm: rows, or one sentence, within limits."""

import io
import resource
import struct
import subprocess
import sys
import time
import zipfile
from functools import cache

import pytest
from django.utils import translation
from openpyxl import Workbook

from qianchang.groundwork import spreadsheets, tables
from qianchang.groundwork.figures import Figure
from qianchang.groundwork.spreadsheets import ROSTER, Limits, Unreadable, read

WEI = "14510201811223344"
HEADING = ["姓名", "执业证号", "律师事务所"]
ROW = ["韦晓岚", WEI, "广西边城律师事务所"]
SHEET = "xl/worksheets/sheet1.xml"


@pytest.fixture(autouse=True)
def _in_english():
    with translation.override("en"):
        yield


def xlsx(rows: list[list[object]], **cells: object) -> bytes:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for place, value in cells.items():
        sheet[place] = value
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def rewritten(content: bytes, **members: bytes) -> bytes:
    """Return an archive with some members replaced or added; `__` in a name stands for a dot, `_S_` for a slash."""
    new = {name.replace("_S_", "/").replace("__", "."): data for name, data in members.items()}
    out = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(content)) as old,
        zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for name in old.namelist():
            archive.writestr(name, new.pop(name, None) or old.read(name))
        for name, data in new.items():
            archive.writestr(name, data)
    return out.getvalue()


def text(encoding: str, sign: str = ",") -> bytes:
    return f"{sign.join(HEADING)}\r\n{sign.join(ROW)}\r\n".encode(encoding)


def old_excel(*names: str) -> bytes:
    return b"\xd0\xcf\x11\xe0" + bytes(508) + b"".join(name.encode("utf-16-le") for name in names)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "gb18030", "gbk", "utf-16", "utf-16-le", "utf-16-be"]
)
@pytest.mark.parametrize("sign", [",", "\t", ";", "|", "，"])
def test_text_in_every_encoding_and_with_every_sign_between_columns(encoding, sign):
    found = read(text(encoding, sign))

    assert found.rows == [(1, HEADING), (2, ROW)]
    assert found.delimiter == sign
    assert found.kind == "text"


def test_a_cell_of_a_text_may_hold_the_sign_and_a_line_break():
    content = '姓名,执业证号,备注\n"韦,晓岚","14510201811223344","一\n二"\n'.encode()
    assert read(content).rows[1] == (2, ["韦,晓岚", WEI, "一 二"])


def test_rows_keep_the_numbers_that_the_spreadsheet_shows():
    found = read(xlsx([[], HEADING, [], ROW]))
    assert [number for number, _cells in found.rows] == [2, 4]
    assert found.name == "Sheet"


def test_the_first_sheet_that_has_rows_is_read():
    book = Workbook()
    book.create_sheet("名册").append(ROW)
    out = io.BytesIO()
    book.save(out)

    found = read(out.getvalue())

    assert (found.name, found.sheets, found.rows) == ("名册", 2, [(1, ROW)])


def test_a_number_that_excel_keeps_as_a_figure_is_marked_and_text_is_not():
    ((_one, cells),) = read(xlsx([[int(WEI), WEI, 13812345678]])).rows
    assert [isinstance(cell, Figure) for cell in cells] == [True, False, False]
    assert cells[2] == "13812345678"


def test_a_formula_is_read_as_the_value_it_had_and_never_run():
    ((_one, cells),) = read(xlsx([["韦晓岚", '=HYPERLINK("http://evil.example")', WEI]])).rows
    assert cells == ["韦晓岚", "", WEI]


def test_cells_far_down_that_are_only_coloured_do_not_count():
    """openpyxl writes such a cell as <c></c> where lxml is installed, and as <c/> where it is not: so do spreadsheets."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(ROW)
    from openpyxl.styles import PatternFill

    sheet["A1048576"].fill = PatternFill("solid", fgColor="FFFF00")
    out = io.BytesIO()
    book.save(out)

    assert read(out.getvalue()).rows == [(1, ROW)]


DOCTYPE = (
    b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]><worksheet>&b;</worksheet>'
)
PLAIN = xlsx([HEADING, ROW])


@cache
def bomb() -> bytes:
    return rewritten(PLAIN, **{"xl_S_worksheets_S_sheet1__xml": b"<worksheet>" + b" " * 230_000_000})


def lying_bomb() -> bytes:
    """An archive whose directory says that the sheet has ten bytes."""
    content = bytearray(bomb())
    at = content.rfind(SHEET.encode()) - 46
    content[at + 24 : at + 28] = struct.pack("<I", 10)
    return bytes(content)


def many_members() -> bytes:
    return rewritten(PLAIN, **{f"xl_S_media_S_{number}__xml": b"<a/>" for number in range(400)})


@cache
def million_rows() -> bytes:
    row = b'<row r="%d"><c r="A%d" t="inlineStr"><is><t>x</t></is></c></row>'
    body = b"".join(row % (number, number) for number in range(1, 90_000))
    return rewritten(
        PLAIN,
        **{"xl_S_worksheets_S_sheet1__xml": b"<worksheet><sheetData>" + body + b"</sheetData></worksheet>"},
    )


HOSTILE = {
    "far cell": (lambda: xlsx([ROW], XFD1048576="x"), "far outside"),
    "far row": (lambda: xlsx([ROW], A1048576="x"), "far outside"),
    "far column": (lambda: xlsx([ROW], ZZ1="x"), "far outside"),
    "bomb": (bomb, "too large inside"),
    "lying bomb": (lying_bomb, "damaged|too large inside"),
    "many members": (many_members, "too large inside"),
    "entities": (
        lambda: rewritten(PLAIN, **{"xl_S_worksheets_S_sheet1__xml": DOCTYPE}),
        "definitions inside",
    ),
    "macros": (lambda: rewritten(PLAIN, **{"xl_S_vbaProject__bin": b"x"}), "macros"),
    "old macros": (lambda: old_excel("_VBA_PROJECT"), "macros"),
    "a million rows": (million_rows, "more than 60000 rows"),
    "encrypted": (lambda: old_excel("EncryptedPackage"), "password"),
    "old Word": (lambda: old_excel("WordDocument"), "Word"),
    "Word": (
        lambda: rewritten(PLAIN, **{"word_S_document__xml": b"<a/>"}).replace(
            b"xl/workbook.xml", b"yy/workbook.xml"
        ),
        "Word",
    ),
    "broken": (lambda: PLAIN[: len(PLAIN) // 2], "damaged"),
    "nonsense after the mark": (lambda: b"PK\x03\x04 nonsense", "damaged"),
    "old nonsense": (lambda: b"\xd0\xcf\x11\xe0 nonsense", "damaged"),
    "web page": (lambda: "<html><table><tr><td>姓名</td></tr></table></html>".encode("gbk"), "web page"),
    "XML of 2003": (lambda: b'<?xml version="1.0"?><Workbook/>', "web page"),
    "PDF": (lambda: b"%PDF-1.7 \x00\xff", "PDF"),
    "picture": (lambda: b"\x89PNG\r\n\x1a\n" + bytes(99), "PNG"),
    "program": (lambda: b"MZ" + bytes(500), "EXE"),
    "bytes": (lambda: bytes(range(256)) * 20, "neither a spreadsheet nor text"),
    "nothing": (lambda: b" \r\n\t ", "empty"),
    "an empty sheet": (lambda: xlsx([]), "empty"),
    "wide": (lambda: ("x," * 200 + "\n").encode() * 3, "more than 60 columns"),
    "an open quotation mark": (lambda: ('姓名,号\n"' + "字" * 200_000).encode(), "quotation mark"),
    "long words": (lambda: xlsx([["w" * 30_000] for _ in range(1500)]), "too much text"),
    "only commas": (lambda: b"," * 3_000_000, "columns|empty"),
    "20 MB and one byte": (lambda: b"1" * (ROSTER.bytes + 1), "larger than 20 MB"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_no_list_ends_in_one_clear_sentence_soon(name):
    make, sentence = HOSTILE[name]
    content = make()
    began = time.monotonic()
    with pytest.raises(Unreadable, match=sentence):
        read(content)
    assert time.monotonic() - began < 15


MEASURE = """
import resource, subprocess, sys
content = open(sys.argv[3], "rb").read()
subprocess.run([sys.executable, "-I", sys.argv[1], sys.argv[2]], input=content, capture_output=True)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


@pytest.mark.parametrize(
    "name",
    ["far cell", "bomb", "lying bomb", "entities", "a million rows", "long words", "only commas", "wide"],
)
def test_the_child_stays_below_its_memory(name, tmp_path):
    """Measured from outside: what the operating system says of the child."""
    file = tmp_path / "file"
    file.write_bytes(HOSTILE[name][0]())
    command = [sys.executable, "-c", MEASURE, str(spreadsheets._READER), ROSTER.for_the_child(), str(file)]
    said = subprocess.run(command, capture_output=True, check=True, text=True).stdout
    assert int(said) * 1024 < 400 * 1024 * 1024


def test_a_child_that_needs_more_than_it_may_have_dies_alone():
    with pytest.raises(Unreadable, match="memory or time"):
        read(PLAIN, Limits(memory=24 * 1024 * 1024))
    assert resource.getrlimit(resource.RLIMIT_AS)[0] == resource.RLIM_INFINITY


def test_a_child_that_takes_too_long_is_ended(monkeypatch, tmp_path):
    slow = tmp_path / "slow.py"
    slow.write_text("import time; time.sleep(60)")
    monkeypatch.setattr(spreadsheets, "_READER", slow)
    with pytest.raises(Unreadable, match="memory or time"):
        read(PLAIN, Limits(seconds=1))


def test_the_child_can_open_no_file():
    probe = (
        "import sys; sys.path.insert(0, sys.argv[1]); import resource, spreadsheet_reader as r, json;"
        "r.limit(json.loads(sys.argv[2])); resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3));"
        "\ntry:\n    open('/etc/passwd')\nexcept OSError as error:\n    print(error.errno)"
    )
    folder = str(spreadsheets._READER.parent)
    command = [sys.executable, "-I", "-c", probe, folder, ROSTER.for_the_child()]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "24"  # too many open files


def test_what_an_export_writes_is_text_and_never_a_formula():
    rows = [["=1+1", "+86", "-1", "@x", WEI, 7, None]]
    written = tables.as_xlsx(
        ["a", "b", "c", "d", "e", "f", "g"], rows, name="名册[1]", marked={(0, 0), (0, 6)}
    )
    with zipfile.ZipFile(io.BytesIO(written)) as archive:
        assert b"<f>" not in archive.read(SHEET)
    assert read(written).rows[1] == (2, ["=1+1", "+86", "-1", "@x", WEI, "7"])
    assert tables.as_csv(["a"], rows).decode("utf-8-sig").splitlines()[1].startswith("'=1+1,'+86,'-1,'@x,145")
