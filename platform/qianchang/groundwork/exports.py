"""A ledger as a file that an auditor can check without this database and without this program.

JSON lines: first what the file is, then the entries of each kind in order, then every signed head, last how
many there were of each, so that a file that was cut off shows. `deploy/audit_ledger.py` reads it.

No personal data leaves: people stand in it by keyed digests, and what the digests of entries cover besides
(free text, references to people) stands in it as salted commitments. The salts stay in the database.
"""

import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.conf import settings

from qianchang.groundwork import ledgers
from qianchang.groundwork.chain import START
from qianchang.groundwork.heads import MalformedHead, Signed, read
from qianchang.groundwork.models import LedgerEntry, SignedHead
from qianchang.groundwork.signing import trusted_keys

VERSION = 1


class UnknownLedger(Exception):
    """There is no ledger of that name."""


class Unreadable(Exception):
    """A file of signed heads cannot be read as one."""


def export_ledger(ledger: str, *, to: Path, at: datetime) -> dict[str, int]:
    """Write every entry of the ledgers of this name, of whatever kind, and all signed heads to a file, and return
    how many lines there are of each kind. The file appears when it is whole. Raises UnknownLedger, or OSError.
    """
    kinds = [
        model
        for model in ledgers.models()
        if model is not SignedHead and ledgers.head_of(model, ledger) is not None
    ]
    if not kinds:
        raise UnknownLedger(ledger)
    counts: Counter[str] = Counter()
    with tempfile.NamedTemporaryFile(
        "w", encoding="utf-8", dir=to.parent, prefix=f".{to.name}.", delete=False
    ) as file:
        try:
            for line in _lines(ledger, kinds, counts, at=at):
                file.write(json.dumps(line, ensure_ascii=False, separators=(",", ":")) + "\n")
            file.flush()
            os.fsync(file.fileno())
            Path(file.name).replace(to)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise
    return dict(counts)


def as_json(row: SignedHead) -> dict[str, Any]:
    """Return a signed head as exports and the public page give it."""
    return {
        "number": row.sequence,
        "day": row.day.isoformat(),
        "document": row.document,
        "key": row.key,
        "signature": row.signature,
    }


def kept_heads(path: Path) -> list[Signed]:
    """Return the signed heads that a partner saved from /ledger/heads.json. Raises Unreadable."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))["heads"]
        found = [Signed(head["document"], head["key"], head["signature"]) for head in kept]
        for signed in found:
            read(signed.text)
    except (OSError, ValueError, KeyError, TypeError, MalformedHead) as error:
        raise Unreadable(f"{path}: {error}") from error
    return found


def _lines(
    ledger: str, kinds: list[type[LedgerEntry]], counts: Counter[str], *, at: datetime
) -> Iterator[Mapping[str, Any]]:
    # The signed heads are read first: what they state is older than what is read after them.
    signed = list(SignedHead.objects.order_by("sequence"))
    yield {
        "qianchang_ledger_export": VERSION,
        "site": settings.SITE_ROOT_URL,
        "ledger": ledger,
        "kinds": [ledgers.kind_of(model) for model in kinds],
        "keys": trusted_keys(),
        "exported_at": at.astimezone(UTC).isoformat(timespec="seconds"),
    }
    for model in kinds:
        kind = ledgers.kind_of(model)
        head = ledgers.head_of(model, ledger) or START
        for entry in ledgers.entries(model, ledger, up_to=head.sequence):
            counts[kind] += 1
            fields = entry.open_fields()
            yield {
                "kind": kind,
                "sequence": entry.sequence,
                "previous": entry.previous_hash,
                "hash": entry.entry_hash,
                # None: its fields hold free text of a time before commitments, so it is proved by its neighbours only.
                "fields": None if fields is None else [list(field) for field in fields],
            }
        yield {"kind": kind, "ends_with": head.sequence, "hash": head.own}
    for row in signed:
        counts["heads"] += 1
        yield {"head": as_json(row)}
    yield {"end": dict(counts)}
