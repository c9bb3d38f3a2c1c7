"""A paper as a Word file that an officer goes on editing: A4, 仿宋 and 黑体, numbered pages, no pictures.

The file carries no time but the one for which the paper stands, so that the same paper is the same file.
"""

import io
from collections.abc import Sequence
from datetime import UTC

from docx import Document
from docx.document import Document as Doc
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from programmes.reports.archives import packed, unpacked
from programmes.reports.papers import Cell, Paper, Section, Table

# The names that Chinese offices have, and what stands in where a machine lacks them.
BODY_FONT, HEAD_FONT = "仿宋", "黑体"
STAND_INS = {BODY_FONT: "FangSong", HEAD_FONT: "SimHei"}
LATIN_FONT = "Times New Roman"
# 三号 for the text and 小二 for the title, as letters of offices are written; tables are smaller.
BODY_SIZE, TITLE_SIZE, TABLE_SIZE, SMALL_SIZE = Pt(16), Pt(18), Pt(10), Pt(10.5)
LINE = Pt(28)
# What a property of a document holds.
_LONGEST_PROPERTY = 255
_NO_XML = {"\ufffe", "\uffff"}
_FIRST_MEMBER = ("[Content_Types].xml",)


def word_of(paper: Paper) -> bytes:
    """Return the paper as a .docx file."""
    document = Document()
    _set_page(document, landscape=paper.landscape)
    _set_styles(document)
    _set_properties(document, paper)
    _heading_of(document, paper)
    for numeral, section in paper.numbered:
        _add_section(document, section, numeral)
    _add_end(document, paper)
    _number_pages(document, paper.footer)
    _name_stand_ins(document)
    out = io.BytesIO()
    document.save(out)
    return packed(unpacked(out.getvalue()), first=_FIRST_MEMBER)


def _set_page(document: Doc, *, landscape: bool) -> None:
    page = document.sections[0]
    width, height = (Mm(297), Mm(210)) if landscape else (Mm(210), Mm(297))
    page.orientation = WD_ORIENT.LANDSCAPE if landscape else WD_ORIENT.PORTRAIT
    page.page_width, page.page_height = width, height
    page.top_margin, page.bottom_margin = Mm(30), Mm(28)
    page.left_margin, page.right_margin = (Mm(22), Mm(22)) if landscape else (Mm(26), Mm(26))
    page.footer_distance = Mm(18)


def _set_styles(document: Doc) -> None:
    normal = document.styles["Normal"]
    normal.font.size = BODY_SIZE
    normal.font.name = LATIN_FONT
    fonts = normal.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), BODY_FONT)
    normal.paragraph_format.space_after = Pt(0)


def _set_properties(document: Doc, paper: Paper) -> None:
    stands = paper.dated_at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    properties = document.core_properties
    properties.title = _printable(paper.title)[:_LONGEST_PROPERTY]
    properties.author = properties.last_modified_by = _printable(paper.issuer)[:_LONGEST_PROPERTY]
    properties.created = properties.modified = stands
    properties.revision = 1
    properties.language, properties.comments, properties.keywords = "zh-CN", "", ""


def _heading_of(document: Doc, paper: Paper) -> None:
    title = document.add_paragraph()
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = Pt(6)
    _write(title, paper.title, font=HEAD_FONT, size=TITLE_SIZE)
    subtitle = document.add_paragraph()
    subtitle.alignment = WD_ALIGN_PARAGRAPH.CENTER
    subtitle.paragraph_format.space_after = Pt(12)
    _write(subtitle, paper.subtitle, size=Pt(12))
    if paper.addressees:
        _spaced(document.add_paragraph(), "、".join(paper.addressees) + "：")


def _add_section(document: Doc, section: Section, numeral: str) -> None:
    heading = document.add_paragraph()
    heading.paragraph_format.space_before = Pt(8)
    heading.paragraph_format.keep_with_next = True
    _spaced(heading, f"{numeral}、{section.heading}", font=HEAD_FONT)
    for words in section.paragraphs:
        for line in words.split("\n"):
            paragraph = document.add_paragraph()
            paragraph.paragraph_format.first_line_indent = BODY_SIZE * 2
            _spaced(paragraph, line)
    if section.table is not None:
        _add_table(document, section.table, under=section.heading)


def _add_table(document: Doc, table: Table, *, under: str) -> None:
    if table.caption not in ("", under):
        caption = document.add_paragraph()
        caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
        caption.paragraph_format.keep_with_next = True
        _write(caption, table.caption, font=HEAD_FONT, size=Pt(12))
    made = document.add_table(rows=1, cols=len(table.headings))
    made.style = "Table Grid"
    made.alignment = WD_TABLE_ALIGNMENT.CENTER
    made.autofit = False
    _set_margins(made._tbl.tblPr)
    page = document.sections[0]
    whole = (page.page_width or 0) - (page.left_margin or 0) - (page.right_margin or 0)
    shares = table.widths or (1,) * len(table.headings)
    widths = [whole * share // sum(shares) for share in shares]
    for column, width in zip(made.columns, widths, strict=True):
        column.width = width
    _fill(made.rows[0].cells, table.headings, widths, numbers=frozenset(), bold=True)
    _flag(made.rows[0]._tr.get_or_add_trPr(), "w:tblHeader")
    for position, row in enumerate(table.rows):
        added = made.add_row()
        _flag(added._tr.get_or_add_trPr(), "w:cantSplit")
        is_total = table.total and position == len(table.rows) - 1
        _fill(added.cells, row, widths, numbers=table.numbers, bold=is_total)
    after = document.add_paragraph()
    after.paragraph_format.line_spacing = Pt(10)


def _set_margins(properties: BaseOxmlElement) -> None:
    """Leave little room beside the text of a cell, so that numbers of sessions and dates stay on one line."""
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", 28), ("left", 57), ("bottom", 28), ("right", 57)):
        margin = OxmlElement(f"w:{side}")
        margin.set(qn("w:w"), str(twips))
        margin.set(qn("w:type"), "dxa")
        margins.append(margin)
    properties.append(margins)


def _fill(
    cells: Sequence[object],
    row: Sequence[Cell],
    widths: Sequence[int],
    *,
    numbers: frozenset[int],
    bold: bool,
) -> None:
    for position, (cell, words) in enumerate(zip(cells, row, strict=True)):
        cell.width = widths[position]  # type: ignore[attr-defined]
        paragraph: Paragraph = cell.paragraphs[0]  # type: ignore[attr-defined]
        if position in numbers:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _write(paragraph, str(words), font=HEAD_FONT if bold else BODY_FONT, size=TABLE_SIZE)


def _add_end(document: Doc, paper: Paper) -> None:
    for words in (paper.issuer, paper.date_line):
        line = document.add_paragraph()
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.keep_with_next = True
        _spaced(line, words)
    if paper.signatories:
        line = document.add_paragraph()
        line.paragraph_format.space_before = Pt(12)
        _write(line, "    ".join(paper.signatories), size=Pt(12))


def _number_pages(document: Doc, words: str) -> None:
    footer = document.sections[0].footer.paragraphs[0]
    footer.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(footer, f"{words}    — ", size=SMALL_SIZE)
    for kind, text in (("begin", ""), ("", "PAGE"), ("separate", ""), ("shown", "1"), ("end", "")):
        run = footer.add_run()
        _dress(run, BODY_FONT, SMALL_SIZE)
        run._r.append(_field_part(kind, text))
    _write(footer, " —", size=SMALL_SIZE)


def _field_part(kind: str, text: str) -> BaseOxmlElement:
    if kind in ("", "shown"):
        part = OxmlElement("w:t" if kind else "w:instrText")
        part.text = text
        return part
    part = OxmlElement("w:fldChar")
    part.set(qn("w:fldCharType"), kind)
    return part


def _name_stand_ins(document: Doc) -> None:
    """Say in the file's table of fonts what to take where a font is missing."""
    entries = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/></w:font>'
        for name, other in STAND_INS.items()
    )
    for related in document.part.rels.values():
        if related.reltype.endswith("/fontTable"):
            part = related.target_part
            blob = part.blob.decode("utf-8").replace("</w:fonts>", f"{entries}</w:fonts>")
            part._blob = blob.encode("utf-8")


def _spaced(paragraph: Paragraph, words: str, *, font: str = BODY_FONT) -> None:
    paragraph.paragraph_format.line_spacing = LINE
    _write(paragraph, words, font=font)


def _write(paragraph: Paragraph, words: str, *, font: str = BODY_FONT, size: Pt = BODY_SIZE) -> None:
    _dress(paragraph.add_run(_printable(words)), font, size)


def _dress(run: Run, font: str, size: Pt) -> None:
    run.font.size = size
    run.font.name = LATIN_FONT
    run._r.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _flag(properties: BaseOxmlElement, name: str) -> None:
    properties.append(OxmlElement(name))


def _printable(words: str) -> str:
    """XML has no place for control characters, which a remark may have been pasted with."""
    return "".join(each for each in words if (each >= " " or each in "\t\n") and each not in _NO_XML)
