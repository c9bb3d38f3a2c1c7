"""What is printed of discs: the face, address labels, and the one-page guide for the county; all as PDF in exact sizes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Any, NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation

from courses.discs import queries, rules
from courses.discs.models import Disc
from qianchang.groundwork import qr

# Papers of Chinese associations are Chinese, whoever prints them in which language.
LANGUAGE = "zh-hans"
# Two columns of eight, 105 x 37 mm: what stationers sell as A4 labels.
LABELS_A_SHEET = 16

# A layout takes half a second of one core; one at a time leaves the others to the site.
_one_at_a_time = Lock()


@dataclass(frozen=True)
class Label:
    """One address label: who gets which discs from whom."""

    recipient: str
    address: str
    place: str
    serials: tuple[str, ...]
    sender: str


def face(disc: Disc) -> bytes:
    """Return the face of a disc: a circle of 120 mm with title, serial number, lectures with minutes, and a QR code that
    leads to the page where its receipt is noted.
    """
    lectures = list(disc.master.lectures.select_related("version__lecture").order_by("position"))
    shown = [(each.version.lecture.title, each.version.length_ms // 60_000) for each in lectures]
    return _pdf(
        "courses/discs/face.html",
        {
            "disc": disc,
            "maker": disc.master.maker,
            "lectures": shown,
            "minutes": sum(minutes for _title, minutes in shown),
            "qr": qr.picture(address_of(disc)),
        },
    )


def labels(discs: Sequence[Disc]) -> bytes:
    """Return address labels for discs that have an address: one for each parcel, sixteen to a sheet."""
    parcels: dict[tuple[str, str], list[Disc]] = {}
    for disc in discs:
        if disc.recipient and disc.address:
            parcels.setdefault((disc.recipient, disc.address), []).append(disc)
    found = [
        Label(
            recipient=recipient,
            address=address,
            place=queries.registered_to(some[0]),
            serials=tuple(disc.serial for disc in some),
            sender=some[0].master.maker.name_zh,
        )
        for (recipient, address), some in parcels.items()
    ]
    sheets = [found[start : start + LABELS_A_SHEET] for start in range(0, len(found), LABELS_A_SHEET)]
    return _pdf("courses/discs/labels.html", {"sheets": sheets})


def guide(disc: Disc) -> bytes:
    """Return the one-page guide for whoever shows a disc: play, sign, copy the codes, photograph, report, send back."""
    return _pdf(
        "courses/discs/guide.html",
        {
            "disc": disc,
            "maker": disc.master.maker,
            "days": rules.OVERDUE_AFTER_DAYS,
            "site": settings.SITE_ROOT_URL.rstrip("/"),
            "qr": qr.picture(address_of(disc)),
        },
    )


def address_of(disc: Disc) -> str:
    """Return the address of a disc's page, where its receipt is noted."""
    return qr.public_address(reverse("discs:disc", args=[disc.serial]))


def _pdf(template: str, context: Mapping[str, Any]) -> bytes:
    with translation.override(LANGUAGE):
        html = render_to_string(template, dict(context))
    # Read here: it brings a layout engine along that no other page needs.
    from weasyprint import HTML

    with _one_at_a_time:
        made = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf()
    if not isinstance(made, bytes):
        raise TypeError("WeasyPrint gave no bytes")
    return made


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> NoReturn:
    raise ValueError(f"a paper of a disc fetches nothing: {url}")
