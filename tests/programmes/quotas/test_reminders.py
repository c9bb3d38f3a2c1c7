"""What officers are told without asking: waiting sessions, a lost pace, the end of a month."""

from datetime import date, datetime

import pytest
from django.db.models import Q

from programmes.quotas import reminders, tasks
from programmes.quotas.board import board
from qianchang.people.models import Notice
from qianchang.people.notices import wording
from tests.world import SHANGHAI

pytestmark = pytest.mark.django_db


def on(day, hour=9):
    return datetime(day.year, day.month, day.day, hour, tzinfo=SHANGHAI)


def subjects(account, event):
    rows = Notice.objects.filter(Q(account=account), event=event).order_by("pk")
    return [wording.said(notice).subject for notice in rows]


class TestToConfirm:
    def test_after_3_days_and_after_10_the_beneficiary_side_is_told(self, office, world):
        office.held(mode="onsite")
        lecture = office.lecture("合同纠纷")
        office.held(lecture, mode="onsite")
        assert world.beneficiary_officer
        assert world.second_beneficiary_officer
        days = {
            passed: reminders.remind_to_confirm(at=world.later(days=passed)) for passed in (2, 3, 4, 9, 10)
        }
        assert days == {2: 0, 3: 2, 4: 0, 9: 0, 10: 2}
        assert subjects(world.beneficiary_officer, "confirm_waiting") == ["2 场待确认", "2 场待确认"]

    def test_nobody_else_is_told(self, office, world):
        office.held(mode="onsite")
        others = (world.yunnan_officer, world.supporting_officer, world.national_officer, world.administrator)
        reminders.remind_to_confirm(at=world.later(days=3))
        for account in others:
            assert subjects(account, "confirm_waiting") == []

    def test_what_is_confirmed_is_not_waiting(self, office, world):
        office.confirmed(mode="onsite")
        assert reminders.remind_to_confirm(at=world.later(days=3)) == 0

    def test_a_day_that_was_missed_is_made_up_for(self, office, world):
        office.held(mode="onsite")
        assert world.beneficiary_officer
        assert reminders.remind_to_confirm(at=world.later(days=5)) == 1
        assert reminders.remind_to_confirm(at=world.later(days=6)) == 0


class TestPace:
    def test_on_the_first_the_supporting_side_is_told_how_far_it_is_behind(self, office, world):
        first = date(2026, 11, 1)
        seen = board(office.plan, supporter=world.guangdong, year=2026, as_of=first)
        assert world.supporting_officer
        reminders.remind_of_pace(at=on(first))
        assert subjects(world.supporting_officer, "behind_pace") == [
            f"本年已计入 0 场，比进度少 {seen.due_by_now} 场"
        ]
        assert reminders.remind_of_pace(at=on(first, 20)) == 0

    def test_on_other_days_nobody_is(self, office, world):
        assert world.supporting_officer
        assert reminders.remind_of_pace(at=on(date(2026, 11, 4))) == 0

    def test_who_keeps_the_pace_is_left_in_peace(self, office, world):
        # Given the first of January, when nothing is due yet
        assert world.supporting_officer
        assert reminders.remind_of_pace(at=on(date(2027, 1, 1))) == 0


class TestReturn:
    @pytest.mark.parametrize(
        ("day", "subject"),
        [
            (date(2026, 10, 26), "10 月月报 10 月 31 日前报送"),
            (date(2026, 10, 31), "10 月月报今天报送"),
            (date(2026, 11, 1), "10 月月报已过期限"),
        ],
    )
    def test_both_sides_are_told_while_something_is_open(self, office, world, day, subject):
        office.held(mode="onsite")
        assert world.beneficiary_officer
        assert reminders.remind_of_return(at=on(day)) == 2
        assert subjects(world.supporting_officer, "return_due") == [subject]
        assert subjects(world.beneficiary_officer, "return_due") == [subject]
        assert reminders.remind_of_return(at=on(day, 20)) == 0

    def test_the_beneficiary_side_is_done_when_it_confirmed(self, office, world):
        office.confirmed(mode="onsite")
        assert reminders.remind_of_return(at=on(date(2026, 10, 26))) == 1
        assert subjects(world.beneficiary_officer, "return_due") == []

    def test_the_supporting_side_is_done_when_it_posted(self, office, world):
        office.confirmed(mode="onsite")
        office.close("2026-10", at=on(date(2026, 10, 31), 8))
        assert reminders.remind_of_return(at=on(date(2026, 10, 31))) == 0

    @pytest.mark.parametrize("day", [date(2026, 10, 20), date(2026, 10, 29), date(2026, 11, 4)])
    def test_on_other_days_nobody_is(self, office, world, day):
        office.held(mode="onsite")
        assert reminders.remind_of_return(at=on(day)) == 0

    def test_a_month_without_anything_open_needs_no_reminder(self, office, world):
        assert world.supporting_officer
        assert reminders.remind_of_return(at=on(date(2026, 10, 31))) == 0


def test_the_scheduler_asks_for_it(settings):
    asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert asked.count(tasks.remind.name) == 1


def test_all_of_it_may_be_asked_every_hour(office, world):
    office.held(mode="onsite")
    assert world.beneficiary_officer
    first = reminders.remind(at=world.later(days=3))
    assert first == 1
    assert [reminders.remind(at=world.later(days=3, hours=hour)) for hour in range(1, 5)] == [0] * 4
