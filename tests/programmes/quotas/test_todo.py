"""今日待办: what waits for whom, until when, in the own scope only."""

from datetime import date, timedelta

import pytest
import time_machine

from courses.schedule import operations as schedule
from programmes.quotas import operations
from qianchang.people.models import RosterImport
from qianchang.people.todo import todo

pytestmark = pytest.mark.django_db


def titles(account, on):
    return [group.title for group in todo(account, on=on)]


def tasks(account, on, title):
    return next((group.tasks for group in todo(account, on=on) if group.title == title), ())


class TestDeadlines:
    def test_a_held_session_is_to_be_confirmed_within_15_days(self, office, world):
        office.held(mode="onsite")
        (row,) = tasks(world.beneficiary_officer, world.day, "要确认的场次")
        assert (row.due, row.left) == (world.day + timedelta(days=15), 15)
        (late,) = tasks(world.beneficiary_officer, world.day + timedelta(days=16), "要确认的场次")
        assert late.late == 1

    def test_what_was_returned_is_due_by_the_end_of_the_month(self, office, world):
        fact = office.held(mode="onsite")
        operations.return_session(
            session=fact, reason="签到表看不清", by=world.beneficiary_officer, at=world.now
        )
        (row,) = tasks(world.supporting_officer, world.day, "要补的材料")
        assert (row.due, row.urgent, row.note) == (date(2026, 10, 31), True, "签到表看不清")

    def test_a_month_with_confirmed_sessions_is_closed_by_its_end(self, office, world):
        office.confirmed(mode="onsite")
        (row,) = tasks(world.supporting_officer, world.day, "要结账的月份")
        assert row.due == date(2026, 10, 31)
        assert "/office/close/BQQ-2012/2026-10/" in row.url


class TestScope:
    def test_the_other_sides_work_and_other_regions_are_not_listed(self, office, world):
        office.held(mode="onsite")
        assert "要确认的场次" in titles(world.beneficiary_officer, world.day)
        assert "要确认的场次" not in titles(world.supporting_officer, world.day)
        assert titles(world.yunnan_officer, world.day) == []

    def test_a_cancelled_session_waits_for_nobody(self, office, world):
        fact = office.scheduled(mode="onsite")
        assert titles(world.supporting_officer, world.day) == ["要登记举办的场次"]
        schedule.cancel_session(session=fact, by=world.supporting_officer, at=world.now)
        assert titles(world.supporting_officer, world.day) == []


class TestPage:
    @pytest.fixture
    def page(self, client_for, world):
        def look(account, at=None):
            with time_machine.travel(at or world.now, tick=False):
                return client_for(account).get("/office/")

        return look

    def test_it_shows_the_days_left_and_one_button_each(self, office, world, page):
        office.held(mode="onsite")
        shown = page(world.beneficiary_officer).content.decode()
        assert "还有 15 天" in shown
        assert "今天到期" in page(world.beneficiary_officer, world.later(days=15)).content.decode()
        assert "已过 2 天" in page(world.beneficiary_officer, world.later(days=17)).content.decode()

    def test_when_nothing_waits_the_next_deadline_stands_there(self, office, world, page):
        shown = page(world.supporting_officer).content.decode()
        assert "今天没有待办。下一个期限：" in shown
        assert "月月报" in shown
        assert "今天没有待办。" in page(world.beneficiary_officer).content.decode()

    def test_who_has_no_desk_is_refused(self, office, world, page):
        assert page(world.county_account).status_code == 403
        assert page(world.expert).status_code == 403

    def test_it_asks_no_more_for_more_rows(self, office, world, client_for, django_assert_max_num_queries):
        lecture = office.lecture()
        for day in range(1, 11):
            office.held(lecture, mode="onsite", on=world.day.replace(day=day))
        with time_machine.travel(world.now, tick=False):
            browser = client_for(world.beneficiary_officer)
            with django_assert_max_num_queries(28):
                assert browser.get("/office/").status_code == 200


class TestRoster:
    def test_lawyers_who_never_signed_in_wait_for_those_who_import_rosters(self, office, world):
        assert world.unactivated_lawyer
        (row,) = tasks(world.beneficiary_officer, world.day, "激活")
        assert (row.what, row.url) == ("1 位律师还没有激活账号", "/office/roster/?state=waiting")
        assert tasks(world.yunnan_officer, world.day, "激活") == ()
        assert tasks(world.supporting_officer, world.day, "激活") == ()

    def test_an_import_that_was_begun_waits_until_its_rows_are_erased(self, office, world, settings):
        settings.KEEP_DAYS = {**settings.KEEP_DAYS, "roster_imports": 30}
        begun = {"association": world.guangxi, "created_at": world.now, "stands_on": world.day}
        RosterImport.objects.create(**begun, file_name="九月.xlsx", state="cancelled")
        RosterImport.objects.create(
            **begun,
            file_name="十月.xlsx",
            state="checked",
            checked_at=world.now,
            rows_read=5,
            faulty=2,
            new=3,
        )
        (row,) = tasks(world.beneficiary_officer, world.day, "名册导入")
        assert (row.what, row.note) == ("十月.xlsx", "2 行待改")
        assert row.due == world.day + timedelta(days=30)
        assert tasks(world.yunnan_officer, world.day, "名册导入") == ()
