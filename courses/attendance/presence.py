"""Presence codes (口令) of one lawyer and one lecture version: nothing is stored, everything is derived."""

import hmac
import unicodedata
from uuid import UUID

from django.conf import settings
from django.utils.crypto import salted_hmac

from courses.attendance import rules

_SALT = "courses.attendance.presence"


def code_for(*, lawyer_id: int, version_id: int, index: int, download: UUID | None = None) -> str:
    """Return the four digits that this lawyer must see in the window `index`, over the line or in a download."""
    return _code(settings.SECRET_KEY, lawyer_id, version_id, index, download)


def matches(code: str, *, lawyer_id: int, version_id: int, index: int, download: UUID | None = None) -> bool:
    """Tell whether what somebody typed is the code, also one that was shown before the site's secret was changed.
    Full-width digits and spaces are read as people mean them.
    """
    typed = "".join(unicodedata.normalize("NFKC", code).split()).encode()
    expected = [
        _code(secret, lawyer_id, version_id, index, download)
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
    return any(hmac.compare_digest(typed, each.encode()) for each in expected)


def _code(secret: str | bytes, lawyer_id: int, version_id: int, index: int, download: UUID | None) -> str:
    key = salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()
    own = download.hex if download else ""
    return rules.presence_code(key, lawyer_id=lawyer_id, version_id=version_id, index=index, download=own)
