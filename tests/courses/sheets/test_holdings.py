"""What a sheet leaves on other pages: the lawyer's hours, the entry, the session; and what an erasure takes from it."""

import pytest
from django.test import Client

from courses.credits.models import CreditEntry
from courses.sheets.models import SheetRow
from qianchang.groundwork import personal_data
from qianchang.groundwork.personal_data import ERASED, Subject
from tests.courses.sheets.factories import Room
from tests.world import World

pytestmark = pytest.mark.django_db


def pages_of(room: Room, world: World) -> Client:
    """A browser in which 韦晓岚 is signed in, who stands on the sheet as the first."""
    client = Client()
    client.force_login(world.county_account)
    return client


def test_the_lawyer_sees_the_hours_wait_and_then_the_entry_with_its_sheet(room: Room, world: World):
    lawyer = world.county_lawyer
    mine = pages_of(room, world)
    row = room.row(lawyer)
    room.save(room.keyed(row))
    room.scan()
    room.report()
    assert "百色市律师协会 正在核对签到表" in mine.get(f"/my/hours/?year={world.day.year}").content.decode()
    room.confirm()
    page = mine.get(f"/my/hours/?year={world.day.year}").content.decode()
    assert "正在核对签到表" not in page
    entry = CreditEntry.objects.get(lawyer=lawyer)
    words = mine.get(f"/my/hours/{entry.pk}/").content.decode()
    assert room.sheet.number in words
    assert "播放器" not in words
    assert f"/office/sheets/{room.sheet.pk}/" not in words


def test_an_erasure_takes_name_and_number_and_leaves_that_somebody_was_there(room: Room, world: World):
    lawyer, *_others = room.lawyers(3)
    room.confirmed(room.keyed(*(room.row(each) for each in room.lawyers(3))))
    personal_data.erase(
        Subject({"people.lawyer": lawyer.pk}, identifiers=[lawyer.licence_number], names=[lawyer.name]),
        at=world.later(days=30),
    )
    gone = SheetRow.objects.get(lawyer=lawyer)
    assert (gone.name, gone.licence_number, gone.firm, gone.mark) == (ERASED, "", "", "full")
    assert SheetRow.objects.exclude(name=ERASED).count() == 2
