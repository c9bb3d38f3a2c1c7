"""Ledger entries for tests of the ledger itself: real rows of a real ledger, with foreign keys that point
nowhere. Write them inside `passing()`, which takes everything back before the database checks the keys.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal

from django.db import connection, transaction

from courses.credits.models import CreditEntry
from qianchang.groundwork import ledgers
from qianchang.groundwork.chain import GENESIS, digest
from qianchang.groundwork.models import LedgerEntry, LedgerHead


@contextmanager
def passing() -> Iterator[None]:
    """Undo everything at the end, tables and triggers included."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            # No trigger of a foreign key may wait for the end, or PostgreSQL would not let go of the walls.
            run("SET LOCAL session_replication_role = replica")
        yield
        transaction.set_rollback(True)


def run(sql: str) -> None:
    """Run one statement as somebody with the password of the database could."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


def credit(
    number: int, *, ledger: str = "CN-GX", at: datetime, reverses: CreditEntry | None = None
) -> CreditEntry:
    """Append the award for lecture `number` to a ledger, or the entry that takes one back, and return it."""
    entry = CreditEntry(
        lawyer_id=1,
        lawyer_digest="d" * 64,
        lecture_version_id=number,
        lecture_id=number,
        accounting_year=2026,
        category="practice",
        mode_code="network_video",
        hours=Decimal("2.5"),
        rule_id=1,
        covered_ms=7_000_000,
        creditable_ms=7_200_000,
        wall_ms=7_100_000,
        codes_answered=3,
        devices=1,
        grade="A",
    )
    if ledger != "CN-GX":
        entry.lawyer_id = 2
    if reverses is not None:
        entry.reverses, entry.hours, entry.reason = reverses, -reverses.hours, "两次计入 (张三)"
        entry.maker_id, entry.checker_id = 1, 2
    return ledgers.append(entry, ledger=ledger, at=at)


def tear_down_the_wall(table: str) -> None:
    """Drop the triggers, as somebody with the password of the database could."""
    on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
    for event in ("update", "delete"):
        run(f'DROP TRIGGER "{table}_no_{event}"{on}')


def chain_anew(model: type[LedgerEntry], ledger: str) -> None:
    """Make a ledger that was tampered with look whole: recompute every digest, and set the ledger's head."""
    sequence, previous = 0, GENESIS
    for key in model._default_manager.filter(ledger=ledger).order_by("sequence").values_list("pk", flat=True):
        entry = model._default_manager.get(pk=key)
        own = digest(previous, entry.covered_fields())
        model._default_manager.filter(pk=key).update(previous_hash=previous, entry_hash=own)
        sequence, previous = entry.sequence, own
    LedgerHead.objects.filter(kind=ledgers.kind_of(model), ledger=ledger).update(
        sequence=sequence, entry_hash=previous
    )
