"""Planned sessions, joint events of several regions, touring lecture series."""

from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from courses import api
from courses.api import Stop, UnableToSchedule
from courses.schedule import announcing
from courses.schedule.models import Tour, TrainingSession
from qianchang.groundwork.models import AuditEntry

pytestmark = pytest.mark.django_db


class TestPlanned:
    def test_a_planned_session_is_told_to_nobody_before_it_is_scheduled(self, arranged, world, client_for):
        assert world.county_lawyer
        session = arranged(on=world.day + timedelta(days=20), planned=True)
        assert (session.state, session.scheduled_at) == ("planned", None)
        assert announcing.announce_sessions(at=world.now) == 0
        lawyer = client_for(world.county_account)
        assert lawyer.get(f"/sessions/{session.code}/").status_code == 404
        # Also when it is bound only after a week.
        api.bind_session(session=session, by=world.beneficiary_officer, at=world.later(days=10))
        assert announcing.announce_sessions(at=world.later(days=10)) > 0
        assert lawyer.get(f"/sessions/{session.code}/").status_code == 200

    def test_a_planned_one_that_is_cancelled_was_never_public(self, arranged, world, client_for):
        session = arranged(on=world.day + timedelta(days=20), planned=True)
        api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        assert client_for(world.county_account).get(f"/sessions/{session.code}/").status_code == 404

    def test_scheduling_it_twice_is_the_same_as_once(self, arranged, world):
        session = arranged(on=world.day + timedelta(days=20), planned=True)
        for day in (1, 2):
            api.bind_session(session=session, by=world.supporting_officer, at=world.later(days=day))
        session.refresh_from_db()
        assert (session.state, session.scheduled_at) == ("scheduled", world.later(days=1))
        assert AuditEntry.objects.filter(verb="scheduled", object_key=session.code).count() == 1

    @pytest.mark.parametrize("end", ["held", "cancelled"])
    def test_what_is_over_is_not_scheduled(self, arranged, world, end):
        session = arranged(planned=True)
        if end == "held":
            api.record_held(session=session, by=world.supporting_officer, at=world.now)
        else:
            api.cancel_session(session=session, by=world.supporting_officer, at=world.now)
        with pytest.raises(UnableToSchedule):
            api.bind_session(session=session, by=world.supporting_officer, at=world.now)

    def test_a_stranger_schedules_nothing(self, arranged, world):
        with pytest.raises(PermissionDenied):
            api.bind_session(session=arranged(planned=True), by=world.yunnan_officer, at=world.now)


@pytest.fixture
def event(arranged, a_lecture, world):
    """Return a function that schedules one telephone conference for Guangxi and Yunnan."""

    def entered(regions=None, **said):
        return api.schedule_event(
            lecture=a_lecture,
            mode_code="teleconference",
            supporter=world.guangdong,
            beneficiaries=regions or [world.guangxi, world.yunnan],
            date=world.day,
            by=world.supporting_officer,
            at=world.now,
            **said,
        )

    return entered


class TestJointEvents:
    def test_each_region_gets_a_session_and_all_share_the_event(self, event):
        made = event()
        facts = [api.session_fact(each.code) for each in made]
        assert [fact.code for fact in facts] == ["桂26-T-0001", "云26-T-0001"]
        assert {fact.joint_event for fact in facts} == {"桂26-T-0001"}
        assert api.session_facts(joint_event="桂26-T-0001") == sorted(facts, key=lambda fact: fact.code)

    def test_for_one_region_it_is_an_event_of_its_own(self, event, world):
        assert [each.joint_event for each in event([world.guangxi])] == [""]

    def test_all_of_them_or_none(self, event, world):
        with pytest.raises(UnableToSchedule):
            event([world.guangxi, world.guangdong])
        assert TrainingSession.objects.count() == 0

    def test_a_region_stands_in_an_event_once(self, event, world):
        _first, second = event()
        with pytest.raises(IntegrityError), transaction.atomic():
            TrainingSession.objects.filter(pk=second.pk).update(beneficiary=world.guangxi, place="else")


@pytest.fixture
def tour(arranged, world):
    return api.begin_tour(
        title="广东律师巡讲团", supporter=world.guangdong, by=world.supporting_officer, at=world.now
    )


@pytest.fixture
def stop(tour, a_lecture, world):
    """Return a function that adds a stop so many days from now."""

    def added(day=1, place="百色", *, by=None, beneficiary=None):
        return api.add_stop(
            tour=tour.id,
            stop=Stop(a_lecture.pk, beneficiary or world.guangxi, world.day + timedelta(days=day), place),
            by=by or world.supporting_officer,
            at=world.now,
        )

    return added


class TestTours:
    def test_every_stop_is_a_session(self, tour, stop, world):
        stop(1, "百色"), stop(3, "昆明", beneficiary=world.yunnan), stop(2, "靖西")
        assert [fact.place for fact in api.stops_of(tour.id)] == ["百色", "靖西", "昆明"]
        assert {fact.tour_id for fact in api.stops_of(tour.id)} == {tour.id}
        fact = api.tour_facts(ids=[tour.id])[0]
        assert (fact.stops, fact.held) == (3, 0)
        assert (fact.first_date, fact.last_date) == (world.day + timedelta(1), world.day + timedelta(3))

    def test_a_tour_is_at_one_place_on_a_day(self, stop):
        stop(1, "百色")
        with pytest.raises(UnableToSchedule, match="百色"):
            stop(1, "靖西")

    def test_a_stop_that_was_cancelled_is_no_stop(self, tour, stop, world):
        api.cancel_session(session=stop(1), by=world.supporting_officer, at=world.now)
        fact = api.tour_facts(ids=[tour.id])[0]
        assert (fact.stops, fact.first_date) == (0, None)
        stop(1, "靖西")

    def test_only_the_supporting_side_makes_one(self, stop, world):
        with pytest.raises(PermissionDenied):
            stop(by=world.beneficiary_officer)
        with pytest.raises(PermissionDenied):
            api.begin_tour(title="x", supporter=world.guangdong, by=world.beneficiary_officer, at=world.now)

    def test_it_has_a_name(self, world):
        with pytest.raises(UnableToSchedule):
            api.begin_tour(title=" ", supporter=world.guangdong, by=world.supporting_officer, at=world.now)
        assert Tour.objects.count() == 0

    def test_tours_are_found_by_either_side(self, tour, stop, world):
        stop(1)
        assert [each.id for each in api.tour_facts(supporters=[world.guangdong.pk])] == [tour.id]
        assert [each.id for each in api.tour_facts(supporters=[], beneficiaries=[world.guangxi.pk])] == [
            tour.id
        ]
        assert api.tour_facts(supporters=[], beneficiaries=[world.yunnan.pk]) == []
