"""Presence codes (口令) of one lawyer and one lecture version: nothing is stored, everything is derived."""

import hmac
import unicodedata
from uuid import UUID

from django.utils.crypto import salted_hmac

from courses.attendance import rules

_SALT = "courses.attendance.presence"


def code_for(*, lawyer_id: int, version_id: int, index: int, download: UUID | None = None) -> str:
    """Return the four digits that this lawyer must see in the window `index`, over the line or in a download."""
    key = salted_hmac(_SALT, "", algorithm="sha256").digest()
    own = download.hex if download else ""
    return rules.presence_code(key, lawyer_id=lawyer_id, version_id=version_id, index=index, download=own)


def matches(code: str, *, lawyer_id: int, version_id: int, index: int, download: UUID | None = None) -> bool:
    """Tell whether what somebody typed is the code. Full-width digits and spaces are read as people mean
    them.
    """
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    expected = code_for(lawyer_id=lawyer_id, version_id=version_id, index=index, download=download)
    return hmac.compare_digest(typed.encode(), expected.encode())
