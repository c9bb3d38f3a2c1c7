"""The one thing that walls let pass: the words of an erased person go, and the proof stays."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from courses.credits.models import CreditEntry
from qianchang.groundwork import audit, ledgers, sealing
from qianchang.groundwork.models import AuditEntry
from tests.groundwork.factories import credit, passing, run, tear_down_the_wall

WORDS = "两次计入 (张三)"

pytestmark = pytest.mark.django_db


@pytest.fixture
def reversal(world):
    with passing():
        yield credit(1, at=world.now, reverses=credit(1, at=world.now))


def test_the_words_go_and_the_chain_holds(reversal, world):
    assert sealing.seal(CreditEntry, [reversal.pk]) == 1
    credit(2, at=world.now)
    row = CreditEntry.objects.get(pk=reversal.pk)
    assert (row.reason, row.chain_salt, row.entry_hash) == ("***", "", reversal.entry_hash)
    assert ledgers.verify(CreditEntry, "CN-GX") == []
    assert WORDS not in str(row.open_fields())


def test_again_changes_nothing(reversal):
    sealing.seal(CreditEntry, [reversal.pk])
    assert sealing.seal(CreditEntry, [reversal.pk]) == 0


def test_an_entry_without_words_is_left(reversal, world):
    award = credit(3, at=world.now)
    assert sealing.seal(CreditEntry, [award.pk]) == 0
    assert CreditEntry.objects.get(pk=award.pk).private_digest == ""


def test_other_words_in_the_place_of_erased_ones_are_found(reversal):
    sealing.seal(CreditEntry, [reversal.pk])
    tear_down_the_wall(CreditEntry._meta.db_table)
    CreditEntry.objects.filter(pk=reversal.pk).update(reason="张三作弊")
    assert [fault.what for fault in ledgers.verify(CreditEntry, "CN-GX")] == ["was altered"]


@pytest.mark.parametrize(
    "values",
    [
        {"reason": "别的理由"},
        {"reason": "***"},
        {"reason": "***", "private_digest": "ab" * 32},
        {"reason": "***", "private_digest": "ab" * 32, "chain_salt": "", "hours": 9},
        {"reason": "***", "private_digest": "ab", "chain_salt": ""},
        {"private_digest": "ab" * 32, "chain_salt": ""},
        {"maker_id": 3},
    ],
    ids=str,
)
def test_the_wall_lets_nothing_else_pass(values, reversal):
    if connection.vendor == "postgresql":
        # `passing` lets no trigger fire, and this is about one.
        run("SET LOCAL session_replication_role = origin")
    with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
        CreditEntry.objects.filter(pk=reversal.pk).update(**values)


def test_a_forged_commitment_is_found(reversal):
    # The wall cannot compute digests: it takes any of the right length. The chain can.
    CreditEntry.objects.filter(pk=reversal.pk).update(reason="***", private_digest="ab" * 32, chain_salt="")
    assert [fault.what for fault in ledgers.verify(CreditEntry, "CN-GX")] == ["was altered"]


class TestAuditLog:
    @pytest.fixture
    def entry(self, world):
        return audit.record(
            "noted", object_type="firm", object_key="1", by=None, at=timezone.now(), who="张三"
        )

    def test_what_an_entry_says_can_be_emptied_and_not_rewritten(self, entry):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AuditEntry.objects.filter(pk=entry.pk).update(details={"who": "李四"})
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AuditEntry.objects.filter(pk=entry.pk).update(details={}, verb="never happened")
        assert sealing.seal(AuditEntry, [entry.pk]) == 1
        assert AuditEntry.objects.get(pk=entry.pk).details == {}

    @pytest.mark.parametrize(("days", "goes"), [(1, False), (178, False), (190, True), (900, True)])
    def test_no_entry_goes_before_the_law_lets_it(self, days, goes):
        at = timezone.now() - timedelta(days=days)
        audit.record("noted", object_type="firm", object_key="1", by=None, at=at)
        if goes:
            assert AuditEntry.objects.all().delete()[0] == 1
            return
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            AuditEntry.objects.all().delete()
