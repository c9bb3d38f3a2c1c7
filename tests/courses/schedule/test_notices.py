"""Session notices (场次预告): who sees which session, what it says, its calendar, and who writes it."""

from datetime import time, timedelta

import pytest
import time_machine
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from icalendar import Calendar

from courses import api
from courses.schedule import notices
from courses.schedule.models import SessionNotice, TrainingSession
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_published_lecture
from tests.courses.schedule.conftest import MODES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def today(world):
    with time_machine.travel(world.now, tick=False):
        yield


@pytest.fixture
def guest():
    return Client()


@pytest.fixture
def lecture(world):
    """Open to Guangxi only."""
    return make_published_lecture(
        world, released_to=[world.guangxi], title="边境贸易合同审查", duration_ms=90 * 60_000
    )


@pytest.fixture
def schedule(world, lecture):
    """Return a function that schedules a session of Guangdong for Guangxi, five days from now."""
    api.ensure_delivery_modes(MODES)

    def enter(*, beneficiary=None, in_days=5, place="那坡县司法局", of=None):
        return api.schedule_session(
            lecture=of or lecture,
            mode_code="onsite",
            supporter=world.guangdong,
            beneficiary=beneficiary or world.guangxi,
            date=(world.now + timedelta(days=in_days)).date(),
            place=place,
            by=world.supporting_officer,
            at=world.now,
        )

    return enter


@pytest.fixture
def write(world):
    """Return a function that writes a notice as Guangdong's officer."""

    def publish(session, *, by=None, at=None, **more):
        said = {
            "begins_at": time(9, 30),
            "seats": 40,
            "audience": "百色市各县律师",
            "takes_names": True,
            "sign_up": "百色市律协 0776-1234567",
            "sign_up_last_date": None,
            "text": "",
            **more,
        }
        return notices.write_notice(
            session=session, by=by or world.supporting_officer, at=at or world.now, **said
        )

    return publish


def shown(client, address):
    answer = client.get(address)
    assert answer.status_code == 200, address
    return answer.content.decode()


class TestWhoSees:
    def test_without_a_notice_only_the_region_and_those_it_is_released_to(
        self, world, guest, client_for, schedule
    ):
        # Given a session for Guangxi of a lecture that is open to Guangxi
        session = schedule()
        # Then a guest and a lawyer of Yunnan find nothing, in any way
        for client in (guest, client_for(world.yunnan_lawyer.account)):
            assert session.place not in shown(client, "/sessions/?region=all")
            assert client.get(f"/sessions/{session.code}/").status_code == 404
            assert client.get(f"/sessions/{session.code}/calendar.ics").status_code == 404
            assert session.code not in shown(client, "/sessions/calendar.ics?region=all")
        # And Guangxi's lawyer does
        assert session.place in shown(client_for(world.county_account), "/sessions/")

    def test_the_officers_of_both_sides_see_it(self, world, client_for, schedule):
        session = schedule()
        for officer in (world.supporting_officer, world.beneficiary_officer):
            assert client_for(officer).get(f"/sessions/{session.code}/").status_code == 200

    def test_with_a_notice_everybody_does_and_the_lecture_stays_closed(self, guest, schedule, write, lecture):
        session = schedule()
        write(session)
        assert session.place in shown(guest, "/sessions/")
        page = shown(guest, f"/sessions/{session.code}/")
        assert f'href="{lecture.url}"' not in page

    def test_of_an_open_lecture_without_one(self, world, guest, schedule):
        open_to_all = make_published_lecture(world, released_to=None, title="仲裁实务")
        session = schedule(of=open_to_all)
        assert f'href="{open_to_all.url}"' in shown(guest, f"/sessions/{session.code}/")

    def test_a_planned_one_is_nobodys_news(self, guest, schedule, write):
        session = schedule()
        write(session)
        TrainingSession.objects.update(state=TrainingSession.State.PLANNED)
        assert guest.get(f"/sessions/{session.code}/").status_code == 404


class TestList:
    def test_a_lawyer_begins_with_the_own_region_and_can_look_at_all(
        self, world, client_for, schedule, write
    ):
        write(schedule())
        write(schedule(beneficiary=world.yunnan, place="昆明市司法局"))
        lawyer = client_for(world.county_account)
        assert "昆明市司法局" not in shown(lawyer, "/sessions/")
        assert "昆明市司法局" in shown(lawyer, "/sessions/?region=all")
        assert "昆明市司法局" in shown(lawyer, "/sessions/?region=CN-YN")

    def test_a_city_sees_its_own_and_its_provinces(self, world, guest, schedule, write):
        write(schedule())
        write(schedule(beneficiary=world.baise, place="百色市司法局"))
        of_city = shown(guest, "/sessions/?region=CN-GX-451000")
        assert "百色市司法局" in of_city
        assert "那坡县司法局" in of_city

    def test_a_region_that_is_none_is_not_there(self, guest):
        assert guest.get("/sessions/?region=CN-NOWHERE").status_code == 404

    def test_nothing_to_come_shows_the_last_month(self, world, client_for, schedule):
        schedule(in_days=-9, place="上月的会场")
        schedule(in_days=-40, place="去年的会场")
        page = shown(client_for(world.county_account), "/sessions/")
        assert "广西律师协会近期没有安排。" in page
        assert "上月的会场" in page
        assert "去年的会场" not in page

    def test_soonest_first_paged_and_with_steady_queries(
        self, guest, schedule, write, django_assert_max_num_queries
    ):
        for number in range(3):
            write(schedule(place=f"会场{number:02d}", in_days=9 - number))
        page = shown(guest, "/sessions/")
        assert page.index("会场02") < page.index("会场01") < page.index("会场00")
        with django_assert_max_num_queries(14) as few:
            shown(guest, "/sessions/")
        for number in range(3, 23):
            write(schedule(place=f"会场{number:02d}"))
        with django_assert_max_num_queries(len(few)):
            page = shown(guest, "/sessions/?region=all")
        assert "1 / 2" in page
        assert "?region=all&amp;page=2" in page


class TestPage:
    def test_it_says_everything_that_the_notice_says(self, guest, schedule, write):
        session = schedule()
        write(session, text="请走侧门。", sign_up_last_date=session.date - timedelta(days=1))
        page = shown(guest, f"/sessions/{session.code}/")
        for said in (
            "09:30–11:00",
            "1 小时 30 分",
            "百色市各县律师",
            "0776-1234567",
            "请走侧门。",
            session.code,
        ):
            assert said in page

    def test_after_the_last_day_nobody_is_told_to_sign_up(self, world, guest, schedule, write):
        session = schedule()
        write(session, sign_up_last_date=world.day)
        assert "登录后报名" in shown(guest, f"/sessions/{session.code}/")
        with time_machine.travel(world.later(days=1), tick=False):
            assert "登录后报名" not in shown(guest, f"/sessions/{session.code}/")

    def test_a_cancelled_one_says_so(self, world, guest, schedule, write):
        session = schedule()
        write(session)
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        assert "这一场已取消" in shown(guest, f"/sessions/{session.code}/")
        assert session.place not in shown(guest, "/sessions/?region=all")

    def test_english_has_the_same_address_under_its_prefix(self, guest, schedule, write):
        session = schedule()
        write(session)
        assert "Add to calendar" in shown(guest, f"/en/sessions/{session.code}/")


class TestCalendar:
    def event(self, client, session):
        answer = client.get(f"/sessions/{session.code}/calendar.ics")
        assert answer["Content-Type"] == "text/calendar; charset=utf-8"
        (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
        return event

    def test_a_time_is_the_places_time(self, guest, schedule, write):
        session = schedule()
        write(session)
        event = self.event(guest, session)
        # 09:30 in Shanghai, for 90 minutes.
        assert event.decoded("dtstart").isoformat() == f"{session.date}T01:30:00+00:00"
        assert event.decoded("dtend").isoformat() == f"{session.date}T03:00:00+00:00"
        assert str(event["summary"]) == "边境贸易合同审查"
        assert str(event["location"]) == "那坡县司法局"
        assert str(event["url"]).endswith(reverse("sessions:session", args=[session.code]))

    def test_without_a_time_it_takes_the_day(self, guest, schedule, write):
        session = schedule()
        write(session, begins_at=None)
        event = self.event(guest, session)
        assert event.decoded("dtstart") == session.date
        assert event.decoded("dtend") == session.date + timedelta(days=1)

    def test_a_cancelled_one_is_taken_out_of_calendars(self, world, guest, schedule, write):
        session = schedule()
        write(session)
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        feed = Calendar.from_ical(guest.get("/sessions/calendar.ics?region=CN-GX").content)
        (event,) = feed.walk("VEVENT")
        assert str(event["status"]) == "CANCELLED"

    def test_the_calendar_of_a_region_holds_its_sessions(self, world, guest, schedule, write):
        write(schedule())
        write(schedule(beneficiary=world.yunnan, place="昆明"))
        feed = Calendar.from_ical(guest.get("/sessions/calendar.ics?region=CN-YN").content)
        assert [str(event["location"]) for event in feed.walk("VEVENT")] == ["昆明"]


class TestWriting:
    def test_both_sides_write_and_nobody_else(self, world, schedule, write):
        session = schedule()
        write(session, by=world.beneficiary_officer)
        for stranger in (world.yunnan_officer, world.county_account, world.expert, world.editor):
            with pytest.raises(PermissionDenied):
                write(session, by=stranger)

    def test_saying_the_same_again_changes_nothing(self, world, schedule, write):
        session = schedule()
        write(session)
        write(session, at=world.later(hours=1))
        assert SessionNotice.objects.get().changed_at == world.now
        assert AuditEntry.objects.filter(verb="notice written").count() == 1

    def test_withdrawn_it_is_the_regions_again(self, world, guest, schedule, write):
        session = schedule()
        write(session)
        for _again in range(2):
            notices.withdraw_notice(session=session, by=world.supporting_officer, at=world.now)
        assert guest.get(f"/sessions/{session.code}/").status_code == 404
        assert AuditEntry.objects.filter(verb="notice withdrawn").count() == 1

    def test_words_that_should_not_stand_there_go_after_the_session_too(
        self, world, guest, client_for, schedule, write
    ):
        session = schedule()
        write(session, text="联系人：韦晓岚")
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        session.refresh_from_db()
        with pytest.raises(PermissionDenied):
            notices.withdraw_notice(session=session, by=world.yunnan_officer, at=world.now)
        officer = client_for(world.supporting_officer)
        desk = reverse("schedule:notice", args=[session.code])
        assert f'href="{desk}"' in shown(officer, f"/sessions/{session.code}/")
        page = shown(officer, desk)
        assert 'name="withdraw"' in page
        assert 'name="begins_at"' not in page
        officer.post(desk, {"withdraw": "1"})
        assert guest.get(f"/sessions/{session.code}/").status_code == 404

    def test_not_for_a_session_that_was_cancelled(self, world, schedule, write):
        session = schedule()
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        session.refresh_from_db()
        with pytest.raises(notices.UnableToNotify, match="已举办或已取消"):
            write(session)

    def test_nobody_signs_up_after_the_session(self, schedule, write):
        session = schedule()
        with pytest.raises(notices.UnableToNotify, match="晚于场次日期"):
            write(session, sign_up_last_date=session.date + timedelta(days=1))

    def test_no_seats_are_refused_by_the_database(self, world, schedule):
        with pytest.raises(IntegrityError), transaction.atomic():
            SessionNotice.objects.create(
                session=schedule(), seats=0, changed_by=world.supporting_officer, changed_at=world.now
            )

    def test_at_the_desk_of_a_session(self, world, client_for, guest, schedule):
        session = schedule()
        desk = client_for(world.beneficiary_officer)
        address = f"/office/sessions/{session.code}/notice/"
        assert 'name="begins_at"' in shown(desk, address)
        sent = {"begins_at": "9:30", "seats": "40", "audience": "主任", "sign_up": "律协", "text": ""}
        assert desk.post(address, sent)["Location"] == reverse("sessions:session", args=[session.code])
        assert "09:30–11:00" in shown(guest, f"/sessions/{session.code}/")
        desk.post(address, {"withdraw": "1"})
        assert not SessionNotice.objects.exists()

    def test_a_mistake_is_said_at_the_top_and_beside_the_field(self, world, client_for, schedule):
        session = schedule()
        late = (session.date + timedelta(days=3)).isoformat()
        address = f"/office/sessions/{session.code}/notice/"
        desk = client_for(world.beneficiary_officer)
        page = desk.post(address, {"seats": "0", "sign_up_last_date": late}).content.decode()
        assert 'id="error-summary"' in page
        page = desk.post(address, {"sign_up_last_date": late}).content.decode()
        assert "报名截止日晚于场次日期" in page
        assert not SessionNotice.objects.exists()

    def test_it_is_not_there_for_others(self, world, client_for, schedule):
        address = f"/office/sessions/{schedule().code}/notice/"
        for account in (world.county_account, world.yunnan_officer, world.expert):
            assert client_for(account).get(address).status_code == 404


class TestTheHour:
    """It is one and the same, whether it was said when the session was scheduled or in its notice."""

    def test_what_was_said_when_it_was_scheduled_stands_on_its_page(self, arranged, world, client_for):
        assert world.county_lawyer
        session = arranged(on=world.day + timedelta(days=9), begins_at=time(14, 30))
        page = client_for(world.county_account).get(f"/sessions/{session.code}/").content.decode()
        assert "14:30" in page

    def test_what_is_taken_back_in_the_notice_is_taken_back(self, arranged, world, client_for):
        session = arranged(on=world.day + timedelta(days=9), begins_at=time(14, 30))
        said = {
            "session": session, "seats": None, "audience": "", "takes_names": True, "sign_up": "",
            "sign_up_last_date": None, "text": "", "by": world.supporting_officer, "at": world.now,
        }  # fmt: skip
        for hour, half in ((time(9), "am"), (None, "")):
            notices.write_notice(begins_at=hour, **said)
            session.refresh_from_db()
            fact = api.session_fact(session.code)
            assert (fact.begins_at, fact.half_day) == (hour, half)
