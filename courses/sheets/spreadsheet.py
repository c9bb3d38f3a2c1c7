"""The sheet as an Excel file: with the roster filled in and drop-down lists, and read back when it comes."""

import io
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

import xlsxwriter
from django.utils.translation import gettext as _

from courses.sheets import rules
from courses.sheets.models import Sheet
from courses.sheets.rules import Keyed, KeyedRow
from qianchang.groundwork import spreadsheets
from qianchang.groundwork.tables import neutral
from qianchang.people.rules import plain_licence_number, plain_name

# Far beyond any room.
LIMITS = spreadsheets.Limits(
    bytes=2 * 1024 * 1024,
    unpacked=40 * 1024 * 1024,
    memory=512 * 1024 * 1024,
    cpu_seconds=10,
    seconds=20,
    rows=2000,
    characters=800_000,
    far_rows=10_000,
)
EMPTY_LINES = 30
# What a column is called, in whatever language the file was made, and what else people write.
COLUMNS = {
    "name": ("姓名", "name"),
    "licence_number": ("执业证号", "licence number"),
    "firm": ("律师事务所", "law firm", "单位"),
    "mark": ("出席", "attendance"),
    "minutes": ("听了多少分钟", "minutes heard", "分钟"),
}
MARKS = {
    "全程": rules.FULL,
    "full": rules.FULL,
    "部分": rules.PART,
    "partial": rules.PART,
    "缺席": rules.ABSENT,
    "absent": rules.ABSENT,
}
CODE_WORDS = ("口令", "code")
SUPERVISOR_WORDS = ("放映负责人", "supervisor")


class UnusableFile(Exception):
    """The file cannot be taken as this sheet. The text says what to do; nothing was changed."""


@dataclass(frozen=True)
class BadCell:
    """A cell that says something that no sheet can say, with its row in the file."""

    row: int
    text: str


def template(sheet: Sheet, rows: Sequence[KeyedRow], *, codes: int) -> bytes:
    """Return the Excel file of a sheet: who is expected, a drop-down list beside each, lines for the codes."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(
        out,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
        },
    )
    page = book.add_worksheet(_("Sign-in sheet"))
    bold = book.add_format({"bold": True, "bg_color": "#EDF0F4", "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    page.write_string(0, 0, _("Sheet"), bold)
    page.write_string(0, 1, sheet.number, text)
    page.write_string(1, 0, _("Supervisor"), bold)
    page.write_string(1, 1, str(neutral(sheet.supervisor)), text)
    for index in range(codes):
        page.write_string(2 + index, 0, _("Presence code %(index)d") % {"index": index + 1}, bold)
        page.write_blank(2 + index, 1, None, text)
    top = 3 + codes
    headings = [_("Name"), _("Licence number"), _("Law firm"), _("Attendance"), _("Minutes heard")]
    for column, (heading, width) in enumerate(zip(headings, (14, 22, 30, 10, 16), strict=True)):
        page.set_column(column, column, width, text)
        page.write_string(top, column, heading, bold)
    for number, row in enumerate(rows, start=1):
        for column, cell in enumerate((row.name, row.licence_number, row.firm)):
            page.write_string(top + number, column, str(neutral(cell)), text)
    last = top + len(rows) + EMPTY_LINES
    marks = [_("Full"), _("Partial"), _("Absent")]
    page.data_validation(top + 1, 3, last, 3, {"validate": "list", "source": marks})
    minutes = {"validate": "integer", "criteria": "between", "minimum": 1, "maximum": 1440}
    page.data_validation(top + 1, 4, last, 4, minutes)
    page.freeze_panes(top + 1, 0)
    book.close()
    return out.getvalue()


def read(content: bytes, *, sheet: Sheet) -> tuple[Keyed, tuple[BadCell, ...]]:
    """Return what an Excel file (or csv) says, and the cells that say nothing that can be understood.

    Raises UnusableFile for a file that cannot be read, has no such list, or is that of another sheet.
    """
    try:
        rows = spreadsheets.read(content, LIMITS).rows
    except spreadsheets.Unreadable as refusal:
        raise UnusableFile(str(refusal)) from refusal
    top = next((at for at, (_number, cells) in enumerate(rows) if _columns(cells)), None)
    if top is None:
        raise UnusableFile(
            _("This list has no columns for name and attendance. Fill in the template of this sheet.")
        )
    head = [(_plain(cells[0]), str(cells[1]).strip()) for _number, cells in rows[:top] if len(cells) > 1]
    _refuse_other_sheet(head, sheet)
    codes = tuple(value for word, value in head if word.startswith(CODE_WORDS) or "code" in word)
    supervisor = next((value for word, value in head if word in SUPERVISOR_WORDS), "")
    columns = _columns(rows[top][1])
    found: list[KeyedRow] = []
    bad: list[BadCell] = []
    for number, cells in rows[top + 1 :]:
        cell = {name: str(cells[at]).strip() if at < len(cells) else "" for name, at in columns.items()}
        if not (cell.get("name") or cell.get("licence_number")):
            continue
        row, wrong = _row(number, cell)
        found.append(row)
        bad += wrong
    return Keyed(tuple(found), codes, supervisor), tuple(bad)


def _row(number: int, cell: dict[str, str]) -> tuple[KeyedRow, list[BadCell]]:
    bad: list[BadCell] = []
    said = _plain(cell.get("mark", ""))
    mark = MARKS.get(said, rules.UNMARKED)
    if said and not mark:
        words = _("row %(row)d of the file: “%(said)s” is none of Full, Partial and Absent.")
        bad.append(BadCell(number, words % {"row": number, "said": said[:20]}))
    typed = unicodedata.normalize("NFKC", cell.get("minutes", "")).removesuffix(".0")
    minutes = int(typed) if typed.isascii() and typed.isdecimal() and 0 < len(typed) < 5 else None
    if typed and minutes is None:
        words = _("row %(row)d of the file: “%(said)s” is no number of minutes.")
        bad.append(BadCell(number, words % {"row": number, "said": typed[:20]}))
    row = KeyedRow(
        name=plain_name(cell.get("name", "").removeprefix("'"))[:60],
        licence_number=plain_licence_number(cell.get("licence_number", "").removeprefix("'"))[:17],
        firm=cell.get("firm", "").removeprefix("'")[:120],
        mark=mark,
        minutes=minutes or None,
    )
    return row, bad


def _columns(cells: Sequence[str]) -> dict[str, int]:
    """Which column holds what; nothing where the cells are no heading of a sheet."""
    words = [_plain(str(cell)) for cell in cells]
    found = {
        name: at
        for name, called in COLUMNS.items()
        for at, word in reversed(list(enumerate(words)))
        if word in called
    }
    return found if {"name", "mark"} <= found.keys() else {}


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", str(text)).split()).lower()


def _refuse_other_sheet(head: Sequence[tuple[str, str]], sheet: Sheet) -> None:
    said = next((value for word, value in head if word in ("签到表", "sheet", "签到表编号")), "")
    if said and said != sheet.number:
        raise UnusableFile(
            _(
                "This is the file of sheet %(said)s, and here is %(sheet)s. Open the other sheet, or choose the other file."
            )
            % {"said": said[:40], "sheet": sheet.number}
        )
