"""The code at a door as an address: made with the site's secret, stored nowhere."""

from datetime import datetime

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import salted_hmac
from django.utils.safestring import SafeString

from courses.sheets.door import rules
from courses.sheets.door.rules import Direction, Token
from qianchang.groundwork import qr

_SALT = "courses.sheets.door"


def token_now(sheet_id: int, direction: Direction, *, at: datetime) -> str:
    """Return what the screen at the door of a sheet shows at a moment."""
    return rules.token(_key(settings.SECRET_KEY), sheet=sheet_id, direction=direction, step=rules.step_at(at))


def token_on_paper(sheet_id: int, direction: Direction) -> str:
    """Return what hangs printed at the door of a sheet for its day."""
    return rules.token(_key(settings.SECRET_KEY), sheet=sheet_id, direction=direction, step=None)


def code_of(text: str) -> Token | None:
    """Return what a scanned address says if this site made it, also under a secret that was changed since; else None."""
    code = rules.parsed(text)
    if code is None:
        return None
    keys = (_key(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS))
    return code if rules.fits(code, keys) else None


def picture(token: str) -> SafeString:
    """Return the QR code of the address that a telephone opens, as an SVG element."""
    return qr.picture(qr.public_address(reverse("sheets:arrive", args=[token])))


def _key(secret: str | bytes) -> bytes:
    return salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()
