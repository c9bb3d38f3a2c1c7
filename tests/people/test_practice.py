"""The dated facts of a lawyer's practice: recorded once, with a document, never contradicting each other."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, transaction

from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Practice
from qianchang.people.practice import UnableToRecordPractice, record_practice

pytestmark = pytest.mark.django_db

SOURCE = "桂司律许 2026-8 号"


@pytest.fixture
def record(world):
    def act(kind="practising", valid_from=date(2026, 8, 20), valid_until=None, source=SOURCE):
        return record_practice(
            lawyer=world.county_lawyer,
            kind=kind,
            valid_from=valid_from,
            valid_until=valid_until,
            source=source,
            at=world.now,
        )

    return act


def test_a_stretch_is_recorded_once_with_one_line_in_the_log(record):
    assert record() == record()
    assert AuditEntry.objects.filter(verb="recorded practice").count() == 1


def test_a_stretch_that_lasts_is_ended_and_then_stays(record):
    record()
    ended = record(valid_until=date(2026, 12, 1))
    assert Practice.objects.get() == ended
    assert ended.valid_until == date(2026, 12, 1)
    with pytest.raises(UnableToRecordPractice):
        record(valid_until=date(2027, 1, 1))
    assert record().valid_until == date(2026, 12, 1)


@pytest.mark.parametrize(
    "given",
    [
        {"source": "  "},
        # PostgreSQL would refuse the row, SQLite would keep it.
        {"source": "文" * 121, "valid_from": date(2027, 1, 1), "kind": "suspended"},
        {"valid_until": date(2026, 8, 20)},
        {"valid_from": date(2026, 8, 1)},
        {"valid_from": date(2026, 9, 1), "valid_until": date(2026, 10, 1)},
    ],
)
def test_what_cannot_be_is_refused_in_words(record, given):
    record()
    with pytest.raises(UnableToRecordPractice, match=r"."):
        record(**given)
    assert Practice.objects.count() == 1


def test_suspension_lies_within_practice(record):
    record()
    record(kind="suspended", valid_from=date(2026, 9, 1), valid_until=date(2026, 10, 1))
    assert Practice.objects.count() == 2


@pytest.mark.parametrize(
    "given", [{"valid_until": date(2026, 1, 1)}, {"source": ""}, {"valid_from": date(2026, 9, 1)}]
)
def test_the_database_refuses_it_too(record, world, given):
    record()
    row = {"lawyer": world.county_lawyer, "kind": "practising", "valid_from": date(2026, 8, 20)}
    with pytest.raises(IntegrityError), transaction.atomic():
        Practice.objects.create(**{**row, "source": SOURCE, **given})


def test_the_command_records_and_says_what_it_did(world, capsys):
    number = world.county_lawyer.licence_number
    asked = ("record_practice", number, "practising", "--from", "2026-08-20", "--source", SOURCE)
    call_command(*asked)
    assert "2026-08-20" in capsys.readouterr().out
    assert Practice.objects.get().valid_until is None
    with pytest.raises(CommandError):
        call_command(*asked, "--until", "2026-08-01")
    with pytest.raises(CommandError):
        call_command("record_practice", "14510201811220000", *asked[2:])
