"""Hours of a room that two people took back and give back: their time counts again, and never beside other time."""

from datetime import time, timedelta
from decimal import Decimal

import pytest

from courses.credits import corrections
from courses.credits.corrections import UnableToCorrect
from courses.credits.models import Correction, CreditEntry
from courses.sheets.models import CountedSpan
from qianchang.people.models import Lawyer
from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import another, hours, watched

pytestmark = pytest.mark.django_db


def proposed(room: Room, lawyer: Lawyer) -> Correction:
    """The last entry of a lawyer's hours of a room is to be turned round."""
    entry = CreditEntry.objects.filter(lawyer=lawyer, lecture=room.lecture.pk).order_by("pk").last()
    assert entry is not None
    return corrections.propose_correction(
        subject=corrections.subject_of_entry(entry),
        reason="核对签到表",
        by=room.city_officer,
        at=room.world.later(days=2),
    )


def turned(room: Room, lawyer: Lawyer, times: int = 1) -> None:
    """Taken back, given back, and so on: each time by two people."""
    for _each in range(times):
        corrections.carry_out(
            correction=proposed(room, lawyer),
            by=room.world.beneficiary_officer,
            at=room.world.later(days=3),
        )


def confirmed_later(room: Room, lawyer: Lawyer) -> None:
    room.save(room.keyed(room.row(lawyer)))
    room.scan()
    room.report()
    room.confirm(at=room.world.later(days=4))


def minutes(lawyer: Lawyer) -> list[int]:
    """How long each span is that counts."""
    found = CountedSpan.objects.filter(lawyer=lawyer, entry__reversed_by=None).order_by("from_at")
    return [(each.until_at - each.from_at) // timedelta(minutes=1) for each in found]


@pytest.fixture
def lawyer(room: Room) -> Lawyer:
    return room.lawyers(1)[0]


@pytest.fixture
def second(room: Room, lawyer: Lawyer) -> Room:
    """Another room at the same hours, with another lecture."""
    return another(room, begins=time(9))


def test_hours_are_not_given_back_where_their_time_counts_elsewhere(room: Room, second: Room, lawyer: Lawyer):
    # Given hours that were taken back, and a second room that counts their time since
    room.confirmed(room.keyed(room.row(lawyer)))
    turned(room, lawyer)
    confirmed_later(second, lawyer)
    # When they are to be given back, then nothing is proposed and it is said why.
    with pytest.raises(UnableToCorrect, match="别处"):
        turned(room, lawyer)
    assert hours(lawyer) == [Decimal("2.5"), Decimal("-2.5"), Decimal("2.5")]


def test_nor_where_it_began_to_count_after_it_was_proposed(room: Room, second: Room, lawyer: Lawyer):
    room.confirmed(room.keyed(room.row(lawyer)))
    turned(room, lawyer)
    waits = proposed(room, lawyer)
    confirmed_later(second, lawyer)
    with pytest.raises(UnableToCorrect, match="别处"):
        corrections.carry_out(
            correction=waits, by=room.world.beneficiary_officer, at=room.world.later(days=5)
        )
    assert sum(hours(lawyer)) == Decimal("2.5")


def test_nor_where_something_else_was_watched_meanwhile(room: Room, second: Room, lawyer: Lawyer):
    room.confirmed(room.keyed(room.row(lawyer)))
    turned(room, lawyer)
    watched(lawyer, second, room.world.now, 60)
    with pytest.raises(UnableToCorrect, match="观看"):
        turned(room, lawyer)


def test_the_same_lecture_watched_in_the_room_hinders_nothing(room: Room, lawyer: Lawyer):
    room.confirmed(room.keyed(room.row(lawyer)))
    turned(room, lawyer)
    watched(lawyer, room, room.world.now, 60)
    turned(room, lawyer)
    assert sum(hours(lawyer)) == Decimal("2.5")


@pytest.mark.parametrize("times", [2, 4, 6])
def test_given_back_they_keep_their_time_again(room: Room, second: Room, lawyer: Lawyer, times: int):
    # Given hours that were taken back and given back, however often
    room.confirmed(room.keyed(room.row(lawyer)))
    turned(room, lawyer, times)
    assert minutes(lawyer) == [118]
    # When another room of the same hours is confirmed, then it counts nothing.
    confirmed_later(second, lawyer)
    assert not CreditEntry.objects.filter(lawyer=lawyer, lecture=second.lecture.pk).exists()


def test_what_was_taken_back_before_time_was_written_down(
    room: Room, second: Room, lawyer: Lawyer, monkeypatch
):
    with monkeypatch.context() as before:
        before.setattr("courses.sheets.crediting.count_time", lambda *_: None)
        room.confirmed(room.keyed(room.row(lawyer)))
    turned(room, lawyer, 2)
    assert minutes(lawyer) == [118]
    confirmed_later(second, lawyer)
    assert sum(hours(lawyer)) == Decimal("2.5")
