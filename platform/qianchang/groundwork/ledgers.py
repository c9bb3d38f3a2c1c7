"""Writing to a ledger and proving it."""

from collections.abc import Iterator
from datetime import datetime
from typing import TypeVar

from django.apps import apps
from django.db import connection, transaction

from qianchang.groundwork.chain import GENESIS, Fault, Head, Link, digest, faults
from qianchang.groundwork.models import AppendOnly, LedgerEntry, LedgerHead

Entry = TypeVar("Entry", bound=LedgerEntry)


def append(entry: Entry, *, ledger: str, at: datetime) -> Entry:
    """Number, chain and insert `entry` as the last of `ledger`, and return it.

    One writer per ledger: PostgreSQL takes an advisory lock until the transaction ends, SQLite has only one
    writer anyway. The unique constraint on (ledger, sequence) is the wall behind both.
    """
    model = type(entry)
    with transaction.atomic():
        _lock(f"{model._meta.label_lower}:{ledger}")
        last = model._default_manager.filter(ledger=ledger).order_by("-sequence").first()
        entry.ledger = ledger
        entry.sequence = last.sequence + 1 if last else 1
        entry.previous_hash = last.entry_hash if last else GENESIS
        entry.recorded_at = at
        entry.entry_hash = digest(entry.previous_hash, entry.chain_fields())
        entry.save(force_insert=True)
        head = LedgerHead(
            kind=model._meta.label_lower, ledger=ledger, sequence=entry.sequence, entry_hash=entry.entry_hash
        )
        LedgerHead.objects.bulk_create(
            [head],
            update_conflicts=True,
            unique_fields=["kind", "ledger"],
            update_fields=["sequence", "entry_hash"],
        )
    return entry


def verify(model: type[Entry], ledger: str) -> list[Fault]:
    """Return every altered, missing or moved entry of one ledger; an empty list means that it holds."""
    head = LedgerHead.objects.filter(kind=model._meta.label_lower, ledger=ledger).first()
    # A ledger without a head was never written by `append`: its first entry is a fault.
    return faults(_links(model, ledger), Head(head.sequence, head.entry_hash) if head else Head(0, GENESIS))


def append_only_models() -> list[type[AppendOnly]]:
    """Return every model of every app whose rows stand for ever, sorted by name."""
    kinds = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    return sorted(kinds, key=lambda model: model._meta.label)


def models() -> list[type[LedgerEntry]]:
    """Return every kind of ledger entry of every app, sorted by name."""
    kinds = [model for model in apps.get_models() if issubclass(model, LedgerEntry)]
    return sorted(kinds, key=lambda model: model._meta.label)


def names(model: type[Entry]) -> list[str]:
    """Return the names of the ledgers that have, or had, entries in this table, sorted."""
    with_entries = model._default_manager.order_by().values_list("ledger", flat=True).distinct()
    with_head = LedgerHead.objects.filter(kind=model._meta.label_lower).values_list("ledger", flat=True)
    return sorted({*with_entries, *with_head})


def _links(model: type[Entry], ledger: str) -> Iterator[Link]:
    for entry in model._default_manager.filter(ledger=ledger).order_by("sequence").iterator():
        yield Link(entry.sequence, entry.previous_hash, entry.entry_hash, entry.chain_fields())


def _lock(key: str) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])
