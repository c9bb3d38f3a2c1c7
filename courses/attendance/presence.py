"""Presence codes (口令) of one lawyer and one lecture version: nothing is stored, everything is derived."""

import hmac
import unicodedata

from django.utils.crypto import salted_hmac

from courses.attendance import rules

_SALT = "courses.attendance.presence"


def code_for(*, lawyer_id: int, version_id: int, index: int) -> str:
    """Return the four digits that this lawyer must see in the window `index`."""
    key = salted_hmac(_SALT, "", algorithm="sha256").digest()
    return rules.presence_code(key, lawyer_id=lawyer_id, version_id=version_id, index=index)


def matches(code: str, *, lawyer_id: int, version_id: int, index: int) -> bool:
    """Tell whether what somebody typed is the code. Full-width digits and spaces are read as people mean
    them.
    """
    typed = "".join(unicodedata.normalize("NFKC", code).split())
    expected = code_for(lawyer_id=lawyer_id, version_id=version_id, index=index)
    return hmac.compare_digest(typed.encode(), expected.encode())
