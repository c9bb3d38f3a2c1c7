"""The hours of a room: what they must be before a sheet is reported, and what is said of people who were elsewhere then."""

from datetime import datetime, time
from decimal import Decimal

import pytest

from courses.sheets import entry
from courses.sheets.deciding import UnableToDecide
from courses.sheets.models import Sheet
from courses.sheets.rules import PART, Keyed
from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import another, by_number, hours, page_of, watched
from tests.world import World

pytestmark = pytest.mark.django_db


def on_the_day(room: Room, clock: str) -> datetime:
    return datetime.combine(room.day, time.fromisoformat(clock), tzinfo=room.world.now.tzinfo)


def missing(room: Room, keyed: Keyed) -> list[str]:
    return [each for each in entry.missing_of(room.again(), keyed, files=(), codes=0, unmarked=0) if each]


class TestWhenItMayBeReported:
    def test_not_before_the_room_ends(self, room: Room):
        # Given a room from 9:00 with a lecture of 118 minutes
        (lawyer,) = room.lawyers(1)
        room.save(room.keyed(room.row(lawyer)), at=on_the_day(room, "10:00"))
        # When it is reported before 10:58, then it is refused, and what to do is said
        with pytest.raises(UnableToDecide, match="10:58"):
            room.report(at=on_the_day(room, "10:57"))
        assert room.again().state == Sheet.State.OPEN
        assert room.report(at=on_the_day(room, "10:58")).kind == "reported"

    def test_one_that_ended_earlier_is_reported_when_its_hours_say_so(self, room: Room):
        (lawyer,) = room.lawyers(1)
        room.save(room.keyed(room.row(lawyer), ends_at=time(10, 30)), at=on_the_day(room, "10:40"))
        assert room.report(at=on_the_day(room, "10:45")).kind == "reported"

    def test_one_past_midnight_on_the_day_after(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        said = room.keyed(room.row(lawyer), begins_at=time(23), ends_at=time(1))
        room.save(said, at=on_the_day(room, "23:30"))
        with pytest.raises(UnableToDecide, match="01:00"):
            room.report(at=on_the_day(room, "23:50"))
        assert room.report(at=world.later(days=1)).kind == "reported"

    def test_without_hours_on_its_day(self, room: Room):
        (lawyer,) = room.lawyers(1)
        room.__dict__["sheet"] = room.opened(begins_at=None)
        room.save(room.keyed(room.row(lawyer)))
        assert room.report().kind == "reported"


class TestHoursThatCannotBe:
    @pytest.mark.parametrize(
        ("begins", "ends"),
        [("14:00", "04:30"), ("09:00", "08:00"), ("17:59", "00:30"), ("08:00", "16:01"), ("19:00", "03:01")],
    )
    def test_a_slip_of_the_hand_is_not_reported(self, room: Room, world: World, begins: str, ends: str):
        (lawyer,) = room.lawyers(1)
        slipped = room.keyed(
            room.row(lawyer), begins_at=time.fromisoformat(begins), ends_at=time.fromisoformat(ends)
        )
        room.save(slipped)
        with pytest.raises(UnableToDecide, match=f"{begins}.*{ends}"):
            room.report(at=world.later(days=2))
        assert room.again().state == Sheet.State.OPEN

    @pytest.mark.parametrize(("begins", "ends"), [("08:00", "16:00"), ("18:00", "00:30"), ("23:00", "01:00")])
    def test_a_long_day_and_a_late_evening_are(self, room: Room, world: World, begins: str, ends: str):
        (lawyer,) = room.lawyers(1)
        said = room.keyed(
            room.row(lawyer), begins_at=time.fromisoformat(begins), ends_at=time.fromisoformat(ends)
        )
        room.save(said)
        assert room.report(at=world.later(days=2)).kind == "reported"


class TestWhatIsSaidBeforeReporting:
    def test_a_room_that_sat_shorter_than_its_lecture(self, room: Room):
        short = room.keyed(room.row(*room.lawyers(1)), ends_at=time(10))
        assert [each for each in missing(room, short) if "60" in each and "118" in each]

    def test_a_room_that_sat_as_long_as_its_lecture_is_not_said(self, room: Room):
        whole = room.keyed(room.row(*room.lawyers(1)), ends_at=time(11))
        assert not [each for each in missing(room, whole) if "118" in each]


class TestWhoseMinutesAreSaid:
    """Of people on other rosters a sheet says that there is something, and no minutes to whoever may choose its hours."""

    def test_a_draft_says_none(self, room: Room, world: World):
        # Given somebody of another region who sat at a player from 9:30 to 10:30
        stranger = world.yunnan_lawyer
        watched(stranger, another(room), world.now, 60)
        # When the contact of the county keys them with hours of their choice
        room.save(
            room.keyed(room.row(room.lawyers(1)[0]), by_number(stranger), ends_at=time(10)),
            by=world.county_contact,
        )
        # Then there is something, and no minutes
        page = page_of(world.county_contact, room)
        assert "另有记录" in page
        assert "分钟中的" not in page

    def test_nor_a_reported_one_to_whoever_keys(self, room: Room, world: World):
        stranger = world.yunnan_lawyer
        watched(stranger, another(room), world.now, 60)
        room.save(room.keyed(by_number(stranger)), by=world.county_contact)
        room.report()
        keying = page_of(world.county_contact, room)
        assert "另有记录" in keying
        assert "分钟中的" not in keying
        # Whoever confirms it decides about the hours, and sees what of them is left.
        assert "118 分钟中的 58 分钟" in page_of(room.city_officer, room, "review/")

    def test_of_ones_own_roster_a_draft_says_them(self, room: Room, world: World):
        (lawyer,) = room.lawyers(1)
        watched(lawyer, another(room), world.now, 60)
        room.save(room.keyed(room.row(lawyer)))
        assert "118 分钟中的 58 分钟" in page_of(world.county_contact, room)


class TestNoHourIsCutInSilence:
    def test_a_part_without_times_that_was_confirmed_first(self, room: Room):
        # Given 60 minutes of a room from 9:00 to 12:00, without times, confirmed: they count from 9:00 to 10:00
        (lawyer,) = room.lawyers(1)
        second = another(room, begins=time(9), ends_at=time(10, 58))
        room.confirmed(room.keyed(room.row(lawyer, PART, 60), ends_at=time(12)))
        # When the whole of another one from 9:00 to 10:58 is reported
        second.save(second.keyed(second.row(lawyer)))
        second.scan()
        second.report()
        # Then whoever decides it reads why a part of it does not count.
        review = page_of(room.city_officer, second, "review/")
        assert "09:00–10:00 在另一个会场" in review
        assert "118 分钟中的 58 分钟" in review
        second.confirm()
        assert hours(lawyer) == [Decimal("1.0"), Decimal("1.0")]
