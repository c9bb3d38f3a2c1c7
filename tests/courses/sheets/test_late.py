"""Reported in time, returned, and reported again when the days are over: nobody on the sheet loses by it, and nobody who was
put on it afterwards gains.
"""

from decimal import Decimal

import pytest

from courses.credits.models import CreditEntry
from courses.sheets import deciding
from courses.sheets.models import SheetDecision
from courses.sheets.rules import ABSENT, FULL, PART, Keyed
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def returned(room: Room, world: World):
    """Return a function that keys and reports a sheet in time, has it returned, and reports it again after nine days."""

    def do(first: Keyed, second: Keyed) -> SheetDecision:
        kept = room.save(first)
        room.scan()
        room.report()
        deciding.return_sheet(
            sheet=room.again(), reason="照片看不清", by=room.city_officer, at=world.later(days=2)
        )
        room.save(second, base=kept.version.number, at=world.later(days=9))
        room.report(at=world.later(days=9))
        return room.confirm(at=world.later(days=10))

    return do


def grades(room: Room) -> list[str]:
    return [CreditEntry.objects.get(lawyer=each).grade for each in room.people]


def test_who_was_on_it_in_time_keeps_the_grade(room: Room, returned):
    one, two = room.lawyers(2)
    same = room.keyed(room.row(one), room.row(two, PART, 45))
    assert returned(same, same).grade == "A"
    assert grades(room) == ["A", "A"]


def test_who_was_added_afterwards_is_late(room: Room, returned):
    one, two, three = room.lawyers(3)
    decision = returned(
        room.keyed(room.row(one), room.row(two, ABSENT)),
        room.keyed(room.row(one), room.row(two), room.row(three)),
    )
    assert decision.grade == "A"
    assert grades(room) == ["A", "B", "B"]


def test_who_heard_more_afterwards_is_late_and_who_heard_less_is_not(room: Room, returned):
    one, two = room.lawyers(2)
    returned(
        room.keyed(room.row(one, PART, 45), room.row(two, FULL)),
        room.keyed(room.row(one, FULL), room.row(two, PART, 60)),
    )
    assert grades(room) == ["B", "A"]
    assert [entry.hours for entry in CreditEntry.objects.order_by("lawyer")] == [
        Decimal("2.5"),
        Decimal("1.0"),
    ]


def test_a_sheet_that_was_never_in_time_is_late(room: Room, world: World):
    room.save()
    room.scan()
    room.report(at=world.later(days=8))
    deciding.return_sheet(sheet=room.again(), reason="缺照片", by=room.city_officer, at=world.later(days=9))
    room.report(at=world.later(days=9, hours=1))
    assert room.confirm(at=world.later(days=10)).grade == "B"


def test_the_page_says_who_is_late(room: Room, world: World, client, returned):
    one, two = room.lawyers(2)
    returned(room.keyed(room.row(one)), room.keyed(room.row(one), room.row(two)))
    client.force_login(room.city_officer)
    page = client.get(f"/office/sheets/{room.sheet.pk}/review/").content.decode()
    assert page.count("过期补记") == 2
