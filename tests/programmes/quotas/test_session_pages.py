"""安排场次、场次、巡讲 as officers use them: warnings before, cancelling after, tours with stops."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from courses import api as courses
from courses.schedule.models import TrainingSession
from programmes.quotas.models import SessionTarget

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clock")]


@pytest.fixture
def desk(office, world, client_for):
    return client_for(world.supporting_officer)


@pytest.fixture
def fill(office, world):
    """Return a function that fills in the form of a session on site in Baise."""
    lecture = office.lecture()

    def said(**more):
        return {
            "lecture": lecture.pk, "mode": "onsite", "beneficiary": "CN-GX", "date": world.day.isoformat(),
            "place": "百色市会议中心", **more,
        }  # fmt: skip

    return said


class TestScheduling:
    def test_without_a_clash_it_is_one_click(self, desk, fill):
        response = desk.post("/office/sessions/new/", fill(begins_at="14:30"))
        session = TrainingSession.objects.get()
        assert response.headers["Location"].endswith("/")
        assert (session.state, f"{session.begins_at:%H:%M}") == ("scheduled", "14:30")
        assert SessionTarget.objects.get().session == session

    def test_a_clash_is_shown_first_and_then_scheduled_anyway(self, desk, fill, world):
        desk.post("/office/sessions/new/", fill())
        there = TrainingSession.objects.get()
        again = fill(date=(world.day + timedelta(days=3)).isoformat())
        page = desk.post("/office/sessions/new/", again)
        assert page.status_code == 422
        assert f"/office/sessions/{quote(there.code)}/" in page.content.decode()
        assert TrainingSession.objects.count() == 1
        seen = [warning.key for warning in page.context["warnings"]]
        assert desk.post("/office/sessions/new/", {**again, "anyway": "1", "seen": seen}).status_code == 302
        assert TrainingSession.objects.exclude(pk=there.pk).get().repeat_of == there

    def test_what_clashes_since_is_shown_again(self, desk, fill, world):
        desk.post("/office/sessions/new/", fill())
        again = fill(date=(world.day + timedelta(days=3)).isoformat())
        page = desk.post("/office/sessions/new/", {**again, "anyway": "1", "seen": ["SAME_PLACE:other"]})
        assert page.status_code == 422
        assert TrainingSession.objects.count() == 1

    def test_one_event_for_two_regions_is_a_session_for_each(self, desk, office, fill, world):
        desk.post("/office/sessions/new/", fill(mode="teleconference", others=["CN-YN", "CN-GX"]))
        facts = courses.session_facts()
        assert {fact.beneficiary_id for fact in facts} == {world.guangxi.pk, world.yunnan.pk}
        assert len({fact.joint_event for fact in facts}) == 1
        assert SessionTarget.objects.count() == 2
        page = desk.get(f"/office/sessions/{facts[0].code}/").content.decode()
        assert facts[1].code in page

    def test_who_may_not_open_what_clashes_is_not_told_its_number(
        self, desk, office, fill, world, client_for
    ):
        """Guangxi's officer schedules where a session of Guangdong for Yunnan stands."""
        desk.post("/office/sessions/new/", fill(mode="onsite", beneficiary="CN-YN", place="南宁"))
        there = TrainingSession.objects.get()
        page = client_for(world.beneficiary_officer).post(
            "/office/sessions/new/", fill(mode="onsite", place="南宁", supporter="CN-GD")
        )
        assert [warning.code for warning in page.context["warnings"]] == [""]
        assert there.code not in page.content.decode()

    def test_a_planned_one_is_scheduled_later(self, desk, fill):
        desk.post("/office/sessions/new/", fill(planned="on"))
        session = TrainingSession.objects.get()
        assert session.state == "planned"
        desk.post(f"/office/sessions/{session.code}/bind/")
        session.refresh_from_db()
        assert session.state == "scheduled"


class TestOneSession:
    def test_it_leads_to_its_evidence_and_can_be_cancelled(self, desk, office):
        fact = office.scheduled(mode="onsite")
        page = desk.get(f"/office/sessions/{fact.code}/").content.decode()
        assert f"/office/sessions/{quote(fact.code)}/evidence/" in page
        desk.post(f"/office/sessions/{fact.code}/cancel/")
        assert courses.session_fact(fact.code).state == "cancelled"
        assert "cancel-session" not in desk.get(f"/office/sessions/{fact.code}/").content.decode()

    def test_of_two_officers_one_records_it_held_and_the_other_is_told(self, desk, office, world, client_for):
        fact = office.scheduled(mode="onsite")
        desk.post(f"/office/sessions/{fact.code}/hold/")
        other = client_for(world.second_supporting_officer)
        told = other.post(f"/office/sessions/{fact.code}/cancel/", follow=True).content.decode()
        assert "已举办" in told
        assert courses.session_fact(fact.code).state == "held"

    def test_queries_are_few(self, desk, office, django_assert_max_num_queries):
        first = office.scheduled(office.lecture(), mode="onsite")
        desk.get(f"/office/sessions/{first.code}/")
        with django_assert_max_num_queries(24):
            desk.get(f"/office/sessions/{first.code}/")


def rows(*stops, of=6, **more):
    said = {"stop-TOTAL_FORMS": of, "stop-INITIAL_FORMS": 0, **more}
    for place, stop in enumerate(stops):
        said |= {f"stop-{place}-{name}": value for name, value in stop.items()}
    return said


class TestTours:
    @pytest.fixture
    def stops(self, office, world):
        lecture = office.lecture()
        days = [(world.day + timedelta(days=day)).isoformat() for day in range(1, 5)]
        return rows(
            {"date": days[0], "place": "百色市司法局", "beneficiary": "CN-GX", "begins_at": "09:00"},
            {"date": days[1], "place": "靖西市司法局"},
            {"date": days[3], "place": "昆明市律协", "beneficiary": "CN-YN"},
            title="广东律师巡讲团",
            lecture=lecture.pk,
        )

    def test_a_tour_is_made_with_its_stops_and_each_stands_on_the_plan(self, desk, stops, world):
        response = desk.post("/office/sessions/tours/", {**stops, "anyway": "1", "seen": []})
        assert response.status_code == 302
        facts = courses.stops_of(courses.tour_facts()[0].id)
        assert [(fact.place, fact.beneficiary_id) for fact in facts] == [
            ("百色市司法局", world.guangxi.pk),
            ("靖西市司法局", world.guangxi.pk),
            ("昆明市律协", world.yunnan.pk),
        ]
        assert SessionTarget.objects.count() == 3
        page = desk.get(response.headers["Location"]).content.decode()
        assert all(fact.code in page for fact in facts)

    def test_stops_are_added_afterwards(self, desk, stops, world):
        desk.post("/office/sessions/tours/", stops)
        tour = courses.tour_facts()[0]
        more = rows(
            {"date": (world.day + timedelta(days=9)).isoformat(), "place": "南宁", "beneficiary": "CN-GX"},
            of=3,
            lecture=stops["lecture"],
        )
        page = desk.post(f"/office/sessions/tours/{tour.id}/", more)
        assert page.status_code == 422
        seen = [warning.key for warning in page.context["warnings"]]
        desk.post(f"/office/sessions/tours/{tour.id}/", {**more, "anyway": "1", "seen": seen})
        assert courses.tour_facts()[0].stops == 4

    def test_one_stop_that_is_refused_makes_no_tour(self, desk, stops, world):
        twice = {**stops, "stop-2-date": stops["stop-0-date"]}
        page = desk.post("/office/sessions/tours/", twice)
        assert page.status_code == 422
        assert TrainingSession.objects.count() == 0
        assert courses.tour_facts() == []

    @pytest.mark.parametrize("broken", [{"stop-0-beneficiary": ""}, {"stop-1-place": ""}, {"title": ""}])
    def test_what_is_not_said_is_asked_for(self, desk, stops, broken):
        assert desk.post("/office/sessions/tours/", {**stops, **broken}).status_code == 422
        assert courses.tour_facts() == []

    def test_the_other_side_sees_its_stops_only(self, desk, stops, world, client_for):
        desk.post("/office/sessions/tours/", stops)
        tour = courses.tour_facts()[0]
        page = client_for(world.yunnan_officer).get(f"/office/sessions/tours/{tour.id}/").content.decode()
        assert "昆明市律协" in page
        assert "百色市司法局" not in page
        assert "add-stops" not in page

    def test_the_other_side_reads_the_figures_of_its_stops(self, desk, stops, world, client_for):
        desk.post("/office/sessions/tours/", stops)
        yunnan, number = client_for(world.yunnan_officer), courses.tour_facts()[0].id
        ((listed, _supporter),) = yunnan.get("/office/sessions/tours/").context["lines"]
        opened = yunnan.get(f"/office/sessions/tours/{number}/").context["tour"]
        its_day = world.day + timedelta(days=4)
        for fact in (listed, opened):
            assert (fact.stops, fact.held, fact.first_date, fact.last_date) == (1, 0, its_day, its_day)
        assert desk.get(f"/office/sessions/tours/{number}/").context["tour"].stops == 3

    @pytest.mark.parametrize("number", [404, 2**63, 10**30])
    def test_a_tour_that_there_is_not(self, desk, world, number):
        assert desk.get(f"/office/sessions/tours/{number}/").status_code == 404

    def test_queries_of_the_list_do_not_grow(self, desk, stops, world, django_assert_max_num_queries):
        desk.post("/office/sessions/tours/", stops)
        desk.get("/office/sessions/tours/")
        with django_assert_max_num_queries(14) as few:
            desk.get("/office/sessions/tours/")
        most = len(few.captured_queries)
        later = {
            f"stop-{place}-date": (world.day + timedelta(days=40 + place)).isoformat() for place in range(3)
        }
        page = desk.post("/office/sessions/tours/", {**stops, **later})
        seen = [warning.key for warning in page.context["warnings"]]
        desk.post("/office/sessions/tours/", {**stops, **later, "anyway": "1", "seen": seen})
        assert len(courses.tour_facts()) == 2
        with django_assert_max_num_queries(most):
            desk.get("/office/sessions/tours/")
