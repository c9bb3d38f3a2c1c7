"""A paper as PDF, laid out from a template by WeasyPrint. Its number and its times come from the paper alone."""

from threading import Lock
from typing import NoReturn

from django.template.loader import render_to_string

from programmes.reports.papers import Paper, canonical, digest

TEMPLATE = "programmes/reports/paper.html"
# A layout takes half a second of one core; one at a time leaves the others to the site.
_one_at_a_time = Lock()


def pdf_of(paper: Paper) -> bytes:
    """Return the paper as a PDF file."""
    html = render_to_string(TEMPLATE, {"paper": paper})
    # Read here: it brings a layout engine along that no other page needs.
    from weasyprint import HTML

    number = digest(canonical([paper.name, paper.title, paper.dated_at]).encode())[:32].encode()
    with _one_at_a_time:
        made = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf(pdf_identifier=number)
    if not isinstance(made, bytes):
        raise TypeError("WeasyPrint gave no bytes")
    return made


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> NoReturn:
    raise ValueError(f"a report fetches nothing: {url}")
