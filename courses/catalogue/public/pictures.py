"""Pictures of articles within the budget of a bad line: small in the page, large on a link that says its price."""

import logging
from dataclasses import dataclass
from typing import Any

from django.core.files.storage import default_storage
from django.http import FileResponse, Http404, HttpRequest
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from wagtail.images.models import SourceImageIOError

log = logging.getLogger(__name__)

# Product design, section 9, B7: a picture in a page has 6 KB. The first that fits is taken, so that a drawing stays sharp
# and a photograph small.
BUDGET_BYTES = 6 * 1024
SMALL = (
    "max-640x480|format-webp|webpquality-70",
    "max-640x480|format-webp|webpquality-40",
    "max-480x360|format-webp|webpquality-40",
    "max-480x360|format-webp|webpquality-15",
    "max-320x240|format-webp|webpquality-15",
    "max-240x180|format-webp|webpquality-5",
)
LARGE = "max-1600x1600|format-webp|webpquality-75"
RENDITIONS = "images"
YEAR = 365 * 24 * 3600


@dataclass(frozen=True)
class Picture:
    """A picture in the page, and the large one behind it with its size in bytes."""

    url: str
    width: int
    height: int
    large_url: str
    large_bytes: int


def picture_of(image: Any) -> Picture | None:
    """Return the first rendition of an image within the budget, and the large one. Each is made once.

    None where the file of the image is lost, which is logged: a page is readable without its pictures.
    """
    try:
        small = _small(image)
        large = image.get_rendition(LARGE)
        return Picture(small.url, small.width, small.height, large.url, large.file.size)
    except (SourceImageIOError, FileNotFoundError):
        log.exception("the file of image %s is lost", image.pk)
        return None


def _small(image: Any) -> Any:
    for wanted in SMALL:
        rendition = image.get_rendition(wanted)
        if rendition.file.size <= BUDGET_BYTES:
            break
    return rendition


@require_safe
def rendition(request: HttpRequest, name: str) -> HttpResponseBase:
    """One rendition of a picture, for everybody. Originals are never given: they are as somebody sent them."""
    path = f"{RENDITIONS}/{name}"
    if not default_storage.exists(path):
        raise Http404
    response = FileResponse(default_storage.open(path))
    # The name of a rendition holds what was made of which upload: another picture has another name.
    response["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    return response
