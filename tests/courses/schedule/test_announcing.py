"""Telling a region of its sessions: who, once, and not again."""

from datetime import timedelta

import pytest

from courses.schedule import announcing, operations, tasks
from courses.schedule.models import DeliveryMode, TrainingSession
from qianchang.people.models import Notice
from qianchang.people.notices import wording
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(world):
    DeliveryMode.objects.create(code="onsite", name_zh="现场授课", name_en="on site", letter="X", position=1)
    lecture = make_published_lecture(world, released_to=[world.guangxi], title="医疗损害鉴定")
    return operations.schedule_session(
        lecture=lecture,
        mode_code="onsite",
        supporter=world.guangdong,
        beneficiary=world.guangxi,
        date=world.day + timedelta(days=39),
        place="百色市会议中心",
        by=world.supporting_officer,
        at=world.now,
    )


def readers(event):
    return set(Notice.objects.filter(event=event).values_list("account", flat=True))


class TestScheduled:
    def test_the_lawyers_of_the_region_are_told_and_nobody_else(self, session, world):
        lawyers = {world.county_account.pk, world.second_county_lawyer.account.pk}
        assert world.yunnan_lawyer
        assert world.unactivated_lawyer
        assert announcing.announce_sessions(at=world.later(minutes=5)) == 2
        assert readers("session_scheduled") == lawyers

    def test_it_says_when_how_what_and_where(self, session, world):
        assert world.county_account
        announcing.announce_sessions(at=world.later(minutes=5))
        said = wording.said(Notice.objects.get(event="session_scheduled"))
        assert said.subject == "11 月 20 日 现场授课：医疗损害鉴定"
        assert "百色市会议中心" in said.text
        assert "广东省律师协会" in said.text
        assert said.link.startswith("/sessions/")

    def test_a_city_below_the_region_is_of_it(self, session, world):
        world.county_lawyer.association = world.baise
        world.county_lawyer.save()
        announcing.announce_sessions(at=world.later(minutes=5))
        assert world.county_account.pk in readers("session_scheduled")

    def test_once_however_often_it_is_asked_and_few_questions_then(
        self, session, world, django_assert_max_num_queries
    ):
        assert world.county_account
        announcing.announce_sessions(at=world.later(minutes=5))
        with django_assert_max_num_queries(3):
            assert announcing.announce_sessions(at=world.later(minutes=10)) == 0

    def test_what_lies_behind_or_was_scheduled_long_ago_is_not_announced(self, session, world):
        assert world.county_account
        assert announcing.announce_sessions(at=world.later(days=8)) == 0
        TrainingSession.objects.update(date=world.day - timedelta(days=1))
        assert announcing.announce_sessions(at=world.later(minutes=5)) == 0


class TestCancelled:
    def test_what_was_announced_is_taken_back_once(self, session, world):
        assert world.county_account
        announcing.announce_sessions(at=world.later(minutes=5))
        operations.cancel_session(session=session, by=world.supporting_officer, at=world.later(hours=1))
        assert announcing.announce_sessions(at=world.later(hours=2)) == 1
        assert announcing.announce_sessions(at=world.later(hours=3)) == 0
        assert wording.said(Notice.objects.get(event="session_cancelled")).subject.startswith(
            "取消：11 月 20 日"
        )

    def test_what_nobody_was_told_of_is_not(self, session, world):
        assert world.county_account
        operations.cancel_session(session=session, by=world.supporting_officer, at=world.later(minutes=1))
        assert announcing.announce_sessions(at=world.later(minutes=5)) == 0


def test_the_scheduler_asks_for_it(settings):
    asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert asked.count(tasks.announce.name) == 1
