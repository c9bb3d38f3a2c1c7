"""Reminders: who signed up hears of it three days before, and the lecturer of a missing signature after it."""

import io
from datetime import timedelta

import pytest
import time_machine

from courses import api
from courses.schedule import evidence, notices, reminding, signing_up
from courses.schedule.tasks import remind
from qianchang.people.models import Notice
from tests.courses.schedule.conftest import PAPER

pytestmark = pytest.mark.django_db


@pytest.fixture
def taken(arranged, world):
    """A session in five days, one seat; 韦晓岚 has it and 农志强 waits."""
    session = arranged(on=world.day + timedelta(days=5))
    notices.write_notice(
        session=session, begins_at=None, seats=1, audience="", takes_names=True, sign_up="",
        sign_up_last_date=None, text="", by=world.supporting_officer, at=world.now,
    )  # fmt: skip
    for lawyer in (world.county_lawyer, world.second_county_lawyer):
        signing_up.sign_up(session=session, lawyer=lawyer, by=lawyer.account, at=world.now)
    return session


def told(event):
    return list(Notice.objects.filter(event=event).values_list("account__username", flat=True))


class TestThreeDaysBefore:
    def test_who_has_a_seat_hears_once(self, taken, world):
        assert reminding.remind_signed_up(at=world.later(days=1)) == 0
        assert reminding.remind_signed_up(at=world.later(days=2)) == 1
        assert reminding.remind_signed_up(at=world.later(days=3)) == 0
        assert told("session_reminder") == [world.county_account.username]

    def test_nobody_hears_of_what_is_cancelled_or_over(self, taken, world):
        assert reminding.remind_signed_up(at=world.later(days=6)) == 0
        api.cancel_session(session=taken, by=world.supporting_officer, at=world.now)
        assert reminding.remind_signed_up(at=world.later(days=3)) == 0


class TestSignature:
    def test_the_lecturer_is_asked_once_when_the_day_is_over(self, arranged, world):
        arranged(on=world.day + timedelta(days=1))
        assert reminding.ask_lecturers(at=world.later(days=1)) == 0
        assert reminding.ask_lecturers(at=world.later(days=2)) == 1
        assert reminding.ask_lecturers(at=world.later(days=3)) == 0
        assert told("session_to_sign") == [world.expert.username]

    def test_a_signed_sheet_is_enough(self, arranged, world):
        session = arranged()
        evidence.add_file(
            session=session,
            kind="sign_off",
            file=evidence.accepted("sign_off", io.BytesIO(PAPER), size_bytes=len(PAPER)),
            by=world.supporting_officer,
            at=world.now,
        )
        assert reminding.ask_lecturers(at=world.later(days=1)) == 0

    def test_a_recording_is_signed_by_nobody(self, arranged, world):
        arranged("dvd")
        assert reminding.ask_lecturers(at=world.later(days=1)) == 0


def test_the_task_does_both(taken, arranged, world):
    arranged(on=world.day + timedelta(days=2))
    with time_machine.travel(world.later(days=3), tick=False):
        remind()
    assert told("session_reminder")
    assert told("session_to_sign")
