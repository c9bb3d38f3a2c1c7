"""Ledgers: numbered, chained, and closed to any change."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction

from courses.credits.models import CreditEntry
from qianchang.groundwork import audit, ledgers
from qianchang.groundwork.chain import GENESIS
from qianchang.groundwork.models import AppendOnlyError, AuditEntry, LedgerHead
from tests.groundwork.factories import credit, passing, tear_down_the_wall
from tests.world import World

TABLE = CreditEntry._meta.db_table


@pytest.fixture(autouse=True)
def _nothing_stays(db: None) -> Iterator[None]:
    with passing():
        yield


def run(sql: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


# --- append -------------------------------------------------------------------------------------------------


def test_entries_are_numbered_and_each_follows_the_one_before(world: World) -> None:
    first, second, third = (credit(number, at=world.now) for number in (1, 2, 3))

    assert [entry.sequence for entry in (first, second, third)] == [1, 2, 3]
    assert [first.previous_hash, second.previous_hash] == [GENESIS, first.entry_hash]
    assert third.recorded_at == world.now
    assert ledgers.verify(CreditEntry, "CN-GX") == []


def test_each_ledger_counts_for_itself(world: World) -> None:
    credit(1, at=world.now)
    elsewhere = credit(2, ledger="CN-YN", at=world.now)

    assert (elsewhere.sequence, elsewhere.previous_hash) == (1, GENESIS)
    assert ledgers.names(CreditEntry) == ["CN-GX", "CN-YN"]


def test_an_entry_that_cannot_be_written_leaves_no_gap(world: World) -> None:
    credit(1, at=world.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        credit(1, at=world.now)

    assert credit(2, at=world.now).sequence == 2
    assert ledgers.verify(CreditEntry, "CN-GX") == []


def test_the_head_knows_how_far_the_ledger_has_come(world: World) -> None:
    credit(1, at=world.now)
    last = credit(2, at=world.now)

    head = LedgerHead.objects.get(kind="credits.creditentry", ledger="CN-GX")
    assert (head.sequence, head.entry_hash) == (2, last.entry_hash)


# --- the wall -----------------------------------------------------------------------------------------------


def test_an_entry_cannot_be_saved_again_or_deleted(world: World) -> None:
    entry = credit(1, at=world.now)

    with pytest.raises(AppendOnlyError):
        entry.save()
    with pytest.raises(AppendOnlyError):
        entry.delete()


@pytest.mark.parametrize("sql", ["UPDATE {table} SET hours = 9", "DELETE FROM {table}"])
def test_the_database_refuses_what_goes_round_python(world: World, sql: str) -> None:
    credit(1, at=world.now)

    with pytest.raises(IntegrityError, match="append-only"):
        run(sql.format(table=TABLE))

    assert ledgers.verify(CreditEntry, "CN-GX") == []


def test_a_queryset_cannot_change_or_delete_entries_either(world: World) -> None:
    credit(1, at=world.now)

    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditEntry.objects.update(hours=9)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditEntry.objects.all()._raw_delete("default")


def test_every_append_only_table_has_its_wall() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        walls = {name for (name,) in cursor.fetchall()}

    for model in ledgers.append_only_models():
        assert {f"{model._meta.db_table}_no_update", f"{model._meta.db_table}_no_delete"} <= walls, model


# --- verify -------------------------------------------------------------------------------------------------


def test_verify_ledger_prints_the_count_of_each_ledger(world: World) -> None:
    for number in (1, 2, 3):
        credit(number, at=world.now)
    credit(4, ledger="CN-YN", at=world.now)
    printed = StringIO()

    call_command("verify_ledger", stdout=printed)

    assert "credits.CreditEntry CN-GX: 3 entries, 0 faults" in printed.getvalue()
    assert "credits.CreditEntry CN-YN: 1 entries, 0 faults" in printed.getvalue()


@pytest.mark.parametrize(
    ("tampering", "row"),
    [
        ("UPDATE {table} SET hours = 9 WHERE sequence = 2", "#2: was altered"),
        ("DELETE FROM {table} WHERE sequence = 1", "#1: entries 1 to 1 are missing"),
        ("DELETE FROM {table} WHERE sequence = 3", "#3: entries 3 to 3 are missing"),
        ("DELETE FROM {table}", "#1: entries 1 to 3 are missing"),
        ("UPDATE {table} SET ledger = 'CN-YN' WHERE sequence = 3", "CN-YN #3: was altered"),
    ],
)
def test_verify_ledger_exits_1_and_names_the_row(world: World, tampering: str, row: str) -> None:
    for number in (1, 2, 3):
        credit(number, at=world.now)
    tear_down_the_wall(TABLE)
    run(tampering.format(table=TABLE))
    named = StringIO()

    with pytest.raises(CommandError) as fault:
        call_command("verify_ledger", stdout=StringIO(), stderr=named)

    assert fault.value.returncode == 1
    assert row in named.getvalue()


# --- the log ------------------------------------------------------------------------------------------------


def test_the_log_keeps_who_did_what_to_which_object(world: World) -> None:
    audit.record(
        "confirmed",
        object_type="session",
        object_key="桂26-X-0001",
        by=world.beneficiary_officer,
        at=world.now,
        reach=12,
    )

    entry = AuditEntry.objects.get(verb="confirmed")
    assert entry.actor_id == world.beneficiary_officer.pk
    assert (entry.at, entry.details) == (world.now, {"reach": 12})


def test_what_the_platform_does_itself_has_no_actor(world: World) -> None:
    entry = audit.record("expired", object_type="upload", object_key="1", by=None, at=world.now)

    assert entry.actor_id is None


def test_the_log_cannot_be_rewritten(world: World) -> None:
    audit.record("expired", object_type="upload", object_key="1", by=None, at=world.now)

    with pytest.raises(IntegrityError, match="append-only"):
        run("UPDATE groundwork_auditentry SET verb = 'never happened'")
