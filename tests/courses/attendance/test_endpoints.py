"""The player's API over HTTP: what it answers, whom it refuses, what it costs."""

from datetime import timedelta
from uuid import uuid4

import pytest
import time_machine

from courses.attendance import presence
from courses.attendance.clock import to_ms
from courses.attendance.models import Playback, WatchedSpan
from courses.attendance.player import index_of
from courses.credits.models import CreditEntry
from courses.enrolment.operations import release_lecture
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Account
from tests.courses.factories import make_slides

pytestmark = pytest.mark.django_db


class Browser:
    """The county lawyer's browser at a time that goes on by itself."""

    def __init__(self, client, version, now):
        self.client, self.version, self.now = client, version, now
        self.id = None

    def request(self, method, path, body=None):
        with time_machine.travel(self.now, tick=False):
            send = getattr(self.client, method)
            address = f"/api/v1/playbacks/{path}"
            return send(address, body, content_type="application/json") if body is not None else send(address)

    def open(self, version_id=None, device="Chrome 109", **more):
        body = {
            "version": version_id or self.version.pk,
            "device": device,
            "device_now_ms": to_ms(self.now),
            **more,
        }
        answer = self.request("post", "", body)
        if answer.status_code == 201:
            self.id = answer.json()["id"]
        return answer

    def watch(self, media_from_ms, media_until_ms, *, sequence=1):
        """Play a stretch at normal speed, then report it."""
        start = self.now
        self.now += timedelta(milliseconds=media_until_ms - media_from_ms)
        return self.report(
            {
                "sequence": sequence,
                "media_from_ms": media_from_ms,
                "media_until_ms": media_until_ms,
                "wall_from_ms": to_ms(start),
                "wall_until_ms": to_ms(self.now),
            },
            position_ms=media_until_ms,
        )

    def report(self, *spans, position_ms=0):
        body = {"device_now_ms": to_ms(self.now), "spans": list(spans), "position_ms": position_ms}
        return self.request("post", f"{self.id}/spans/", body)

    def code(self, index):
        return self.request("get", f"{self.id}/codes/{index}/")

    def answer(self, index, code):
        return self.request("post", f"{self.id}/presence/", {"index": index, "code": code})


@pytest.fixture
def browser_of(client_for, version, evening):
    return lambda account: Browser(client_for(account), version, evening)


@pytest.fixture
def browser(browser_of, world):
    return browser_of(world.county_account)


class TestOpening:
    def test_it_gives_signed_links_and_what_was_watched_before(self, browser):
        answer = browser.open()
        assert answer.status_code == 201
        body = answer.json()
        assert {"audio", "light", "standard", "hls"} <= body["links"].keys()
        assert body["server_now_ms"] == to_ms(browser.now)
        assert (body["intervals_ms"], body["covered_ms"], body["position_ms"]) == ([], 0, 0)
        assert [code["index"] for code in body["codes"]] == [1, 2, 3]
        assert (body["credited"], body["report_every_s"]) == (False, 30)

    def test_the_index_comes_only_to_a_page_that_shows_another_one(self, browser, version):
        # given a page that was made before the lecture was made anew
        recording = Recording.objects.get(pk=version.recording_id)
        make_slides(recording, ["开场", "小结"])
        shown = index_of(version).stamp
        assert browser.open(index=shown).json()["index"] is None
        recording.slides.all().delete()
        make_slides(recording, ["开场", "", "小结"], every_ms=15_000)
        # then its next opening brings the index that the new links belong to, and the one after that none
        new = browser.open(index=shown).json()["index"]
        assert new["slides"] == [
            {"number": 1, "from_ms": 0, "label": "开场"},
            {"number": 2, "from_ms": 15_000, "label": "第 2 页"},
            {"number": 3, "from_ms": 30_000, "label": "小结"},
        ]
        assert new["storyboard"] is None
        assert browser.open(index=new["stamp"]).json()["index"] is None
        assert browser.open().json()["index"] is None

    def test_it_sets_the_cookie_that_the_media_files_ask_for(self, browser):
        assert len(browser.open().cookies) == 1

    def test_going_on_another_day_it_knows_where_one_was(self, browser):
        browser.open()
        browser.watch(0, 60_000)
        body = browser.open().json()
        assert (body["intervals_ms"], body["position_ms"]) == ([[0, 60_000]], 60_000)

    def test_a_guest_is_told_to_sign_in(self, client, version, evening):
        answer = Browser(client, version, evening).open()
        assert answer.status_code == 401
        assert answer.json()["detail"]

    def test_a_device_that_calls_itself_something_no_database_takes_is_opened_all_the_same(self, browser):
        assert browser.open(device="Chrome\x00 109").status_code == 201
        assert Playback.objects.get().device == "Chrome 109"

    def test_an_officer_cannot_earn_hours(self, browser_of, world):
        assert browser_of(world.beneficiary_officer).open().status_code == 403

    def test_a_lawyer_of_another_region_is_refused(self, browser_of, world):
        answer = browser_of(world.yunnan_lawyer.account).open()
        assert answer.status_code == 403
        assert not Playback.objects.exists()

    def test_a_lecture_that_does_not_exist_is_not_found(self, browser):
        assert browser.open(version_id=999).status_code == 404


class TestReporting:
    def test_it_answers_how_far_one_is(self, browser):
        browser.open()
        body = browser.watch(0, 60_000).json()
        assert (body["acknowledged"], body["refused"], body["intervals_ms"]) == ([1], [], [[0, 60_000]])
        assert (body["covered_ms"], body["accepted_wall_ms"], body["superseded"]) == (60_000, 60_000, False)
        assert (body["credited"], body["award"]) == (False, None)

    def test_what_is_refused_is_said_in_a_sentence(self, browser):
        browser.open()
        browser.now += timedelta(minutes=1)
        now = to_ms(browser.now)
        answer = browser.report(
            {
                "sequence": 1,
                "media_from_ms": 7_300_000,
                "media_until_ms": 7_310_000,
                "wall_from_ms": now - 10_000,
                "wall_until_ms": now,
            }
        )
        (refused,) = answer.json()["refused"]
        assert (refused["sequence"], refused["reason"]) == (1, "beyond_the_end")
        assert refused["sentence"]

    def test_a_superseded_player_learns_it(self, browser):
        browser.open()
        first = browser.id
        browser.open()
        browser.id = first
        assert browser.watch(0, 10_000).json()["superseded"] is True

    def test_an_empty_report_is_allowed(self, browser):
        browser.open()
        assert browser.report(position_ms=5_000).status_code == 200

    def test_more_than_200_spans_are_refused_whole(self, browser):
        browser.open()
        now = to_ms(browser.now)
        span = {"media_from_ms": 0, "media_until_ms": 1, "wall_from_ms": now, "wall_until_ms": now}
        answer = browser.report(*({"sequence": number, **span} for number in range(1, 202)))
        assert answer.status_code == 422
        assert not WatchedSpan.objects.exists()

    @pytest.mark.parametrize("value", [None, "ten", 10**20, 1.5])
    def test_a_time_that_is_none_is_refused(self, browser, value):
        browser.open()
        span = {
            "sequence": 1,
            "media_from_ms": value,
            "media_until_ms": 1,
            "wall_from_ms": 0,
            "wall_until_ms": 1,
        }
        assert browser.report(span).status_code == 422

    def test_somebody_elses_player_is_not_found(self, browser, browser_of, world):
        browser.open()
        other = browser_of(world.second_county_lawyer.account)
        other.id = browser.id
        assert other.watch(0, 10_000).status_code == 404
        assert not WatchedSpan.objects.exists()

    def test_an_unknown_player_is_not_found(self, browser):
        browser.id = uuid4()
        assert browser.watch(0, 10_000).status_code == 404

    def test_a_report_takes_thirteen_queries_however_many_came_before(
        self, browser, django_assert_num_queries
    ):
        """Session and account, then those of a fold (test_folding.py); company shares the latter."""
        browser.open()
        for number in range(40):
            if number in (0, 39):
                with django_assert_num_queries(13):
                    answer = browser.watch(number * 10_000, (number + 1) * 10_000, sequence=number + 1)
            else:
                answer = browser.watch(number * 10_000, (number + 1) * 10_000, sequence=number + 1)
            assert answer.json()["refused"] == []


class TestPresence:
    def test_a_code_is_shown_in_its_place_only(self, browser, world, version):
        browser.open()
        assert browser.code(1).status_code == 409
        browser.watch(20 * 60_000, 21 * 60_000)
        expected = presence.code_for(lawyer_id=world.county_lawyer.pk, version_id=version.pk, index=1)
        assert browser.code(1).json() == {"index": 1, "code": expected}
        assert browser.code(2).status_code == 409
        assert browser.code(9).status_code == 409

    def test_the_right_code_is_taken_and_a_wrong_one_says_where_to_look(self, browser, world, version):
        browser.open()
        code = presence.code_for(lawyer_id=world.county_lawyer.pk, version_id=version.pk, index=1)
        wrong = browser.answer(1, f"{(int(code) + 1) % 10_000:04d}").json()
        assert wrong["correct"] is False
        assert "20" in wrong["sentence"]
        assert "25" in wrong["sentence"]
        right = browser.answer(1, code).json()
        assert right["correct"] is True
        assert [each["answered"] for each in right["codes"]] == [True, False, False]

    def test_guessing_is_limited(self, browser, world, version):
        browser.open()
        code = presence.code_for(lawyer_id=world.county_lawyer.pk, version_id=version.pk, index=1)
        for _guess in range(10):
            browser.answer(1, f"{(int(code) + 1) % 10_000:04d}")
        answer = browser.answer(1, code)
        assert answer.status_code == 429
        assert answer.json()["detail"]

    def test_a_code_that_does_not_exist_is_not_found(self, browser):
        browser.open()
        assert browser.answer(4, "0000").status_code == 404

    def test_the_last_code_brings_the_award(self, browser, world, version):
        browser.open()
        for part in range(12):
            browser.watch(part * 600_000, (part + 1) * 600_000, sequence=part + 1)
        for index in (1, 2, 3):
            answer = browser.answer(index, browser.code(index).json()["code"]).json()
        assert answer["credited"] is True
        assert answer["award"] == {"hours": "2.5", "entry_url": f"/my/hours/{CreditEntry.objects.get().pk}/"}
        assert browser.open().json()["credited"] is True


class TestWithoutScript:
    def post(self, client, version, **fields):
        return client.post(f"/lectures/{version.lecture_id}/presence/", fields, follow=False)

    def test_a_right_code_is_taken_and_one_is_back_at_the_lecture(self, client_for, world, version, evening):
        code = presence.code_for(lawyer_id=world.county_lawyer.pk, version_id=version.pk, index=1)
        with time_machine.travel(evening, tick=False):
            answer = self.post(client_for(world.county_account), version, index=1, code=code)
        assert answer.status_code == 302
        assert answer["Location"].startswith("/lectures/")
        assert world.county_lawyer.presence_checks.filter(correct=True).count() == 1

    @pytest.mark.parametrize("fields", [{}, {"index": "one", "code": "1234"}, {"index": 1, "code": ""}])
    def test_a_form_that_is_not_filled_in_changes_nothing(self, client_for, world, version, fields):
        assert self.post(client_for(world.county_account), version, **fields).status_code == 302
        assert not world.county_lawyer.presence_checks.exists()

    def test_nobody_learns_of_a_lecture_outside_the_release(self, client_for, world, version):
        assert self.post(client_for(world.yunnan_lawyer.account), version).status_code == 404

    def test_an_officer_is_refused(self, client_for, world, version):
        assert (
            self.post(client_for(world.supporting_officer), version, index=1, code="1234").status_code == 403
        )

    def test_a_guest_is_asked_to_sign_in(self, client, version):
        assert "/account/login/" in self.post(client, version, index=1, code="1234")["Location"]

    def test_it_is_a_form_and_not_a_page(self, client_for, world, version):
        assert (
            client_for(world.county_account).get(f"/lectures/{version.lecture_id}/presence/").status_code
            == 405
        )


class TestPlayerOfThePage:
    def config(self, client, version, evening):
        with time_machine.travel(evening, tick=False):
            return client.get(version.lecture.get_url()).context["player"]

    def test_an_enrolled_lawyer_gets_a_player_with_everything_it_needs(
        self, client_for, world, version, evening
    ):
        config = self.config(client_for(world.county_account), version, evening)["config"]
        assert [mode["mode"] for mode in config["modes"]] == ["audio", "light", "standard"]
        assert (config["hours"], config["threshold"], config["credited"]) == ("2.5", "0.950", False)
        assert (config["duration_ms"], config["creditable_ms"]) == (7_200_000, 7_200_000)
        assert config["rates"] == [1]

    def test_who_has_not_enrolled_gets_none(self, client_for, world, version, evening):
        account: Account = world.second_county_lawyer.account
        assert self.config(client_for(account), version, evening) is None

    def test_a_guest_gets_none(self, client, world, version, evening):
        release_lecture(lecture=version.lecture, associations=None, by=world.supporting_officer, at=world.now)
        assert self.config(client, version, evening) is None
