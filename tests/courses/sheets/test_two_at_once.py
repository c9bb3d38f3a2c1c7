"""Two people on one sheet in the same moment, on PostgreSQL: nothing is lost, nothing happens twice."""

from uuid import uuid4

import pytest
from django.db import connection

from courses.credits.models import CreditEntry
from courses.sheets import deciding, queries
from courses.sheets.models import CountedSpan, SheetDecision, SheetVersion
from courses.sheets.rules import ABSENT
from tests.courses.schedule.test_two_officers import together
from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import another
from tests.world import World

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer at a time"),
]


@pytest.fixture
def ready(room: Room, world: World) -> Room:
    """A room of which everything is made before two people come at once."""
    assert all((room.sheet, room.city_officer, world.county_contact, world.beneficiary_officer))
    room.lawyers(3)
    return room


def test_the_same_draft_twice_is_one_version(ready: Room):
    draft, keyed = uuid4(), ready.keyed(*(ready.row(each) for each in ready.lawyers(3)))
    told = together(*[lambda: ready.save(keyed, draft=draft)] * 3)
    assert not [each for each in told if isinstance(each, Exception)]
    assert SheetVersion.objects.count() == 1


def test_two_people_who_contradict_each_other_both_keep_theirs(ready: Room):
    (one,) = ready.lawyers(1)
    there, absent = ready.keyed(ready.row(one)), ready.keyed(ready.row(one, ABSENT))
    told = together(lambda: ready.save(there), lambda: ready.save(absent, by=ready.city_officer))
    assert not [each for each in told if isinstance(each, Exception)]
    assert len(queries.heads(ready.sheet)) == 2


def test_withdrawn_and_confirmed_at_once_is_one_of_them(ready: Room, world: World):
    ready.save(ready.keyed(*(ready.row(each) for each in ready.lawyers(3))))
    ready.report()
    sheet = ready.again()
    told = together(
        lambda: deciding.withdraw(sheet=sheet, by=world.county_contact, at=world.later(days=1)),
        lambda: deciding.confirm(sheet=sheet, by=ready.city_officer, at=world.later(days=1)),
    )
    assert len([each for each in told if isinstance(each, deciding.UnableToDecide)]) == 1
    confirmed = SheetDecision.objects.filter(kind="confirmed").exists()
    assert CreditEntry.objects.count() == (3 if confirmed else 0)


def test_two_officers_confirm_once(ready: Room, world: World):
    ready.save(ready.keyed(*(ready.row(each) for each in ready.lawyers(3))))
    ready.report()
    sheet = ready.again()
    told = together(
        lambda: deciding.confirm(sheet=sheet, by=world.beneficiary_officer, at=world.later(days=1)),
        lambda: deciding.confirm(sheet=sheet, by=ready.city_officer, at=world.later(days=1)),
    )
    assert not [each for each in told if isinstance(each, Exception)]
    assert (SheetDecision.objects.filter(kind="confirmed").count(), CreditEntry.objects.count()) == (1, 3)


def test_two_rooms_at_the_same_hours_are_confirmed_at_once(ready: Room, world: World):
    """Whichever is first keeps the time; the other one counts what is left, or is told to look again."""
    second = another(ready)
    assert second.sheet
    lawyers = ready.lawyers(3)
    for each in (ready, second):
        each.save(each.keyed(*(each.row(one) for one in lawyers)))
        each.scan()
        each.report()
    one, other = ready.again(), second.again()
    told = together(
        lambda: deciding.confirm(sheet=one, by=world.beneficiary_officer, at=world.later(days=1)),
        lambda: deciding.confirm(sheet=other, by=ready.city_officer, at=world.later(days=1)),
    )
    assert not [each for each in told if isinstance(each, Exception)]
    for lawyer in lawyers:
        hours = CreditEntry.objects.filter(lawyer=lawyer).values_list("hours", flat=True)
        assert sorted(map(str, hours)) == ["1.0", "2.5"]
        first, last = CountedSpan.objects.filter(lawyer=lawyer).order_by("from_at")
        assert first.until_at <= last.from_at
