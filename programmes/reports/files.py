"""The files that a paper can be had as."""

import json
from collections.abc import Callable, Mapping

from programmes.reports.excel import excel_of
from programmes.reports.papers import Paper, moment_text
from programmes.reports.pdf import pdf_of
from programmes.reports.word import word_of
from qianchang.groundwork import tables

TYPES: Mapping[str, str] = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": tables.XLSX,
    "pdf": "application/pdf",
    "csv": tables.CSV,
    "json": "application/json",
    "zip": "application/zip",
}


class UnknownFormat(Exception):
    """There is no such kind of file."""


def csv_of(paper: Paper) -> bytes:
    """Return the tables one below the other, each under its name."""
    rows: list[tuple[str | int, ...]] = []
    for name, table in paper.tables:
        rows += [(name,), table.headings, *table.rows, ()]
    return tables.as_csv([paper.title], rows)


def json_of(paper: Paper) -> bytes:
    """Return the words and tables as JSON."""
    said = {
        "title": paper.title,
        "subtitle": paper.subtitle,
        "addressees": paper.addressees,
        "dated_at": moment_text(paper.dated_at),
        "sections": [
            {
                "heading": section.heading,
                "paragraphs": section.paragraphs,
                "table": section.table
                and {
                    "caption": section.table.caption,
                    "headings": section.table.headings,
                    "rows": section.table.rows,
                },
            }
            for section in paper.sections
        ],
    }
    return json.dumps(said, ensure_ascii=False, indent=1).encode("utf-8")


_MAKERS: Mapping[str, Callable[[Paper], bytes]] = {
    "docx": word_of,
    "xlsx": excel_of,
    "pdf": pdf_of,
    "csv": csv_of,
    "json": json_of,
}


def render(paper: Paper, *, format: str) -> bytes:
    """Return a paper as a file of one format of TYPES. Raises UnknownFormat."""
    if format not in _MAKERS:
        raise UnknownFormat(format)
    return _MAKERS[format](paper)
