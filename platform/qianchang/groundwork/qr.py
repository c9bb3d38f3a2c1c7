"""QR codes of the site's own addresses, for paper and for screens."""

import segno
from django.conf import settings
from django.utils.safestring import SafeString, mark_safe


def public_address(path: str) -> str:
    """Return the whole address of a path of this site, as the world reaches it."""
    return settings.SITE_ROOT_URL.rstrip("/") + path


def picture(address: str) -> SafeString:
    """Return the QR code of an address as an SVG element. Error level M reads with a seventh of it spoiled."""
    drawn = segno.make(address, error="m", micro=False).svg_inline(scale=4, border=2, omitsize=True)
    return mark_safe(str(drawn))  # noqa: S308 - squares that segno draws: the address stands in it as no text
