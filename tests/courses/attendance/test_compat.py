"""The page for browsers that are too old: plain, without script, and with files only for whoever may play."""

import pytest

from courses.credits.operations import ensure_default_rules
from courses.enrolment.operations import enrol
from media_pipeline.recordings.models import Rendition
from tests.courses.factories import make_published_lecture, make_recording, make_slides


@pytest.fixture
def recording(world):
    return make_recording(world.expert, at=world.now, duration_ms=120 * 60_000)


@pytest.fixture
def lecture(world, recording):
    ensure_default_rules(world.now)
    made = make_published_lecture(world, recording=recording, released_to=[world.guangxi])
    enrol(lawyer=world.county_lawyer, lecture=made, by=world.county_account, at=world.now)
    return made


def test_anybody_reads_how_to_get_a_browser_that_plays(client):
    page = client.get("/compat/").content.decode()
    assert "极速模式" in page
    assert "<script" not in page
    assert "<link" not in page
    assert '<meta name="renderer" content="webkit">' in page


@pytest.mark.parametrize("asked", ["", "0", "x", "\uff11", "99999999999999999999", "-1"])
def test_a_lecture_that_is_none_names_none(db, client, asked):
    page = client.get("/compat/", {"lecture": asked})
    assert page.status_code == 200
    assert page.context["lecture"] is None


def test_a_lawyer_who_takes_the_lecture_gets_its_files(world, client_for, client, lecture, recording):
    # given a lecture with slides, and sound and film that old players know
    make_slides(recording, ["开场", ""])
    Rendition.objects.filter(recording=recording, mode="light").update(mode="aac")
    Rendition.objects.filter(recording=recording, mode="audio").update(codecs="opus")
    Rendition.objects.filter(recording=recording, mode="standard").update(codecs="avc1.64001f,mp4a.40.2")
    # when the lawyer asks, then there are the sound, the film and both slides, and the cookie that opens them
    page = client_for(world.county_account).get("/compat/", {"lecture": lecture.pk})
    names = [file.url.rsplit("/", 1)[1] for file in page.context["files"]]
    assert names == ["aac.mp4", "standard.mp4", "slide-1.webp", "slide-2.webp"]
    assert "qc_viewer" in page.cookies
    assert "不能记学时" in page.content.decode()
    # a guest is asked to sign in, and somebody who does not take the lecture gets nothing
    guest = client.get("/compat/", {"lecture": lecture.pk})
    assert (guest.context["files"], "qc_viewer" in guest.cookies) == ([], False)
    assert f"/account/login/?next=/compat/%3Flecture%3D{lecture.pk}" in guest.content.decode()
    other = client_for(world.second_county_lawyer.account).get("/compat/", {"lecture": lecture.pk})
    assert (other.context["files"], "qc_viewer" in other.cookies) == ([], False)


def test_the_lecture_page_leads_there_until_its_player_runs(world, client_for, lecture):
    page = client_for(world.county_account).get(lecture.url).content.decode()
    assert page.count(f'href="/compat/?lecture={lecture.pk}"') == 2
