"""The daily head: proved before it is signed, one for each day, and never a lie."""

from collections.abc import Iterator
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from courses.credits.models import CreditEntry
from qianchang.groundwork import heads, ledgers, signing
from qianchang.groundwork.chain import GENESIS, Head
from qianchang.groundwork.models import AuditEntry, SignedHead
from qianchang.groundwork.tasks import sign_heads
from qianchang.project.celery import app
from tests.groundwork.factories import chain_anew, credit, passing, run, tear_down_the_wall
from tests.world import World

TABLE = CreditEntry._meta.db_table
GX, YN = ("credits.creditentry", "CN-GX"), ("credits.creditentry", "CN-YN")


@pytest.fixture(autouse=True)
def _nothing_stays(db: None) -> Iterator[None]:
    with passing():
        yield


def stated(head: SignedHead) -> dict[tuple[str, str], Head]:
    return dict(heads.read(head.document).heads)


def test_a_head_states_where_every_ledger_stands(world: World) -> None:
    credit(1, at=world.now)
    last = credit(2, at=world.now)
    elsewhere = credit(3, ledger="CN-YN", at=world.now)

    signed = signing.sign_heads(at=world.now)

    assert stated(signed.head) == {GX: Head(2, last.entry_hash), YN: Head(1, elsewhere.entry_hash)}
    assert (signed.again, signed.refusals) == (False, ())
    document = heads.read(signed.head.document)
    assert (document.number, document.day, document.previous) == (1, world.day, GENESIS)
    assert heads.is_signed(signed.head.document, key=document.key, signature=signed.head.signature)
    assert signing.trusted_keys() == [document.key]
    assert AuditEntry.objects.filter(verb="signed heads").count() == 1


def test_one_head_for_each_day_however_often_it_is_asked(world: World) -> None:
    first = signing.sign_heads(at=world.now)
    credit(1, at=world.later(minutes=1))

    second = signing.sign_heads(at=world.later(hours=1))
    next_day = signing.sign_heads(at=world.later(days=1))

    assert second.again
    assert second.head == first.head
    assert next_day.head.sequence == 2
    assert heads.read(next_day.head.document).previous == first.head.document_hash
    assert SignedHead.objects.count() == 2


def test_the_day_is_that_of_beijing(world: World) -> None:
    late_evening = world.now.replace(hour=23, minute=59)

    assert signing.sign_heads(at=late_evening).head.day == world.day
    assert signing.sign_heads(at=late_evening + (world.later(minutes=2) - world.now)).head.sequence == 2


def test_a_day_costs_the_same_number_of_queries_however_much_was_written(world: World) -> None:
    def day_after(days: int) -> int:
        with CaptureQueriesContext(connection) as asked:
            signing.sign_heads(at=world.later(days=days))
        return len(asked)

    for number in range(1, 4):
        credit(number, at=world.now)
    signing.sign_heads(at=world.now)
    few = day_after(1)
    for number in range(4, 40):
        credit(number, at=world.later(days=1, hours=1))

    assert day_after(2) == few


def test_a_ledger_that_does_not_hold_keeps_its_old_head_and_is_named(world: World) -> None:
    # Given a signed ledger and another one.
    first = credit(1, at=world.now)
    signing.sign_heads(at=world.now)
    # When somebody writes the first one anew, so that its chain holds again, and the day goes on.
    credit(2, at=world.later(hours=1))
    other = credit(3, ledger="CN-YN", at=world.later(hours=1))
    tear_down_the_wall(TABLE)
    CreditEntry.objects.filter(sequence=1, ledger="CN-GX").update(hours=9)
    chain_anew(CreditEntry, "CN-GX")
    assert ledgers.verify(CreditEntry, "CN-GX") == []
    signed = signing.sign_heads(at=world.later(days=1))
    # Then the other one goes on, and what was said of the first stands.
    assert stated(signed.head) == {GX: Head(1, first.entry_hash), YN: Head(1, other.entry_hash)}
    [refusal] = signed.refusals
    assert (refusal.ledger, refusal.fault.sequence) == ("CN-GX", 1)


@pytest.mark.parametrize(
    ("tampering", "what"),
    [
        ("UPDATE {table} SET hours = 9 WHERE sequence = 2", "#2: was altered"),
        ("DELETE FROM {table} WHERE sequence = 2", "#2: entries 2 to 2 are missing"),
        ("DELETE FROM {table} WHERE sequence = 3", "#3: entries 3 to 3 are missing"),
    ],
)
def test_the_command_exits_1_and_names_what_it_did_not_sign(world: World, tampering: str, what: str) -> None:
    for number in (1, 2, 3):
        credit(number, at=world.now)
    tear_down_the_wall(TABLE)
    run(tampering.format(table=TABLE))
    named = StringIO()

    with pytest.raises(CommandError) as fault:
        call_command("sign_heads", stdout=StringIO(), stderr=named)

    assert fault.value.returncode == 1
    assert f"not signed: credits.creditentry CN-GX {what}" in named.getvalue()
    assert stated(SignedHead.objects.get()) == {}


def test_nothing_is_signed_after_a_head_that_is_not_ours(world: World) -> None:
    signing.sign_heads(at=world.now)
    tear_down_the_wall(SignedHead._meta.db_table)
    SignedHead.objects.update(signature="00" * 64)

    with pytest.raises(signing.BrokenLine, match="signature"):
        signing.sign_heads(at=world.later(days=1))

    assert SignedHead.objects.count() == 1


def test_another_document_under_the_same_hash_is_not_followed(world: World) -> None:
    first = signing.sign_heads(at=world.now).head
    second = signing.sign_heads(at=world.later(days=1)).head
    tear_down_the_wall(SignedHead._meta.db_table)
    SignedHead.objects.filter(pk=second.pk).update(document=first.document, signature=first.signature)

    with pytest.raises(signing.BrokenLine):
        signing.sign_heads(at=world.later(days=2))


@pytest.mark.parametrize("key", ["", "1e", "not hex at all " * 8])
def test_without_a_key_it_says_how_to_make_one(world: World, settings, key: str) -> None:
    settings.LEDGER_KEY = key

    with pytest.raises(CommandError, match="openssl rand -hex 32"):
        call_command("sign_heads")


def test_a_new_key_goes_on_where_the_old_one_is_remembered(world: World, settings) -> None:
    # Given a head signed with the old key.
    credit(1, at=world.now)
    old = signing.sign_heads(at=world.now).head.key
    # When the site has a new one and names the old one.
    settings.LEDGER_KEY, settings.LEDGER_OLD_KEYS = "2f" * 32, [old]
    assert signing.sign_heads(at=world.later(days=1)).head.key != old
    assert signing.prove_everything(at=world.later(days=1)).faults == []
    # Then it all holds; and without the old one it does not.
    settings.LEDGER_OLD_KEYS = []
    assert "#1: is signed with a key" in signing.prove_everything(at=world.later(days=1)).faults[0]


def test_the_scheduler_signs(world: World) -> None:
    credit(1, at=world.now)

    sign_heads()
    sign_heads()

    assert SignedHead.objects.count() == 1


def test_whatever_the_scheduler_asks_for_is_there_to_be_done() -> None:
    app.loader.import_default_modules()

    asked = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}

    assert "qianchang.groundwork.sign_heads" in asked
    assert asked <= set(app.tasks)


def test_days_without_a_head_are_noted(world: World) -> None:
    signing.sign_heads(at=world.now)
    signing.sign_heads(at=world.later(days=4))

    proof = signing.prove_everything(at=world.later(days=7))

    assert proof.notes == [
        "no head was signed from 2026-10-13 to 2026-10-15",
        "no head was signed from 2026-10-17 to 2026-10-19",
    ]
    assert proof.faults == []
