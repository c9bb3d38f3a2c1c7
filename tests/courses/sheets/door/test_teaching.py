"""The lecturer's own hours, where the lecturer was elsewhere at the same time."""

from datetime import time
from decimal import Decimal

import pytest

from courses.catalogue.models import Lecturer
from courses.sheets.models import CountedSpan
from courses.sheets.rules import PART
from qianchang.people.models import Lawyer
from tests.courses.sheets.factories import Room
from tests.courses.sheets.test_elsewhere import another, hours, watched
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def room(world: World) -> Room:
    """On site from 9:00 to 10:58."""
    made = Room(world, mode="onsite")
    assert made.city_officer.pk
    assert len(made.lawyers(2)) == 2
    return made


@pytest.fixture
def teacher(room: Room) -> Lawyer:
    """Who lectures there, a lawyer of the county as well."""
    lawyer = room.world.county_lawyer
    given = Lecturer.objects.create(
        slug="teacher", name=lawyer.name, association=room.world.guangxi, account=lawyer.account
    )
    room.lecture.lecturers.set([given])
    room.lecture.save()
    return lawyer


@pytest.fixture
def second(room: Room, teacher: Lawyer) -> Room:
    """A group screening of another lecture, from 10:00 to 11:58."""
    shown = Room(room.world, people=room.people)
    shown.__dict__.update(discs=room.discs, firm=room.firm, city_officer=room.city_officer)
    return another(shown, begins=time(10))


def standing(lawyer: Lawyer) -> list[tuple[int, Decimal]]:
    """The minutes of each span that counts, with the hours that stand on it."""
    found = CountedSpan.objects.filter(lawyer=lawyer, entry__reversed_by=None).order_by("from_at")
    return [((each.until_at - each.from_at).seconds // 60, each.entry.hours) for each in found]


def test_whoever_taught_does_not_sit_in_another_room(room: Room, second: Room, teacher: Lawyer):
    room.confirmed(room.keyed(room.row(room.lawyers(1)[0])))
    second.confirmed(second.keyed(second.row(teacher)))
    assert hours(teacher) == [Decimal("2.5"), Decimal("1.0")]
    assert standing(teacher) == [(118, Decimal("2.5")), (60, Decimal("1.0"))]


def test_nor_teaches_while_another_room_counts(room: Room, second: Room, teacher: Lawyer):
    second.confirmed(second.keyed(second.row(teacher)))
    room.confirmed(room.keyed(room.row(room.lawyers(1)[0])))
    assert hours(teacher) == [Decimal("2.5"), Decimal("1.0")]


def test_a_row_on_the_own_sheet_that_was_cut_stays_cut(room: Room, second: Room, teacher: Lawyer):
    watched(teacher, second, room.world.now, 60)
    room.confirmed(room.keyed(room.row(teacher)))
    # From 9:30 to 10:30 the lecturer was at a player.
    assert hours(teacher) == [Decimal("1.0")]
    assert standing(teacher) == [(30, Decimal("1.0")), (28, Decimal("1.0"))]


def test_of_a_part_on_the_own_sheet_the_whole_counts_and_keeps_its_time(room: Room, teacher: Lawyer):
    room.confirmed(room.keyed(room.row(teacher, PART, 45)))
    assert sum(hours(teacher)) == Decimal("2.5")
    assert standing(teacher) == [(118, Decimal("2.5"))]
