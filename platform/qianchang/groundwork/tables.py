"""Tables as files for Excel. What stands in them was typed by people, and nothing of it is ever run.

Source: engineering.md, section 4 (neutralise formulas on export).
"""

import csv
import io
from collections.abc import Collection, Iterable, Sequence

import xlsxwriter

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
CSV = "text/csv; charset=utf-8"
# What makes a spreadsheet take text for a formula when it opens a csv file.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_WIDEST = 40
# xlsxwriter keeps rows out of memory only if they come in order, which they do.
_OPTIONS = {
    "constant_memory": True,
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}

Cell = str | int | float | None


def neutral(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet takes for a formula: an apostrophe goes before the sign that would make it one."""
    return f"'{cell}" if isinstance(cell, str) and cell.startswith(_FORMULA_SIGNS) else cell


def as_csv(headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> bytes:
    """Return a table as csv in UTF-8 with the mark that tells Excel so."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow([neutral(each) for each in headings])
    writer.writerows([neutral(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def as_xlsx(
    headings: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    name: str,
    marked: Collection[tuple[int, int]] = (),
) -> bytes:
    """Return a table as an Excel file with one sheet, its heading fixed. Text stays text, so that 17 digits stay 17;
    `marked` are the cells to be shown in red, as (row from 0 below the heading, column from 0).
    """
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(_OPTIONS))
    sheet = book.add_worksheet("".join(each for each in name if each not in "[]:*?/\\'")[:31])
    bold = book.add_format({"bold": True, "bg_color": "#EDF0F4", "bottom": 1, "num_format": "@"})
    text = book.add_format({"num_format": "@"})
    red = book.add_format({"num_format": "@", "bg_color": "#FBE9E7", "font_color": "#A8201A"})
    for column, heading in enumerate(headings):
        sheet.set_column(column, column, min(max(12, 2 * len(heading) + 2), _WIDEST), text)
    sheet.freeze_panes(1, 0)
    for column, heading in enumerate(headings):
        sheet.write_string(0, column, heading, bold)
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            form = red if (number, column) in marked else text
            if isinstance(cell, int | float):
                sheet.write_number(number + 1, column, cell)
            elif cell or form is red:
                sheet.write_string(number + 1, column, cell or "", form)
    book.close()
    return out.getvalue()
