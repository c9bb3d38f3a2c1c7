"""What is the same session entered twice: one lecture, region, mode, day, place and half-day, among those that stand."""

from datetime import date, time

import pytest
from django.db import IntegrityError, transaction

from courses import api
from courses.api import UnableToSchedule
from courses.schedule import notices
from courses.schedule.models import SessionNotice, TrainingSession
from courses.schedule.notices import UnableToNotify

pytestmark = pytest.mark.django_db

MORNING, LATER_THAT_MORNING, AFTERNOON = time(9), time(10, 30), time(14, 30)
TO_COME = date(2026, 10, 12)


def announced(session, world, *, begins_at):
    return notices.write_notice(
        session=session,
        begins_at=begins_at,
        seats=None,
        audience="",
        takes_names=True,
        sign_up="",
        sign_up_last_date=None,
        text="",
        by=world.supporting_officer,
        at=world.now,
    )


def test_a_morning_and_an_afternoon_of_one_day_at_one_place_are_two(arranged):
    assert arranged(begins_at=MORNING).code != arranged(begins_at=AFTERNOON).code


@pytest.mark.parametrize(
    ("first", "second"), [(MORNING, MORNING), (MORNING, LATER_THAT_MORNING), (None, None)]
)
def test_one_half_day_is_one_session_and_a_form_sent_twice_makes_no_second(arranged, first, second):
    standing = arranged(begins_at=first)
    with pytest.raises(UnableToSchedule, match=standing.code):
        arranged(begins_at=second)
    assert TrainingSession.objects.count() == 1


def test_noon_begins_the_afternoon(arranged):
    standing = arranged(begins_at=time(12))
    with pytest.raises(UnableToSchedule, match=standing.code):
        arranged(begins_at=time(23, 59))
    arranged(begins_at=time(11, 59))


@pytest.mark.parametrize("hour", [None, MORNING])
def test_the_database_refuses_the_second_one_too(arranged, hour):
    standing = arranged(begins_at=hour)
    with pytest.raises(IntegrityError), transaction.atomic():
        TrainingSession.objects.create(
            code="桂26-X-9998",
            **{
                name: getattr(standing, name)
                for name in ("lecture_version", "mode", "supporter", "beneficiary", "date", "place")
            },
            state="scheduled",
            entered_by=standing.entered_by,
            entered_at=standing.entered_at,
            begins_at=hour,
        )


def test_a_notice_cannot_move_a_session_onto_the_half_day_of_another(arranged, world):
    morning = arranged(on=TO_COME, begins_at=MORNING)
    afternoon = arranged(on=TO_COME, begins_at=AFTERNOON)
    with pytest.raises(UnableToNotify, match=morning.code):
        announced(afternoon, world, begins_at=LATER_THAT_MORNING)
    afternoon.refresh_from_db()
    assert afternoon.begins_at == AFTERNOON
    assert not SessionNotice.objects.exists()
    announced(afternoon, world, begins_at=time(15))
    afternoon.refresh_from_db()
    assert afternoon.begins_at == time(15)


class TestReversed:
    @pytest.fixture
    def reversed_one(self, arranged, world):
        made = arranged(on=date(2026, 10, 1), begins_at=MORNING)
        api.record_held(session=made, by=world.supporting_officer, at=world.now)
        api.record_reversed(session=made.pk, by=world.national_officer, at=world.now)
        made.refresh_from_db()
        return made

    def test_it_is_entered_again_at_the_same_hour_and_place_and_repeats_nothing(self, arranged, reversed_one):
        again = arranged(on=reversed_one.date, begins_at=MORNING)
        assert again.repeat_of is None
        assert api.session_fact(reversed_one.code).state == "held"

    def test_the_second_entry_is_again_the_only_one(self, arranged, reversed_one):
        again = arranged(on=reversed_one.date, begins_at=MORNING)
        with pytest.raises(UnableToSchedule, match=again.code):
            arranged(on=reversed_one.date, begins_at=MORNING)

    def test_nobody_is_warned_of_it(self, reversed_one, world):
        assert not api.clash_warnings(
            lecture_id=reversed_one.lecture_version.lecture_id,
            mode_code="onsite",
            beneficiaries=[world.guangxi.pk],
            date=reversed_one.date,
            place=reversed_one.place,
            begins_at=MORNING,
        )

    def test_twice_is_the_same_as_once(self, reversed_one, world):
        api.record_reversed(session=reversed_one.pk, by=world.national_officer, at=world.later(days=3))
        before = reversed_one.reversed_at
        reversed_one.refresh_from_db()
        assert reversed_one.reversed_at == before == world.now

    def test_only_what_was_held_is_reversed(self, arranged, world):
        made = arranged(on=TO_COME)
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingSession.objects.filter(pk=made.pk).update(reversed_at=world.now)
        api.record_reversed(session=made.pk, by=world.national_officer, at=world.now)
        made.refresh_from_db()
        assert made.reversed_at is None
