"""Writing to a ledger and proving it."""

import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import TypeVar

from django.apps import apps
from django.db import connection, transaction
from django.db.models import QuerySet

from qianchang.groundwork.chain import GENESIS, START, Fault, Head, Link, Statement, digest, faults
from qianchang.groundwork.models import CHAIN_FORM, AppendOnly, LedgerEntry, LedgerHead

Entry = TypeVar("Entry", bound=LedgerEntry)

NamesOf = Callable[[Iterable[str]], Mapping[str, str]]


def append(entry: Entry, *, ledger: str, at: datetime) -> Entry:
    """Number, chain and insert `entry` as the last of `ledger`, and return it.

    One writer per ledger: PostgreSQL takes an advisory lock until the transaction ends, SQLite has only one
    writer anyway. The unique constraint on (ledger, sequence) is the wall behind both.
    """
    model = type(entry)
    with transaction.atomic():
        lock(model, ledger)
        last = model._default_manager.filter(ledger=ledger).order_by("-sequence").first()
        entry.ledger = ledger
        entry.sequence = last.sequence + 1 if last else 1
        entry.previous_hash = last.entry_hash if last else GENESIS
        entry.recorded_at = at
        entry.chain_form = CHAIN_FORM
        entry.chain_salt = secrets.token_hex(16) if entry.private_fields() else ""
        entry.entry_hash = digest(entry.previous_hash, entry.covered_fields())
        entry.save(force_insert=True)
        head = LedgerHead(
            kind=kind_of(model), ledger=ledger, sequence=entry.sequence, entry_hash=entry.entry_hash
        )
        LedgerHead.objects.bulk_create(
            [head],
            update_conflicts=True,
            unique_fields=["kind", "ledger"],
            update_fields=["sequence", "entry_hash"],
        )
    return entry


def verify(model: type[Entry], ledger: str, *, statements: Iterable[Statement] = ()) -> list[Fault]:
    """Return every altered, missing or moved entry of one ledger; an empty list means that it holds.

    `statements` are what signed heads say of this ledger. Entries that are written meanwhile are no fault.
    """
    # A ledger without a head was never written by `append`: its first entry is a fault.
    head = head_of(model, ledger) or START
    up_to_head: list[Statement] = []
    beyond_head: list[Statement] = []
    for statement in statements:
        (up_to_head if statement.sequence <= head.sequence else beyond_head).append(statement)
    rows = _rows(model, ledger)
    found = faults(_links(rows.filter(sequence__lte=head.sequence)), head, statements=up_to_head)
    later = list(_links(rows.filter(sequence__gt=head.sequence)))
    found += faults(later, after=head, statements=beyond_head)
    if later:
        end = head_of(model, ledger) or START
        beyond = [link for link in later if link.sequence > end.sequence]
        found += [Fault(link.sequence, f"is beyond entry {end.sequence}, the last") for link in beyond]
    return found


def proven_head(model: type[Entry], ledger: str, *, since: Head = START) -> Head | Fault:
    """Return where a ledger stands now, having proved every entry that follows `since`; or the first fault.

    The cost is that of the entries since: a daily head costs a day's entries.
    """
    head = head_of(model, ledger) or START
    rows = _rows(model, ledger)
    if since != START and not rows.filter(sequence=since.sequence, entry_hash=since.own).exists():
        return Fault(since.sequence, "is not the entry that was signed last")
    links = _links(rows.filter(sequence__gt=since.sequence, sequence__lte=head.sequence))
    return next(iter(faults(links, head, after=since)), head)


def head_of(model: type[Entry], ledger: str) -> Head | None:
    """Return how far one ledger says it has come, or None if nothing was ever written to it."""
    head = LedgerHead.objects.filter(kind=kind_of(model), ledger=ledger).first()
    return Head(head.sequence, head.entry_hash) if head else None


def append_only_models() -> list[type[AppendOnly]]:
    """Return every model of every app whose rows stand for ever, sorted by name."""
    kinds = [model for model in apps.get_models() if issubclass(model, AppendOnly)]
    return sorted(kinds, key=lambda model: model._meta.label)


def models() -> list[type[LedgerEntry]]:
    """Return every kind of ledger entry of every app, sorted by name."""
    kinds = [model for model in apps.get_models() if issubclass(model, LedgerEntry)]
    return sorted(kinds, key=lambda model: model._meta.label)


def kind_of(model: type[LedgerEntry]) -> str:
    """Return the name of a kind of ledger: `credits.creditentry`."""
    return model._meta.label_lower


def names(model: type[Entry]) -> list[str]:
    """Return the names of the ledgers that have, or had, entries in this table, sorted."""
    with_entries = model._default_manager.order_by().values_list("ledger", flat=True).distinct()
    with_head = LedgerHead.objects.filter(kind=kind_of(model)).values_list("ledger", flat=True)
    return sorted({*with_entries, *with_head})


def entries(model: type[Entry], ledger: str, *, up_to: int) -> Iterator[Entry]:
    """Give the entries of one ledger in order, one at a time, up to a number."""
    yield from _rows(model, ledger).filter(sequence__lte=up_to).iterator()


def lock(model: type[LedgerEntry], ledger: str) -> None:
    """Keep every other writer of one ledger waiting until this transaction ends."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            key = f"{kind_of(model)}:{ledger}"
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [key])


def register_names(names_of: NamesOf) -> None:
    """Say how the codes by which ledgers are called read in words. Without it they are shown as codes."""
    _names_of.append(names_of)


def names_in_words(codes: Iterable[str]) -> dict[str, str]:
    """Return the names of ledgers by their codes, as far as a room above knows them."""
    codes = list(codes)
    return {code: name for names_of in _names_of for code, name in names_of(codes).items()}


_names_of: list[NamesOf] = []


def _rows(model: type[Entry], ledger: str) -> QuerySet[Entry]:
    found = model._default_manager.filter(ledger=ledger).order_by("sequence", "pk")
    return found.select_related(*model.chain_relations) if model.chain_relations else found


def _links(rows: QuerySet[Entry]) -> Iterator[Link]:
    for entry in rows.iterator():
        yield Link(entry.sequence, entry.previous_hash, entry.entry_hash, entry.covered_fields())
