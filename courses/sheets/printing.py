"""The sheet on paper (A4): to print from the page, and as a PDF for the data part of a disc. One county a sheet, twenty
rows a page, the header on every page. Source: product-design.md, 5.3 (打印签到表).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import NoReturn

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from courses.attendance.rules import MINUTE_MS, Terms, code_windows
from courses.discs import codes as disc_codes
from courses.discs.models import Disc
from courses.schedule.models import TrainingSession
from courses.sheets import entry, queries, rules
from courses.sheets.models import Sheet
from qianchang.groundwork import qr
from qianchang.people.models import Lawyer, Region

PAPER = "courses/sheets/paper.html"
# The paper of a Chinese association is Chinese, whoever prints it.
LANGUAGE = "zh-hans"
# Room for people who are not on the roster, at the end of the list.
SPARE_ROWS = 5

_one_at_a_time = Lock()


@dataclass(frozen=True)
class PaperRow:
    """One line to sign on; an empty one for somebody who comes without being expected."""

    n: int
    name: str = ""
    licence: str = ""
    firm: str = ""


@dataclass(frozen=True)
class Paper:
    """A blank sheet as it is printed. `qr` leads to the sheet, and holds its number and that of the disc."""

    title: str
    number: str
    lecture: str
    disc: str
    date: str
    hours: str
    site: str
    length: str
    checker: str
    codes: tuple[int, ...]
    pages: tuple[tuple[PaperRow, ...], ...]
    qr: SafeString


def paper_of(sheet: Sheet, lawyers: Iterable[Lawyer]) -> Paper:
    """Return the blank sheet of a room with who is expected there."""
    begins, ends = sheet.begins_at, sheet.ends_at
    return Paper(
        title=entry.title_of(sheet),
        number=sheet.number,
        lecture=sheet.session.lecture_version.lecture.localised_title,
        disc=sheet.disc.serial if sheet.disc else "",
        date=sheet.date.isoformat(),
        hours=f"{begins:%H:%M}–{ends:%H:%M}" if begins and ends else f"{begins:%H:%M}" if begins else "",
        site=sheet.site,
        length=_length(queries.length_minutes(sheet)),
        checker=sheet.association.name,
        codes=tuple(each.index for each in queries.codes_asked(sheet)),
        pages=pages_of(lawyers),
        qr=_qr(reverse("sheets:sheet", args=[sheet.pk]), sheet.number, sheet.disc),
    )


def blank_sheet(
    sheet: Sheet | None = None,
    *,
    session: TrainingSession | None = None,
    disc: Disc | None = None,
    region: Region | None = None,
    lawyers: Sequence[Lawyer] = (),
) -> bytes:
    """Return a blank sheet as a PDF: of a room, or before one is scheduled of a session, a disc and a county, with lines to
    write the names on. Two thirds of a second; one at a time in each process.
    """
    with translation.override(LANGUAGE):
        paper = (
            paper_of(sheet, lawyers) if sheet is not None else _unscheduled(session, disc, region, lawyers)
        )
        html = render_to_string(PAPER, {"paper": paper, "style": _style()})
    # Read here: it brings a layout engine along that no other page needs.
    from weasyprint import HTML

    with _one_at_a_time:
        made = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf()
    if not isinstance(made, bytes):
        raise TypeError("WeasyPrint gave no bytes")
    return made


def pages_of(lawyers: Iterable[Lawyer]) -> tuple[tuple[PaperRow, ...], ...]:
    """Return the lines of the paper, ROWS_A_PAGE to a page; the last page is filled up with empty ones, of which there are
    always a few.
    """
    rows = [
        PaperRow(n, each.name, each.masked_licence_number, each.firm.name)
        for n, each in enumerate(lawyers, start=1)
    ]
    wanted = len(rows) + SPARE_ROWS
    wanted += -wanted % rules.ROWS_A_PAGE
    rows += [PaperRow(n) for n in range(len(rows) + 1, wanted + 1)]
    return tuple(_cut(rows))


def _cut(rows: Sequence[PaperRow]) -> Iterator[tuple[PaperRow, ...]]:
    for start in range(0, len(rows), rules.ROWS_A_PAGE):
        yield tuple(rows[start : start + rules.ROWS_A_PAGE])


def _unscheduled(
    session: TrainingSession | None, disc: Disc | None, region: Region | None, lawyers: Sequence[Lawyer]
) -> Paper:
    version = session.lecture_version if session else None
    codes: tuple[int, ...] = ()
    if disc is not None and version is not None and disc_codes.how_many(disc, version):
        codes = tuple(range(1, disc_codes.how_many(disc, version) + 1))
    elif version is not None:
        terms = Terms()
        windows = code_windows(version.length_ms, version.excluded_ms, terms.presence_minutes)
        codes = tuple(each.index for each in windows)
    elif disc is not None:
        codes = (1, 2, 3)
    place = region.name_zh if region else ""
    checker = session.beneficiary.name if session else disc.beneficiary.name if disc else ""
    return Paper(
        title=_("%(place)s group screening, sign-in sheet") % {"place": place or checker},
        number=session.code if session else "",
        lecture=version.lecture.localised_title if version else "",
        disc=disc.serial if disc else "",
        date="",
        hours="",
        site="",
        length=_length(-(-version.length_ms // MINUTE_MS)) if version else "",
        checker=checker,
        codes=codes,
        pages=pages_of(lawyers),
        qr=_qr(reverse("sheets:screenings"), session.code if session else "", disc),
    )


def _style() -> SafeString:
    """The style of the printed page, for the PDF as well."""
    path = finders.find("css/sheet-print.css")
    if not isinstance(path, str):
        raise FileNotFoundError("css/sheet-print.css")
    return mark_safe(Path(path).read_text(encoding="utf-8"))  # noqa: S308 - our own file


def _length(minutes: int) -> str:
    return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}


def _qr(path: str, number: str, disc: Disc | None) -> SafeString:
    """A QR code of the address at which the sheet is keyed, with its number and the disc's behind it."""
    address = qr.public_address(path)
    held = "/".join(each for each in (number, disc.serial if disc else "") if each)
    return qr.picture(f"{address}#{held}" if held else address)


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> NoReturn:
    raise ValueError(f"a sheet fetches nothing: {url}")
