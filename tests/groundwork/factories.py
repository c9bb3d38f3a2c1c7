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


@contextmanager
def passing() -> Iterator[None]:
    """Undo everything at the end, tables and triggers included."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def credit(number: int, *, ledger: str = "CN-GX", at: datetime) -> CreditEntry:
    """Append the award for lecture `number` to a ledger and return it."""
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
    return ledgers.append(entry, ledger=ledger, at=at)


def tear_down_the_wall(table: str) -> None:
    """Drop the triggers, as somebody with the password of the database could."""
    with connection.cursor() as cursor:
        for event in ("update", "delete"):
            cursor.execute(f'DROP TRIGGER "{table}_no_{event}"')
