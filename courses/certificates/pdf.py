"""The certificate as paper: one A4 page (more where the entries need it), made once for each number and kept.

Made within the request: 20 entries take about half a second. One at a time in each process, so that a few
clicks cannot take every thread of the site.
"""

import contextlib
import os
import tempfile
from datetime import date
from pathlib import Path
from threading import Lock
from typing import Any, NoReturn

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.timezone import localtime

from courses.catalogue.models import Category
from courses.certificates.models import Certificate, CertificateHolder
from courses.schedule.queries import delivery_modes
from qianchang.groundwork import qr

TEMPLATE = "courses/certificates/paper.html"
# The paper of a Chinese association is Chinese, whoever asks for it in which language.
LANGUAGE = "zh-hans"

_one_at_a_time = Lock()


class HolderErased(Exception):
    """The person was erased, so the paper cannot be made any more."""


def paper_of(certificate: Certificate) -> bytes:
    """Return the PDF of a certificate: the one that was made first, byte for byte. Raises HolderErased."""
    path = _path(certificate)
    with contextlib.suppress(FileNotFoundError):
        return path.read_bytes()
    with _one_at_a_time:
        with contextlib.suppress(FileNotFoundError):
            return path.read_bytes()
        made = _made(certificate)
        _keep(path, made)
    return made


def kept_paper(certificate: Certificate) -> bytes | None:
    """Return the PDF that was made of a certificate, or None where nobody printed it yet."""
    try:
        return _path(certificate).read_bytes()
    except FileNotFoundError:
        return None


def drop_paper(certificate: Certificate) -> int:
    """Delete the PDF of a certificate, and return how many files that were: one or none."""
    path = _path(certificate)
    if not path.exists():
        return 0
    path.unlink()
    return 1


def verify_url(number: str) -> str:
    """Return the public address that the QR code leads to."""
    return qr.public_address(reverse("certificates:verify", args=[number]))


def _made(certificate: Certificate) -> bytes:
    holder: CertificateHolder | None = getattr(certificate, "holder", None)
    if holder is None:
        raise HolderErased(certificate.number)
    with translation.override(LANGUAGE):
        html = render_to_string(TEMPLATE, paper_context(certificate, holder))
    # Read here: it brings a layout engine along that no other page needs.
    from weasyprint import HTML

    made = HTML(string=html, url_fetcher=_fetch_nothing).write_pdf()
    if not isinstance(made, bytes):
        raise TypeError("WeasyPrint gave no bytes")
    return made


def paper_context(certificate: Certificate, holder: CertificateHolder) -> dict[str, Any]:
    """Return what the template of the paper shows."""
    context = certificate.context
    modes = {mode.code: mode.label for mode in delivery_modes()}
    labels = dict(Category.choices)
    return {
        "certificate": certificate,
        "holder": holder,
        "issued_at": localtime(certificate.recorded_at),
        "first": date.fromisoformat(context["first"]),
        "until": date.fromisoformat(context["until"]),
        "rows": [
            (entry, labels.get(entry["category"], ""), modes.get(entry["mode"], entry["mode"]))
            for entry in context["entries"]
        ],
        "qr": qr.picture(verify_url(certificate.number)),
        "address": verify_url(certificate.number),
    }


def _path(certificate: Certificate) -> Path:
    return Path(settings.CERTIFICATE_DIR) / str(certificate.year) / f"{certificate.number}.pdf"


def _keep(path: Path, made: bytes) -> None:
    """Write the file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, part = tempfile.mkstemp(dir=path.parent, suffix=".part")
    with os.fdopen(handle, "wb") as file:
        file.write(made)
    Path(part).replace(path)


def _fetch_nothing(url: str, *args: object, **kwargs: object) -> NoReturn:
    raise ValueError(f"a certificate fetches nothing: {url}")
