"""Sheets confirmed before the time that counts was written down: the migration writes it down as confirming does."""

from datetime import time
from importlib import import_module
from typing import Any

import pytest
from django.apps import apps
from django.db import transaction

from courses.credits.models import CreditEntry
from courses.sheets import crediting
from courses.sheets.models import CountedSpan
from courses.sheets.rules import PART
from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import another
from tests.courses.sheets.test_given_back import turned

pytestmark = pytest.mark.django_db
MIGRATION = import_module("courses.sheets.migrations.0002_counted_time")


def spans(room: Room) -> list[tuple[int, str]]:
    found = CountedSpan.objects.filter(lawyer__in=room.people).order_by("lawyer", "from_at")
    return [(each.entry_id, f"{each.from_at:%d %H:%M:%S}-{each.until_at:%H:%M:%S}") for each in found]


def test_one_room(room: Room, monkeypatch):
    monkeypatch.setattr("courses.sheets.crediting.count_time", lambda *_: None)
    one, two = room.lawyers(2)
    room.confirmed(room.keyed(room.row(one), room.row(two, PART, 45)))
    assert spans(room) == []
    MIGRATION.count_time(apps, None)
    entries = [CreditEntry.objects.get(lawyer=each).pk for each in (one, two)]
    # 9:00 to 10:58, and 45 minutes of it, in the time of the world.
    assert spans(room) == [
        (entries[0], "12 01:00:00-02:58:00"),
        (entries[1], "12 01:00:00-01:45:00"),
    ]


def test_what_counted_twice_then_is_the_firsts(room: Room, monkeypatch):
    monkeypatch.setattr("courses.sheets.crediting.count_time", lambda *_: None)
    (lawyer,) = room.lawyers(1)
    second = another(room, begins=time(10))
    room.confirmed(room.keyed(room.row(lawyer)))
    second.confirmed(second.keyed(second.row(lawyer)))
    MIGRATION.count_time(apps, None)
    assert [words for _entry, words in spans(room)] == ["12 01:00:00-02:58:00", "12 02:58:00-03:58:00"]


def test_it_says_what_a_confirmation_says(room: Room, monkeypatch):
    said: list[tuple[int, str]] = []
    count_time = crediting.count_time

    def written_and_undone(*made: Any) -> None:
        with transaction.atomic():
            count_time(*made)
            said.extend(spans(room))
            transaction.set_rollback(True)

    monkeypatch.setattr("courses.sheets.crediting.count_time", written_and_undone)
    room.confirmed()
    assert (len(said), spans(room)) == (11, [])
    MIGRATION.count_time(apps, None)
    assert spans(room) == said
    # The time is counted already: nothing is left that could be counted once more.
    MIGRATION.count_time(apps, None)
    assert spans(room) == said


def test_hours_that_were_given_back_count_their_time(room: Room, monkeypatch):
    monkeypatch.setattr("courses.sheets.crediting.count_time", lambda *_: None)
    kept, given_back, taken_back = room.lawyers(3)
    room.confirmed(room.keyed(*(room.row(each) for each in (kept, given_back, taken_back))))
    monkeypatch.setattr("courses.credits.registries._registered.count_again", None)
    turned(room, given_back, 2)
    turned(room, taken_back)
    assert spans(room) == []
    MIGRATION.count_time(apps, None)
    last = CreditEntry.objects.filter(lawyer=given_back).order_by("pk").last()
    assert [entry for entry, _words in spans(room)] == [CreditEntry.objects.get(lawyer=kept).pk, last.pk]
