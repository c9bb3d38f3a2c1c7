"""What the lecture page tells the player: modes, slides, captions, storyboard, and what that weighs."""

import gzip

import pytest

from courses.attendance.player import player_for
from courses.catalogue.queries import current_version
from courses.credits.operations import ensure_default_rules
from courses.enrolment.operations import enrol
from media_pipeline import api as media
from media_pipeline.delivery.links import read
from media_pipeline.recordings.models import Rendition, Storyboard
from tests.courses.factories import make_published_lecture, make_recording, make_slides

PAGE_BYTES = 8 * 1024


@pytest.fixture
def recording(world):
    return make_recording(world.expert, at=world.now, duration_ms=120 * 60_000)


@pytest.fixture
def lecture(world, recording):
    ensure_default_rules(world.now)
    made = make_published_lecture(world, recording=recording, released_to=[world.guangxi])
    enrol(lawyer=world.county_lawyer, lecture=made, by=world.county_account, at=world.now)
    return made


@pytest.fixture
def lawyer(world, client_for):
    return client_for(world.county_account)


def player(lawyer, lecture):
    return lawyer.get(lecture.url).context["player"]


def test_the_sound_is_called_by_what_there_is_and_its_price_has_the_pictures(lawyer, lecture, recording):
    alone = player(lawyer, lecture)["config"]["modes"][0]
    make_slides(recording, ["开场"] * 40, size_bytes=20_000)
    with_slides = player(lawyer, lecture)["config"]["modes"][0]
    assert (alone["label"], with_slides["label"]) == ("音频", "音频+课件")
    assert with_slides["bytes"] - alone["bytes"] == 800_000


def test_the_stand_in_for_old_players_is_no_mode_on_offer(lawyer, lecture, recording):
    Rendition.objects.filter(recording=recording, mode="standard").update(mode="aac")
    assert [mode["mode"] for mode in player(lawyer, lecture)["config"]["modes"]] == ["audio", "light"]


def test_every_slide_has_a_name_and_leads_to_its_time(lawyer, lecture, recording):
    make_slides(recording, ["开场", "", ""])
    recording.slides.filter(number=2).update(text="病历的封存\n正文")
    page = lawyer.get(lecture.url)
    assert [each.label for each in page.context["player"]["slides"]] == ["开场", "病历的封存", "第 3 页"]
    assert (
        '<a href="#t=40" data-n="3" data-ms="40000"><time>0:40</time><span>第 3 页</span></a>'
        in page.content.decode()
    )


def test_captions_and_storyboard_are_told_where_they_are(world, lawyer, lecture, recording):
    config = player(lawyer, lecture)["config"]
    assert (config["captions"], config["storyboard"]) == ([], None)
    vtt = "WEBVTT\n\n00:01.000 --> 00:02.000\nx\n"
    for language in ("en", "zh"):
        media.put_captions(
            recording_id=recording.pk, language=language, vtt=vtt, revision=0, by=world.expert, at=world.now
        )
    Storyboard.objects.create(
        recording=recording, file="x", fence=1, interval_ms=30_000, columns=10, tiles=240, tile_width=160,
        tile_height=90, size_bytes=90_000,
    )  # fmt: skip
    config = player(lawyer, lecture)["config"]
    assert [each["language"] for each in config["captions"]] == ["zh", "en"]
    assert config["storyboard"] == {
        "interval_ms": 30_000, "columns": 10, "tiles": 240, "tile_width": 160, "tile_height": 90
    }  # fmt: skip


def test_the_page_with_sixty_slides_keeps_its_budget(
    lawyer, lecture, recording, django_assert_max_num_queries
):
    titles = [f"{n}、鉴定意见第{n * 7919 % 1009}项的审查与质证要点{n * 104729 % 997}" for n in range(60)]
    make_slides(recording, titles, every_ms=117_003)
    lawyer.get(lecture.url)
    with django_assert_max_num_queries(17):
        page = lawyer.get(lecture.url)
    assert len(gzip.compress(page.content)) <= PAGE_BYTES, len(gzip.compress(page.content))


def test_slides_cost_the_player_three_queries_however_many_they_are(
    world, rf, lecture, recording, django_assert_max_num_queries
):
    request = rf.get("/")
    request.user = world.county_account
    make_slides(recording, ["一"])
    with django_assert_max_num_queries(20) as few:
        player_for(lecture, current_version(lecture), request)
    recording.slides.all().delete()
    make_slides(recording, ["一"] * 60)
    with django_assert_max_num_queries(len(few.captured_queries)):
        player_for(lecture, current_version(lecture), request)
    tables = ("recordings_slide", "recordings_captiontrack", "recordings_storyboard")
    asked = [query["sql"] for query in few.captured_queries]
    assert [
        sum(f'FROM "{table}"' in sql for sql in asked if "recordings_recording" not in sql)
        for table in tables
    ] == [1, 1, 1]


def test_the_page_has_links_for_its_own_viewer_alone(world, client, client_for, lecture, recording):
    # given a lawyer who may play, then the page has an address of each mode, and its answer the cookie that opens it
    page = client_for(world.county_account).get(lecture.url)
    links = page.context["player"]["config"]["links"]
    assert list(links) == ["audio", "light", "standard"]
    assert "qc_viewer" in page.cookies
    token = links["light"].split("/")[2]
    link = read(token, at=world.now)
    assert (link.viewer_id, link.public_id) == (world.county_account.pk, recording.public_id)
    assert set(link.fences) == {"audio", "light", "standard"}
    # who may not play gets neither, and for whom it is not released there is no page at all
    page = client_for(world.expert).get(lecture.url)
    assert (page.context["player"], "qc_viewer" in page.cookies) == (None, False)
    page = client.get(lecture.url)
    assert (page.status_code, "qc_viewer" in page.cookies) == (404, False)


def test_the_player_is_told_the_cap_of_its_lawyer(world, lawyer, lecture):
    assert player(lawyer, lecture)["config"]["cap_mb"] is None
    world.county_account.monthly_cap_mb = 500
    world.county_account.save()
    assert player(lawyer, lecture)["config"]["cap_mb"] == 500
