"""The digest under which a person stands in the ledgers, and the key that makes it.

A licence number has few enough values to be tried out one by one against a digest whose key is known. So each person has
a random key of 256 bits, which goes when the person is erased: what is left cannot be tried out by anybody, whatever
they hold. Decision: docs/decisions/0018.
"""

import hashlib
import hmac
import secrets

from qianchang.people.models import Lawyer, LedgerKey


def ledger_digest(lawyer: Lawyer) -> str:
    """Return the keyed digest (64 hex digits) under which a lawyer stands in new entries of ledgers: always the same one
    until the person is erased, and proved by nothing afterwards. The first call makes the key.
    """
    row = LedgerKey.objects.filter(lawyer=lawyer).first()
    if row is None:
        # Two first entries at once: the database lets one key stand, and both read that one.
        row, _made = LedgerKey.objects.get_or_create(lawyer=lawyer, defaults={"key": secrets.token_hex(32)})
    return hmac.new(bytes.fromhex(row.key), lawyer.licence_number.encode(), hashlib.sha256).hexdigest()
