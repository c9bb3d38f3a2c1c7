"""Media addresses: one signature serves a whole playback of one viewer, and nothing else."""

import pytest
import time_machine
from django.http import HttpResponse
from django.test import Client

from media_pipeline import api
from media_pipeline.delivery import access
from media_pipeline.recordings import files
from tests.media_pipeline import factories

CONTENT = bytes(range(256)) * 1000


@pytest.fixture
def recording(world, tmp_path):
    recording = factories.received(world.expert, at=world.now)
    for mode, peak in (("audio", 22_000), ("light", 59_000)):
        published = factories.rendition(recording, mode, at=world.now, peak_bps=peak, codecs=f"{mode}-codec")
        made = tmp_path / mode
        made.write_bytes(CONTENT)
        files.keep(made, published.file)
    return recording


@pytest.fixture
def released(world, recording, monkeypatch):
    """The county lawyer may play this recording, by a policy as courses registers one."""
    monkeypatch.setattr(access, "_policies", [])
    lawyer = world.county_account
    api.register_access_policy(
        lambda viewer_id, recording_id: (viewer_id, recording_id) == (lawyer.pk, recording.pk)
    )
    return lawyer


@pytest.fixture(autouse=True)
def _the_worlds_clock(world):
    with time_machine.travel(world.now, tick=False):
        yield


def browser_of(account, at):
    client = Client()
    answer = HttpResponse()
    api.set_viewer_cookie(answer, account.pk, at)
    client.cookies.update(answer.cookies)
    return client


@pytest.fixture
def links(released, recording, world):
    return api.playback_links(recording.pk, viewer_id=released.pk, at=world.now)


@pytest.fixture
def browser(released, world):
    return browser_of(released, world.now)


def body(answer):
    return b"".join(answer.streaming_content)


def test_every_mode_and_the_master_have_an_address(links):
    assert set(links) == {"audio", "light", "hls"}
    assert links["audio"].startswith("/media/")
    assert links["hls"].endswith("/master.m3u8")


def test_a_range_is_answered_without_asking_the_database(links, browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = browser.get(links["light"], headers={"Range": "bytes=1000-1999", "Accept-Encoding": "gzip"})
        assert body(answer) == CONTENT[1000:2000]
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes 1000-1999/{len(CONTENT)}"
    assert (answer["Content-Length"], answer["Content-Type"]) == ("1000", "video/mp4")
    assert answer["Cache-Control"].startswith("private, max-age=21600")


def test_the_whole_file_its_head_and_its_end(links, browser):
    whole = browser.get(links["audio"])
    assert (whole.status_code, whole["Accept-Ranges"], whole["Content-Type"]) == (200, "bytes", "audio/mp4")
    assert body(whole) == CONTENT
    head = browser.head(links["audio"], headers={"Range": "bytes=-7"})
    assert (head.status_code, head["Content-Length"], head.content) == (206, "7", b"")
    behind = browser.get(links["audio"], headers={"Range": f"bytes={len(CONTENT)}-"})
    assert (behind.status_code, behind["Content-Range"]) == (416, f"bytes */{len(CONTENT)}")


def test_a_changed_file_is_sent_whole(links, browser):
    tag = browser.head(links["audio"])["ETag"]
    same = browser.get(links["audio"], headers={"Range": "bytes=0-9", "If-Range": tag})
    other = browser.get(links["audio"], headers={"Range": "bytes=0-9", "If-Range": '"other"'})
    assert (same.status_code, other.status_code) == (206, 200)


def test_the_master_lists_the_lowest_mode_first_with_measured_rates(links, browser):
    answer = browser.get(links["hls"])
    assert answer["Content-Type"] == "application/vnd.apple.mpegurl"
    lines = answer.content.decode().splitlines()
    assert [line for line in lines if line.endswith(".m3u8")] == ["audio.m3u8", "light.m3u8"]
    assert 'BANDWIDTH=22000,AVERAGE-BANDWIDTH=21000,CODECS="audio-codec"' in lines[3]
    light = browser.get(links["hls"].replace("master", "light"))
    assert light.content == b"#EXTM3U\n# light\n"
    assert browser.get(links["hls"].replace("master", "standard")).status_code == 404


def test_a_mode_that_is_published_later_needs_a_new_link(links, browser, recording, world):
    factories.rendition(recording, "standard", at=world.now)
    assert b"standard" not in browser.get(links["hls"]).content
    assert browser.get(links["audio"].replace("audio.mp4", "standard.mp4")).status_code == 404


def test_nobody_gets_a_link_without_a_policy(recording, world, monkeypatch):
    monkeypatch.setattr(access, "_policies", [])
    with pytest.raises(api.AccessRefused):
        api.playback_links(recording.pk, viewer_id=world.county_account.pk, at=world.now)


def test_a_viewer_gets_no_link_to_another_recording(released, world):
    other = factories.received(world.expert, at=world.now)
    with pytest.raises(api.AccessRefused):
        api.playback_links(other.pk, viewer_id=released.pk, at=world.now)


def test_an_anonymous_request_is_forbidden(links, client):
    assert client.get(links["audio"]).status_code == 403


def test_another_viewers_browser_is_forbidden(links, world):
    assert browser_of(world.supporting_officer, world.now).get(links["audio"]).status_code == 403


def test_a_link_and_its_cookie_run_out(links, released, browser, world):
    with time_machine.travel(world.later(hours=6), tick=False):
        assert browser.get(links["audio"]).status_code == 403
        fresh_cookie = browser_of(released, world.later(hours=6))
        assert fresh_cookie.get(links["audio"]).status_code == 403
    with time_machine.travel(world.later(hours=5, minutes=59), tick=False):
        assert browser.get(links["audio"]).status_code == 200


def test_no_part_of_a_token_can_be_changed(links, browser):
    token = links["audio"].split("/")[2]
    payload, _, signature = token.rpartition(":")
    viewer, expires, public_id, fences = payload.split(".")
    tampered = [
        f"{int(viewer) + 1}.{expires}.{public_id}.{fences}:{signature}",
        f"{viewer}.{int(expires) + 1}.{public_id}.{fences}:{signature}",
        f"{viewer}.{expires}.{'0' * 32}.{fences}:{signature}",
        f"{viewer}.{expires}.{public_id}.standard1:{signature}",
        f"{payload}:{signature[:-1]}",
        payload,
        "x",
    ]
    for changed in tampered:
        assert browser.get(f"/media/{changed}/audio.mp4").status_code == 403, changed


def test_a_cookie_of_our_making_only(links, client, released):
    client.cookies["qc_viewer"] = f"{released.pk}.9999999999"
    assert client.get(links["audio"]).status_code == 403
    # a token is signed for another purpose and is no cookie
    client.cookies["qc_viewer"] = links["audio"].split("/")[2]
    assert client.get(links["audio"]).status_code == 403


@pytest.mark.parametrize("name", ["original", "audio.mp4.bak", "..%2Foriginal", "audio", ".mp4", "audio.m4a"])
def test_only_renditions_have_addresses(links, browser, name):
    assert browser.get(links["audio"].replace("audio.mp4", name)).status_code in (403, 404)


def test_the_cookie_goes_nowhere_but_to_media(released, world):
    answer = HttpResponse()
    api.set_viewer_cookie(answer, released.pk, world.now)
    cookie = answer.cookies["qc_viewer"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/media/", True, "Lax")
