"""Sessions (场): scheduled, held, cancelled; by whom, with which code, on what evidence."""

from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied

from courses import api
from courses.api import SessionUnknown, UnableToCancel, UnableToHold, UnableToSchedule
from courses.catalogue.models import LecturePage
from courses.schedule.models import DeliveryMode, TrainingSession
from qianchang.groundwork.models import AuditEntry
from tests.courses.factories import make_draft, make_published_lecture
from tests.courses.schedule.conftest import MODES

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def modes(db):
    api.ensure_delivery_modes(MODES)


@pytest.fixture
def schedule(world, version):
    """Return a function that schedules a session of Guangdong for Guangxi."""

    def enter(mode="network_video", *, by=None, on=None, at=None, **fields):
        given = {
            "lecture": version.lecture,
            "supporter": world.guangdong,
            "beneficiary": world.guangxi,
            "place": "那坡县会议中心" if mode == "onsite" else "",
            **fields,
        }
        return api.schedule_session(
            mode_code=mode,
            date=on or world.day,
            by=by or world.supporting_officer,
            at=at or world.now,
            **given,
        )

    return enter


@pytest.fixture
def hold(world):
    def sign(session, *, by=None, at=None):
        return api.record_held(
            session=session, by=by or world.supporting_officer, at=at or world.later(days=1)
        )

    return sign


class TestCode:
    def test_it_names_region_year_mode_and_number(self, schedule):
        assert schedule().code == "桂26-W-0001"
        assert schedule("onsite").code == "桂26-X-0001"

    def test_numbers_go_on_for_each_region_year_and_mode(self, schedule, world):
        assert schedule(on=date(2026, 3, 1)).code == "桂26-W-0001"
        assert schedule(on=date(2026, 3, 2)).code == "桂26-W-0002"
        assert schedule(on=date(2027, 3, 1)).code == "桂27-W-0001"
        assert schedule(beneficiary=world.yunnan).code == "云26-W-0001"

    def test_a_city_bears_its_provinces_name(self, schedule, world):
        assert schedule(beneficiary=world.baise).code == "桂26-W-0001"

    def test_after_9999_it_gets_longer(self, schedule):
        first = schedule()
        TrainingSession.objects.filter(pk=first.pk).update(code="桂26-W-9999")
        assert schedule(on=date(2026, 3, 2)).code == "桂26-W-10000"
        assert schedule(on=date(2026, 3, 3)).code == "桂26-W-10001"


class TestScheduling:
    def test_the_supporting_officer_can_and_it_is_in_the_audit_log(self, schedule, world):
        session = schedule()
        assert (session.state, session.entered_by) == ("scheduled", world.supporting_officer)
        assert AuditEntry.objects.get(object_type="session").verb == "scheduled"

    def test_the_beneficiary_officer_can(self, schedule, world):
        assert schedule(by=world.beneficiary_officer).entered_by == world.beneficiary_officer

    def test_the_officer_of_another_association_cannot(self, schedule, world):
        with pytest.raises(PermissionDenied):
            schedule(by=world.yunnan_officer)

    def test_a_lawyer_cannot(self, schedule, world):
        with pytest.raises(PermissionDenied):
            schedule(by=world.county_account)

    def test_an_expert_cannot(self, schedule, world):
        with pytest.raises(PermissionDenied):
            schedule(by=world.expert)

    def test_a_lecture_that_is_not_published_is_refused(self, schedule, world):
        with pytest.raises(UnableToSchedule):
            schedule(lecture=make_draft(world, title="草稿"))

    def test_a_lecture_that_was_withdrawn_is_refused(self, schedule, version):
        LecturePage.objects.filter(pk=version.lecture_id).update(review=LecturePage.Review.WITHDRAWN)
        with pytest.raises(UnableToSchedule):
            schedule()

    def test_on_site_needs_a_place(self, schedule):
        with pytest.raises(UnableToSchedule):
            schedule("onsite", place="  ")

    def test_nobody_supports_oneself(self, schedule, world):
        with pytest.raises(UnableToSchedule):
            schedule(beneficiary=world.guangdong)

    def test_a_mode_that_is_not_in_the_list_is_refused(self, schedule):
        with pytest.raises(UnableToSchedule):
            schedule("telepathy")

    def test_the_same_session_is_refused_and_the_first_one_named(self, schedule):
        first = schedule()
        with pytest.raises(UnableToSchedule, match=first.code):
            schedule()
        assert TrainingSession.objects.count() == 1

    def test_after_a_cancelled_one_it_can_be_scheduled_again(self, schedule, world):
        api.cancel_session(session=schedule(), by=world.supporting_officer, at=world.now)
        assert schedule().code == "桂26-W-0002"


class TestHolding:
    def test_a_video_that_reached_a_lawyer_of_the_region_is_held(self, schedule, hold, watched, world):
        watched()
        session = hold(schedule())
        assert (session.state, session.held_by) == ("held", world.supporting_officer)
        assert session.held_at == world.later(days=1)
        assert AuditEntry.objects.filter(object_type="session", verb="held").count() == 1

    def test_a_video_that_reached_nobody_is_not(self, schedule, hold):
        session = schedule()
        with pytest.raises(UnableToHold):
            hold(session)
        assert api.session_fact(session.code).state == "scheduled"

    def test_a_video_that_was_not_released_to_the_region_is_not(self, schedule, hold, world):
        with pytest.raises(UnableToHold):
            hold(schedule(beneficiary=world.yunnan))

    def test_a_video_that_was_released_after_the_date_is_not(self, schedule, hold, watched, world):
        watched()
        with pytest.raises(UnableToHold):
            hold(schedule(on=world.day - timedelta(days=1)))

    def test_an_event_on_site_is_a_fact_whatever_evidence_is_missing(self, schedule, hold):
        session = hold(schedule("onsite"))
        assert session.state == "held"
        missing = AuditEntry.objects.get(object_type="session", verb="held").details["missing"]
        assert len(missing.split(", ")) == 5

    @pytest.mark.parametrize("mode", ["dvd", "teleconference"])
    def test_so_are_the_other_modes(self, schedule, hold, mode):
        assert hold(schedule(mode)).state == "held"

    def test_a_date_to_come_is_not_held(self, schedule, hold, world):
        with pytest.raises(UnableToHold):
            hold(schedule("onsite", on=world.day + timedelta(days=2)))

    def test_twice_is_refused(self, schedule, hold):
        session = hold(schedule("onsite"))
        with pytest.raises(UnableToHold):
            hold(session)

    def test_a_cancelled_one_is_refused(self, schedule, hold, world):
        session = api.cancel_session(session=schedule("onsite"), by=world.supporting_officer, at=world.now)
        with pytest.raises(UnableToHold):
            hold(session)

    def test_the_beneficiary_officer_cannot_sign_for_the_supporter(self, schedule, hold, world):
        with pytest.raises(PermissionDenied):
            hold(schedule("onsite"), by=world.beneficiary_officer)

    def test_the_national_officer_cannot(self, schedule, hold, world):
        with pytest.raises(PermissionDenied):
            hold(schedule("onsite"), by=world.national_officer)


class TestCancelling:
    def test_a_held_one_cannot_be_cancelled(self, schedule, hold, world):
        session = hold(schedule("onsite"))
        with pytest.raises(UnableToCancel):
            api.cancel_session(session=session, by=world.supporting_officer, at=world.later(days=2))

    def test_cancelling_twice_is_the_same_as_once(self, schedule, world):
        session = schedule()
        for _time in range(2):
            api.cancel_session(session=session, by=world.beneficiary_officer, at=world.now)
        assert AuditEntry.objects.filter(object_type="session", verb="cancelled").count() == 1

    def test_a_stranger_cannot(self, schedule, world):
        with pytest.raises(PermissionDenied):
            api.cancel_session(session=schedule(), by=world.yunnan_officer, at=world.now)


class TestFacts:
    def test_a_fact_tells_everything_other_rooms_need(self, schedule, watched, version, world):
        watched()
        fact = api.session_fact(schedule().code)
        assert (fact.lecture_id, fact.lecture_title) == (version.lecture_id, version.lecture.title)
        assert fact.lecture_url.startswith("/lectures/")
        assert (fact.mode_code, fact.mode_label) == ("network_video", "网络视频")
        assert (fact.supporter_id, fact.beneficiary_id) == (world.guangdong.pk, world.guangxi.pk)
        assert (fact.length_minutes, fact.length_ms, fact.reach) == (120, 7_200_000, 1)
        assert [item.present for item in fact.evidence] == [True, True]

    def test_what_is_missing_is_listed(self, schedule):
        fact = api.session_fact(schedule().code)
        assert [item.present for item in fact.evidence] == [True, False]
        onsite = api.session_fact(schedule("onsite").code)
        assert [item.present for item in onsite.evidence] == [True, False, False, False, False, False]

    def test_an_unknown_code_has_an_error_with_a_name(self):
        with pytest.raises(SessionUnknown):
            api.session_fact("桂26-W-9999")

    def test_they_are_found_by_side_state_and_id(self, schedule, world):
        mine, other = schedule(), schedule(beneficiary=world.yunnan)
        assert [fact.id for fact in api.session_facts(beneficiaries=[world.guangxi.pk])] == [mine.pk]
        assert [fact.id for fact in api.session_facts(supporters=[world.guangdong.pk], states=["held"])] == []
        assert [fact.id for fact in api.session_facts(ids=[other.pk])] == [other.pk]
        assert api.session_facts(ids=[]) == []

    def test_fifty_cost_no_more_queries_than_one(self, schedule, django_assert_max_num_queries, world):
        for day in range(10):
            schedule(on=world.day + timedelta(days=day))
        api.session_facts()
        with django_assert_max_num_queries(6):
            assert len(api.session_facts()) == 10


class TestDoor:
    def test_lectures_for_sessions_are_the_published_ones_of_the_supporter(self, version, world):
        make_draft(world, title="草稿")
        make_published_lecture(world, title="广西自己的讲座", association=world.guangdong)
        titles = [title for _id, title in api.lectures_for_sessions([world.guangdong])]
        assert set(titles) == {version.lecture.title, "广西自己的讲座"}
        assert api.lectures_for_sessions([world.yunnan.pk]) == []

    def test_delivery_modes_are_data_and_entering_them_again_changes_nothing(self):
        api.ensure_delivery_modes(MODES)
        assert DeliveryMode.objects.count() == 4
        assert [mode.code for mode in api.delivery_modes()] == [row["code"] for row in MODES]
