"""Reads of the signed heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from qianchang.groundwork import heads, ledgers
from qianchang.groundwork.models import LedgerEntry, SignedHead


@dataclass(frozen=True)
class Standing:
    """Where one ledger stood: what people call it, the number of its last entry and that entry's digest."""

    title: Any
    name: str
    code: str
    entries: int
    digest_parts: tuple[str, ...]


@dataclass(frozen=True)
class Latest:
    """The newest signed head. `standings` is None when its document cannot be read: verify_ledger says why."""

    row: SignedHead
    standings: Sequence[Standing] | None


def signed_heads() -> QuerySet[SignedHead]:
    """Return the signed heads without their documents, the newest first."""
    return SignedHead.objects.order_by("-sequence").only("sequence", "day", "recorded_at", "document_hash")


def signed_heads_after(number: int) -> QuerySet[SignedHead]:
    """Return the signed heads after this one, oldest first."""
    return SignedHead.objects.filter(sequence__gt=number).order_by("sequence")


def head_of_entry(entry: LedgerEntry) -> SignedHead | None:
    """Return the signed head that first covers an entry of a ledger; None before the next one is signed, and where
    the ledger was refused then. One query.
    """
    row = SignedHead.objects.filter(recorded_at__gte=entry.recorded_at).order_by("sequence").first()
    if row is None:
        return None
    try:
        stated = heads.read(row.document).heads.get((ledgers.kind_of(type(entry)), entry.ledger))
    except heads.MalformedHead:
        return None
    return row if stated is not None and stated.sequence >= entry.sequence else None


def latest() -> Latest | None:
    """Return the newest signed head and what it states, or None before the first."""
    row = SignedHead.objects.order_by("-sequence").first()
    if row is None:
        return None
    try:
        stated = heads.read(row.document).heads
    except heads.MalformedHead:
        return Latest(row, None)
    titles = {ledgers.kind_of(model): model.ledger_title for model in ledgers.models()}
    names = ledgers.names_in_words({ledger for _, ledger in stated})
    standings = [
        Standing(
            title=titles.get(kind, kind),
            name=names.get(ledger, ""),
            code=ledger,
            entries=head.sequence,
            digest_parts=in_parts(head.own),
        )
        for (kind, ledger), head in sorted(stated.items())
    ]
    return Latest(row, standings)


def in_parts(digest: str) -> tuple[str, ...]:
    """Return a digest in groups of eight, so that a narrow page can break it."""
    return tuple(digest[at : at + 8] for at in range(0, len(digest), 8))
