"""Download first: what a device gets, what it may report without a session, and that the rules of watching hold for it."""

import gzip
import json
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
import time_machine
from django.contrib.staticfiles import finders
from django.test import Client
from django.utils.timezone import localtime

from courses.attendance import operations, packs, queries, registries
from courses.attendance.clock import from_ms, to_ms
from courses.attendance.models import Playback, PresenceCheck
from courses.attendance.rules import Refusal
from courses.catalogue.models import LectureVersion
from courses.credits.models import CreditEntry
from media_pipeline.recordings.models import Recording
from tests.courses.attendance.simulation import MINUTE, Device, percent_credited
from tests.courses.factories import make_slides

pytestmark = pytest.mark.django_db

DAY = 24 * 60
# Without a key that holds, a session with its token is asked for.
REFUSED = (401, 403)


class Download(Device):
    """A device that fetched the lecture first: its playback is opened then, and no line is needed to play."""

    def open(self, at: float = 0) -> "Download":
        self.playback = packs.open_pack(
            lawyer=self.lawyer,
            version=self.version,
            pack_id=uuid4(),
            device=self.name,
            device_now_ms=self.clock_ms(at),
            at=self.time(at),
        )
        return self


@pytest.fixture
def download(world, version, evening):
    return lambda name="old PC": Download(world.county_lawyer, version, evening, name)


@pytest.fixture
def credited(world, version):
    return lambda: percent_credited(world.county_lawyer, version)


@pytest.fixture
def fetch(world, version, evening, client_for):
    """Return a function that asks for a download as the page does, some minutes into the evening."""

    def ask(pack_id: UUID | str, *, account=None, mode="light", at: float = 0, lecture=version):
        with time_machine.travel(evening + timedelta(minutes=at), tick=False):
            return client_for(account or world.county_account).put(
                f"/api/v1/packs/{pack_id}/",
                {
                    "version": lecture.pk,
                    "mode": mode,
                    "device": "old PC",
                    "device_now_ms": to_ms(evening) + round(at * MINUTE),
                },
                content_type="application/json",
            )

    return ask


class TestTheRulesOfWatching:
    """The same judge, the same eleven behaviours; here what only a download can do."""

    def test_a_lecture_watched_days_later_without_a_line_is_credited_whole(self, download, credited):
        device = download().open()
        device.play(0, 120, at=3 * DAY)
        answer = device.send(at=5 * DAY)
        assert (credited(), answer.refused) == (100, ())

    def test_six_sittings_of_one_download_add_up(self, download, credited):
        device = download().open()
        for sitting in range(6):
            device.sequence = (sitting + 1) * 100_000
            device.play(sitting * 20, sitting * 20 + 20, at=sitting * DAY)
        device.send(at=7 * DAY)
        device.send_again(at=8 * DAY)
        assert credited() == 100

    def test_two_downloads_at_once_with_half_each_are_credited_half(self, download, credited):
        left, right = download("left").open(), download("right").open()
        left.play(0, 60, at=DAY)
        right.play(60, 120, at=DAY)
        left.send(at=2 * DAY)
        answer = right.send(at=2 * DAY)
        assert credited() == 50
        assert {reason for _sequence, reason in answer.refused} == {Refusal.PLAYED_ELSEWHERE}

    def test_a_download_beside_the_line_is_credited_once(self, download, device, credited):
        at_home, online = download("home").open(), device("office").open(at=DAY)
        online.play(0, 60, at=DAY)
        online.send(at=DAY + 60)
        at_home.play(60, 120, at=DAY)
        at_home.send(at=2 * DAY)
        assert credited() == 50

    def test_what_was_played_before_it_was_fetched_counts_nothing(self, download, credited):
        device = download().open(at=DAY)
        device.play(0, 60, at=0)
        answer = device.send(at=DAY + 1)
        assert credited() == 0
        assert {reason for _sequence, reason in answer.refused} == {Refusal.OUTSIDE_THE_PLAYBACK}

    def test_eight_times_the_speed_is_credited_an_eighth(self, download, credited):
        device = download().open()
        device.play(0, 120, at=DAY, rate=8)
        device.send(at=2 * DAY)
        assert credited() == pytest.approx(13, abs=1)

    def test_later_than_the_rule_allows_counts_nothing(self, download, credited):
        device = download().open()
        device.play(0, 60, at=DAY)
        answer = device.send(at=32 * DAY)
        assert credited() == 0
        assert {reason for _sequence, reason in answer.refused} == {Refusal.TOO_LATE}

    def test_what_is_played_after_the_days_of_the_download_counts_nothing(self, download, credited):
        device = download().open()
        device.play(0, 60, at=40 * DAY)
        answer = device.send(at=41 * DAY)
        assert credited() == 0
        assert {reason for _sequence, reason in answer.refused} == {Refusal.OUTSIDE_THE_PLAYBACK}

    def test_an_evening_that_begins_on_the_last_day_is_played_to_its_end(self, download, credited):
        device = download().open()
        midnight = packs.last_moment(device.time(0))
        last_evening = (midnight - device.time(0)) // timedelta(minutes=1) - 30
        device.play(0, 120, at=last_evening)
        answer = device.send(at=last_evening + DAY)
        assert (credited(), answer.refused) == (100, ())


class TestOneActivePlayer:
    def test_fetching_stops_nobody_who_plays(self, device, download):
        playing = device().open()
        download().open(at=1)
        assert playing.send(at=2).superseded is False

    def test_opening_a_player_stops_no_download(self, device, download):
        fetched = download().open()
        device("office").open(at=1)
        fetched.play(0, 1, at=2)
        assert fetched.send(at=4).superseded is False


class TestFetching:
    def test_a_device_gets_everything_it_needs(self, world, version, fetch):
        make_slides(Recording.objects.get(pk=version.recording_id), ["开场", "病历"], every_ms=60_000)
        number = uuid4()
        pack = fetch(number).json()
        assert (pack["id"], pack["mode"], pack["late_days"]) == (str(number), "light", 30)
        assert [each["name"] for each in pack["files"]] == ["slide-1", "slide-2", "film"]
        assert pack["files"][-1]["address"].endswith("/light.mp4")
        assert pack["files"][-1]["bytes"] == 54_000_000
        assert [each["label"] for each in pack["index"]] == ["开场", "病历"]
        last = localtime(from_ms(pack["until_ms"] - 1))
        assert last.date() - world.day == timedelta(days=packs.PACK_DAYS)
        assert (last.hour, last.minute) == (23, 59)
        assert [len(code["code"]) for code in pack["config"]["codes"]] == [4, 4, 4]

    def test_asking_again_renews_the_links_of_the_same_download(self, fetch):
        number = uuid4()
        first, again = fetch(number).json(), fetch(number, at=5 * 60).json()
        assert Playback.objects.get().public_id == number
        assert [code["code"] for code in first["config"]["codes"]] == [
            code["code"] for code in again["config"]["codes"]
        ]
        assert first["files"][-1]["address"] != again["files"][-1]["address"]
        assert again["until_ms"] == first["until_ms"]

    def test_somebody_elses_number_and_a_players_number_are_unknown(self, world, version, fetch, device):
        number = uuid4()
        fetch(number)
        operations_enrol(world, world.second_county_lawyer, version)
        assert fetch(number, account=world.second_county_lawyer.account).status_code == 404
        assert fetch(device().open().playback.public_id).status_code == 404

    def test_it_is_over_after_its_days(self, fetch):
        number = uuid4()
        fetch(number)
        assert fetch(number, at=packs.PACK_DAYS * DAY).status_code == 200
        assert fetch(number, at=(packs.PACK_DAYS + 1) * DAY).status_code == 409

    def test_who_may_not_watch_may_not_fetch(self, world, version, fetch):
        assert fetch(uuid4(), account=world.second_county_lawyer.account).status_code == 403
        assert fetch(uuid4(), account=world.supporting_officer).status_code == 403
        assert fetch(uuid4(), mode="standard").status_code == 403
        assert not Playback.objects.exists()
        assert (
            Client().put(f"/api/v1/packs/{uuid4()}/", {}, content_type="application/json").status_code == 401
        )

    def test_an_older_version_that_was_not_begun_is_fetched_by_nobody_anew(self, world, version, fetch):
        begun = uuid4()
        fetch(begun)
        LectureVersion.objects.create(
            lecture=version.lecture,
            number=2,
            recording_id=version.recording_id,
            length_ms=version.length_ms,
            created_at=world.now,
            new_percent=0,
        )
        # A fetch that was interrupted is brought to its end.
        assert fetch(begun).status_code == 200
        assert fetch(uuid4()).status_code == 403

    def test_nothing_is_fetched_where_it_is_switched_off(self, fetch, settings):
        settings.DOWNLOAD_FIRST = False
        assert fetch(uuid4()).status_code == 403


class TestReportingWithoutASession:
    @pytest.fixture
    def pack(self, fetch):
        return fetch(uuid4()).json()

    def report(self, pack, evening, *, key, playback=None, at=DAY):
        wall = to_ms(evening + timedelta(minutes=at))
        span = {"sequence": 100_001, "media_from_ms": 0, "media_until_ms": MINUTE,
                "wall_from_ms": wall - 2 * MINUTE, "wall_until_ms": wall - MINUTE}  # fmt: skip
        with time_machine.travel(evening + timedelta(minutes=at), tick=False):
            return Client(enforce_csrf_checks=True).post(
                f"/api/v1/playbacks/{playback or pack['id']}/spans/",
                {"device_now_ms": wall, "spans": [span]},
                content_type="application/json",
                headers={"X-Download-Key": key},
            )

    def test_its_key_reports_what_was_played(self, pack, evening, credited):
        answer = self.report(pack, evening, key=pack["key"])
        assert (answer.status_code, answer.json()["acknowledged"]) == (200, [100_001])
        assert credited() == pytest.approx(0.8, abs=0.1)

    def test_its_key_opens_no_other_playback_and_no_page(self, pack, evening, device, client_for):
        other = device().open().playback.public_id
        assert self.report(pack, evening, key=pack["key"], playback=other).status_code in REFUSED
        assert self.report(pack, evening, key=pack["key"][:-1] + "_").status_code in REFUSED
        given = {"headers": {"X-Download-Key": pack["key"]}}
        assert Client().get(f"/api/v1/playbacks/{pack['id']}/codes/1/", **given).status_code == 401
        assert Client().get("/my/hours/", **given).status_code == 302

    def test_the_key_of_a_closed_account_is_refused(self, pack, evening, world):
        world.county_account.is_active = False
        world.county_account.save()
        assert self.report(pack, evening, key=pack["key"]).status_code in REFUSED

    def answer(self, pack, index, code, at=DAY):
        return Client(enforce_csrf_checks=True).post(
            f"/api/v1/playbacks/{pack['id']}/presence/",
            json.dumps({"index": index, "code": code}),
            content_type="application/json",
            headers={"X-Download-Key": pack["key"]},
        )

    def test_answers_follow_and_say_where_they_come_from(self, pack):
        code = pack["config"]["codes"][0]["code"]
        assert self.answer(pack, 1, code).json()["correct"] is True
        assert PresenceCheck.objects.get().channel == PresenceCheck.Channel.DOWNLOAD

    def test_its_codes_fit_nothing_else(self, pack, world, version, fetch, evening):
        terms = registries.terms_of(world.county_lawyer, on=world.day)
        windows = queries.watch_record(world.county_lawyer, version, terms=terms).windows
        for window, code in zip(windows, pack["config"]["codes"], strict=True):
            answer = operations.answer_presence(
                lawyer=world.county_lawyer, version=version, index=window.index, code=code["code"],
                channel="player", at=evening,
            )  # fmt: skip
            assert answer.correct is False
        other = fetch(uuid4()).json()["config"]["codes"]
        assert [each["code"] for each in other] != [each["code"] for each in pack["config"]["codes"]]

    def test_a_release_that_was_withdrawn_meanwhile_takes_no_hours_away(
        self, pack, world, version, download, client_for
    ):
        playback = Playback.objects.get(public_id=pack["id"])
        device = download()
        device.playback = playback
        device.play(0, 120, at=DAY)
        version.lecture.releases.update(ended_at=world.now + timedelta(hours=10))
        device.send(at=3 * DAY)
        for code in pack["config"]["codes"]:
            assert self.answer(pack, code["index"], code["code"]).status_code == 200
        entry = CreditEntry.objects.get(lawyer=world.county_lawyer)
        assert (entry.hours, entry.grade) == (2.5, CreditEntry.Grade.B)
        # and whoever reads the record sees that it was a download
        record = client_for(world.county_account).get(f"/my/hours/{entry.pk}/").content.decode()
        assert '<span class="tag">下载后看</span>' in record


class TestPages:
    def test_the_list_offers_a_lecture_with_its_price(self, world, version, client_for):
        page = client_for(world.county_account).get(f"/my/downloads/?lecture={version.lecture_id}")
        text = page.content.decode()
        assert "下载流畅视频（54 MB）" in text
        assert f'data-account="{world.county_account.pk}"' in text
        assert len(gzip.compress(page.content)) <= 8 * 1024

    def test_nothing_is_offered_to_who_may_not_watch_it(self, world, version, client_for):
        for account in (world.second_county_lawyer.account, world.supporting_officer):
            page = client_for(account).get(f"/my/downloads/?lecture={version.lecture_id}")
            assert page.context["offer"] is None
        assert Client().get("/my/downloads/?lecture=x1").context["offer"] is None

    def test_what_a_device_keeps_names_nobody(self, world, client_for):
        for path in ("/my/downloads/kept/", "/my/downloads/play/", "/my/downloads/worker.js"):
            mine = client_for(world.county_account).get(path).content
            assert mine == client_for(world.second_county_lawyer.account).get(path).content
            assert "csrfmiddlewaretoken" not in mine.decode()
            assert world.county_lawyer.name not in mine.decode()

    def test_the_worker_keeps_the_two_pages_and_what_they_need(self, client):
        answer = client.get("/my/downloads/worker.js")
        kept = json.loads(answer.content.decode().split(" = ", 1)[1].split(";\n")[0])
        assert answer["Content-Type"].startswith("text/javascript")
        assert set(kept["pages"]) == {"/my/downloads/", "/my/downloads/play/"}
        pages = [client.get(path).content.decode() for path in kept["pages"].values()]
        assert all(any(name in page for page in pages) for name in kept["files"])
        assert any("pack-player" in name for name in kept["files"])
        assert any(name.endswith("qianchang.css") for name in kept["files"])
        assert len(kept["sounds"]) == 11
        assert all(finders.find(name.removeprefix("/static/")) for name in kept["sounds"])

    def test_the_worker_is_another_one_when_a_page_changes(self, world, client_for):
        client = client_for(world.county_account)
        before = client.get("/my/downloads/worker.js").content
        assert client.get("/my/downloads/worker.js").content == before
        world.county_account.text_size = "large"
        world.county_account.save()
        assert client.get("/my/downloads/worker.js").content != before

    def test_switched_off_the_worker_is_told_to_go_and_the_lecture_does_not_offer_it(
        self, world, version, client_for, settings
    ):
        client = client_for(world.county_account)
        assert "/my/downloads/?lecture=" in client.get(version.lecture.url).content.decode()
        settings.DOWNLOAD_FIRST = False
        assert '"off": true' in client.get("/my/downloads/worker.js").content.decode()
        assert "/my/downloads/?lecture=" not in client.get(version.lecture.url).content.decode()
        assert "没有开放下载" in client.get("/my/downloads/").content.decode()

    def test_every_page_of_a_lawyer_sends_what_waits_and_forgets_who_signs_out(
        self, world, version, client_for
    ):
        client = client_for(world.county_account)
        assert "dist/sender" in client.get("/my/").content.decode()
        # It leaves the sending to the player there; but who signs out there is forgotten as well.
        assert "dist/sender" in client.get(version.lecture.url).content.decode()
        assert "dist/sender" not in Client().get("/").content.decode()


def operations_enrol(world, lawyer, version):
    from courses.enrolment.operations import enrol

    enrol(lawyer=lawyer, lecture=version.lecture, by=lawyer.account, at=world.now)
