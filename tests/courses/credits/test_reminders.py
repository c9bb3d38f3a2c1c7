"""What lawyers are told of their hours: every week what it brought, and before the year ends what is missing."""

from datetime import date, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils.timezone import localdate, make_aware

from courses.credits import duties, queries, reminders, tasks
from courses.credits.operations import ensure_default_rules
from qianchang.people.models import Notice, Practice
from qianchang.people.notices import wording
from tests.courses.factories import make_published_lecture

pytestmark = pytest.mark.django_db


def told(event, account):
    return list(Notice.objects.filter(event=event, account=account))


@pytest.fixture
def rule(world):
    ensure_default_rules(world.now)
    assert world.county_account
    return duties.term_of(world.jurisdiction, at=world.now)


def days_before_the_end(term, days):
    return make_aware(datetime.combine(term.end - timedelta(days=days), datetime.min.time())) + timedelta(
        hours=9
    )


class TestMissing:
    def test_many_at_once_is_what_each_ones_page_says(self, watched, world):
        watched()
        lawyers = [world.county_lawyer, world.second_county_lawyer]
        Practice.objects.create(
            lawyer=lawyers[1], kind="practising", valid_from=date(2026, 7, 1), source="执业登记 2026-07"
        )
        at = world.later(days=1)
        term = duties.term_of(world.jurisdiction, at=at)
        missing = duties.hours_missing(lawyers, term)
        for lawyer in lawyers:
            totals = queries.year_of(lawyer, year=None, at=at).totals
            assert missing[lawyer.pk] == max(
                totals.total.missing, totals.ethics.missing, totals.onsite.missing
            )
        assert 0 < missing[lawyers[0].pk] < term.rule.yearly_hours

    def test_it_asks_no_more_for_more(self, rule, world, django_assert_num_queries):
        lawyers = [world.county_lawyer, world.second_county_lawyer, world.unactivated_lawyer]
        with django_assert_num_queries(2):
            duties.hours_missing(lawyers, rule)


class TestWeek:
    def test_whoever_earned_is_told_on_monday_how_much_and_what_is_missing(self, watched, world, evening):
        watched()
        # world.now is a Monday: the evening's hours are told of in the week after it.
        assert reminders.tell_of_week(at=world.now) == 0
        monday = world.now + timedelta(days=7)
        assert reminders.tell_of_week(at=monday) == 1
        (notice,) = told("hours_credited", world.county_account)
        assert notice.words["hours"] == "2.5"
        assert wording.said(notice).subject.startswith("本周记入 2.5 学时，还差 ")

    def test_once_a_week_however_often_it_is_asked(self, watched, world):
        watched()
        monday = world.now + timedelta(days=7)
        reminders.tell_of_week(at=monday)
        assert reminders.tell_of_week(at=monday + timedelta(days=2)) == 0
        assert reminders.tell_of_week(at=monday + timedelta(days=7)) == 0
        assert len(told("hours_credited", world.county_account)) == 1

    def test_nobody_else_is_told(self, watched, world):
        watched()
        other = world.second_county_lawyer.account
        reminders.tell_of_week(at=world.now + timedelta(days=7))
        assert told("hours_credited", other) == []

    def test_the_whole_duty_done_is_said(self):
        said = wording.said(Notice(event="hours_credited", words={"hours": "2.5", "missing": "0"}))
        assert said.subject == "本周记入 2.5 学时，本年度已达标"


class TestYear:
    @pytest.mark.parametrize("days", reminders.BEFORE_THE_END)
    def test_whoever_is_short_is_told(self, rule, world, days):
        assert reminders.remind_of_year(at=days_before_the_end(rule, days)) >= 1
        (notice,) = told("year_end", world.county_account)
        assert notice.words == {"days": days, "missing": f"{rule.rule.yearly_hours:.1f}"}

    @pytest.mark.parametrize("days", [91, 87, 31, 8, 1, 0])
    def test_on_other_days_nobody_is(self, rule, world, days):
        assert reminders.remind_of_year(at=days_before_the_end(rule, days)) == 0

    def test_a_day_that_was_missed_is_made_up_for_with_the_days_as_they_are(self, rule, world):
        reminders.remind_of_year(at=days_before_the_end(rule, 28))
        (notice,) = told("year_end", world.county_account)
        assert notice.words["days"] == 28

    def test_once_however_often_it_is_asked(self, rule, world):
        at = days_before_the_end(rule, 30)
        reminders.remind_of_year(at=at)
        assert reminders.remind_of_year(at=at + timedelta(hours=5)) == 0

    def test_whoever_has_everything_is_left_in_peace(self, rule, world, monkeypatch):
        monkeypatch.setattr(
            duties, "hours_missing", lambda lawyers, _term: {each.pk: Decimal(0) for each in lawyers}
        )
        assert reminders.remind_of_year(at=days_before_the_end(rule, 30)) == 0

    def test_without_a_rule_nobody_owes_anything(self, world):
        assert world.county_account
        assert reminders.remind_of_year(at=world.now) == 0


def test_the_scheduler_asks_for_it(settings):
    asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert asked.count(tasks.remind.name) == 1


def test_a_lecture_alone_tells_no_lawyer(world):
    make_published_lecture(world, released_to=[world.guangxi])
    assert not Notice.objects.filter(account=world.county_account).exists()
    assert localdate(world.now).weekday() == 0
