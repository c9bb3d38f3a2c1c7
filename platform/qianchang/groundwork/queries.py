"""Reads of the signed heads."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from qianchang.groundwork import heads, ledgers
from qianchang.groundwork.models import SignedHead


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
