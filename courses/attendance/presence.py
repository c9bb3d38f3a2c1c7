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
    typed = _typed(code)
    expected = [
        _code(secret, lawyer_id, version_id, index, download)
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    ]
    return any(hmac.compare_digest(typed, each.encode()) for each in expected)


def shared_code(*, place: str, version_id: int, index: int) -> str:
    """Return the four digits that everybody reads in the window `index` at one place: a disc (`disc:D-0057`), the room of a
    session (`session:桂26-D-0417`) or a stick. They fit no other place, lecture version or viewer.
    """
    return _shared(settings.SECRET_KEY, place, version_id, index)


def matches_shared(code: str, *, place: str, version_id: int, index: int) -> bool:
    """Tell whether what somebody copied is the code of that place, also under a secret of the site that was changed
    since: a disc lies in a county town for months. Full-width digits and spaces are read as people mean them.
    """
    typed = _typed(code)
    secrets = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    expected = [_shared(secret, place, version_id, index) for secret in secrets]
    return any(hmac.compare_digest(typed, each.encode()) for each in expected)


def _shared(secret: str | bytes, place: str, version_id: int, index: int) -> str:
    key = salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()
    return rules.shared_code(key, place=place, version_id=version_id, index=index)


def _typed(code: str) -> bytes:
    return "".join(unicodedata.normalize("NFKC", code).split()).encode()


def _code(secret: str | bytes, lawyer_id: int, version_id: int, index: int, download: UUID | None) -> str:
    key = salted_hmac(_SALT, "", secret=secret, algorithm="sha256").digest()
    own = download.hex if download else ""
    return rules.presence_code(key, lawyer_id=lawyer_id, version_id=version_id, index=index, download=own)
