"""A sheet that nobody reported is asked for after three and after seven days, of each once."""

from datetime import timedelta

import pytest

from courses.sheets import deciding
from courses.sheets.reminding import remind_of_sheets
from qianchang.people.models import Notice
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db


def told(world: World, days: int) -> set[str]:
    """Who is told so many days after it was shown."""
    before = set(Notice.objects.values_list("pk", flat=True))
    remind_of_sheets(at=world.now + timedelta(days=days))
    fresh = Notice.objects.filter(event="sheet_missing").exclude(pk__in=before)
    return {each.account.display_name for each in fresh.select_related("account")}


def test_the_contact_is_asked_first_and_the_associations_the_second_time(room: Room, world: World):
    assert room.sheet
    assert all((world.county_contact, room.city_officer, world.supporting_officer))
    assert told(world, 2) == set()
    assert told(world, 3) == {"罗联络员"}
    assert told(world, 4) == set()
    second = told(world, 7)
    assert {"罗联络员", "何专员", "梁秘书"} <= second
    assert "和专员" not in second
    assert told(world, 8) == set()


def test_where_no_contact_is_the_officers_are_asked_at_once(room: Room, world: World):
    assert room.sheet
    assert room.city_officer
    assert "何专员" in told(world, 3)


def test_a_reported_or_cancelled_sheet_is_not_asked_for(room: Room, world: World):
    room.save()
    room.report()
    assert told(world, 3) == set()
    deciding.withdraw(sheet=room.again(), by=world.county_contact, at=world.later(hours=5))
    deciding.cancel(sheet=room.again(), by=world.county_contact, at=world.later(hours=6))
    assert told(world, 7) == set()
