"""A paper as an Excel workbook: one sheet for each table, figures as figures, text as text (nothing is a formula)."""

import io
from datetime import UTC

import xlsxwriter

from programmes.reports.papers import Cell, Paper, Table

_WIDEST = 46
_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_numbers": False,
    "strings_to_urls": False,
}


def excel_of(paper: Paper) -> bytes:
    """Return the tables of the paper as an .xlsx file whose only time is the one for which the paper stands."""
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, dict(_OPTIONS))
    book.set_properties(
        {
            "title": paper.title,
            "author": paper.issuer,
            "created": paper.dated_at.astimezone(UTC).replace(tzinfo=None, microsecond=0),
        }
    )
    forms = _forms(book)
    _write_cover(book, paper, forms)
    taken = {_COVER}
    for name, table in paper.tables:
        _write_table(book, paper, _sheet_name(name, taken), table, forms)
    book.close()
    return out.getvalue()


_COVER, _COVER_WIDTH, _LINE_POINTS = "说明", 70, 16
# A table with more columns is printed across.
_MOST_UPRIGHT = 6


def _forms(book: xlsxwriter.Workbook) -> dict[str, object]:
    edge = {"border": 1, "border_color": "#7C899C", "valign": "vcenter", "text_wrap": True}
    return {
        "title": book.add_format({"bold": True, "font_size": 14}),
        "note": book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"}),
        "head": book.add_format({**edge, "bold": True, "bg_color": "#EDF0F4", "align": "center"}),
        "text": book.add_format({**edge, "num_format": "@"}),
        "figure": book.add_format({**edge, "align": "right"}),
        "sum_text": book.add_format({**edge, "bold": True, "num_format": "@"}),
        "sum_figure": book.add_format({**edge, "bold": True, "align": "right"}),
    }


def _write_cover(book: xlsxwriter.Workbook, paper: Paper, forms: dict[str, object]) -> None:
    sheet = book.add_worksheet(_COVER)
    sheet.set_column(0, 0, _COVER_WIDTH + 4)
    sheet.write_string(0, 0, paper.title, forms["title"])
    lines = [paper.subtitle, "、".join(paper.addressees)]
    for section in paper.sections:
        lines += [section.heading, *section.paragraphs] if section.paragraphs else []
    lines += [paper.issuer, paper.date_line, *paper.signatories, paper.footer]
    for row, line in enumerate((line for line in lines if line), start=1):
        sheet.write_string(row, 0, line, forms["note"])
        rows_of_text = sum(_width(part) // _COVER_WIDTH + 1 for part in line.split("\n"))
        sheet.set_row(row, _LINE_POINTS * rows_of_text)
    _set_print(sheet, landscape=False)


def _write_table(
    book: xlsxwriter.Workbook, paper: Paper, name: str, table: Table, forms: dict[str, object]
) -> None:
    sheet = book.add_worksheet(name)
    sheet.write_string(0, 0, table.caption or name, forms["title"])
    for column, heading in enumerate(table.headings):
        longest = max([_width(heading), *(_width(row[column]) for row in table.rows)])
        sheet.set_column(column, column, min(max(9, longest + 2), _WIDEST))
        sheet.write_string(1, column, heading, forms["head"])
    sheet.freeze_panes(2, 0)
    sheet.repeat_rows(0, 1)
    for number, row in enumerate(table.rows):
        last = "sum_" if table.total and number == len(table.rows) - 1 else ""
        for column, cell in enumerate(row):
            if isinstance(cell, int):
                sheet.write_number(number + 2, column, cell, forms[f"{last}figure"])
            else:
                kind = "figure" if column in table.numbers else "text"
                sheet.write_string(number + 2, column, cell, forms[f"{last}{kind}"])
    _set_print(sheet, landscape=paper.landscape or len(table.headings) > _MOST_UPRIGHT)


def _set_print(sheet: xlsxwriter.worksheet.Worksheet, *, landscape: bool) -> None:
    sheet.set_paper(9)  # A4
    if landscape:
        sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.set_footer("&C&P / &N")


def _width(cell: Cell) -> int:
    return sum(2 if ord(each) > 0x2E80 else 1 for each in str(cell))


def _sheet_name(name: str, taken: set[str]) -> str:
    clean = "".join(each for each in name if each not in "[]:*?/\\'")[:28] or "Sheet"
    chosen, number = clean, 2
    while chosen in taken:
        chosen, number = f"{clean}{number}", number + 1
    taken.add(chosen)
    return chosen
