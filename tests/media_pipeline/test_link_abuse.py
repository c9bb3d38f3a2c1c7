"""Who gets nothing: anonymous, expired, other lecture, other viewer, and everything that was tampered with."""

from datetime import timedelta

import pytest
import time_machine
from django.core import signing
from django.http import HttpResponse
from django.test import Client

from courses.enrolment.access import may_play_recording
from courses.enrolment.models import Release
from courses.enrolment.operations import enrol
from media_pipeline import api
from media_pipeline.delivery import access
from media_pipeline.delivery import links as signing_links
from media_pipeline.recordings import files
from tests.courses import factories as courses
from tests.media_pipeline import factories
from tests.media_pipeline.viewing import CONTENT, browser_of, cookie_of

RANGE = {"Range": "bytes=0-9"}


@pytest.fixture(autouse=True)
def _the_worlds_clock(world):
    with time_machine.travel(world.now, tick=False):
        yield


def token_of(links):
    return links["audio"].split("/")[2]


def refused(browser, address, allowed=(403,)):
    """GET and HEAD, whole and in parts: the same refusal every time, and not one byte of the recording."""
    for ask in (browser.get, browser.head):
        for headers in ({}, RANGE, {"Range": "bytes=-5"}, RANGE | {"If-Range": '"x"'}):
            answer = ask(address, headers=headers)
            assert answer.status_code in allowed, (ask.__name__, headers, address, answer.status_code)
            assert CONTENT[:5] not in answer.content
            assert "Content-Range" not in answer
            assert "X-Accel-Redirect" not in answer
    return True


def test_nobody_gets_a_link_without_a_policy(recording, world, monkeypatch):
    monkeypatch.setattr(access, "_policies", [])
    with pytest.raises(api.AccessRefused):
        api.playback_links(recording.pk, viewer_id=world.county_account.pk, at=world.now)


def test_a_viewer_gets_no_link_to_another_recording(released, world):
    other = factories.received(world.expert, at=world.now)
    with pytest.raises(api.AccessRefused):
        api.playback_links(other.pk, viewer_id=released.pk, at=world.now)


def test_an_anonymous_request_is_forbidden_whatever_it_asks_for(links, client):
    for address in links.values():
        assert refused(client, address)


def test_a_refusal_asks_the_database_nothing_and_is_kept_by_nobody(links, client, django_assert_num_queries):
    with django_assert_num_queries(0):
        answer = client.get(links["audio"], headers=RANGE)
    assert answer["Cache-Control"] == "no-store"


def test_being_signed_in_is_no_cookie_of_ours(links, world, client_for):
    assert refused(client_for(world.county_account), links["audio"])


def test_another_viewers_browser_is_forbidden(links, world):
    assert refused(browser_of(world.supporting_officer, world.now), links["audio"])


def test_another_viewers_link_is_forbidden_in_ones_own_browser(links, browser, recording, world):
    """Both may play it, and still nobody plays by the link of the other."""
    api.register_access_policy(lambda viewer, _recording: viewer == world.expert.pk)
    theirs = api.playback_links(recording.pk, viewer_id=world.expert.pk, at=world.now)
    assert refused(browser, theirs["audio"])
    assert browser_of(world.expert, world.now).get(theirs["audio"]).status_code == 200


def test_a_link_runs_out_for_everything_under_it(links, released, browser, world, settings):
    lifetime = timedelta(seconds=settings.MEDIA_LINK_SECONDS)
    with time_machine.travel(world.now + lifetime - timedelta(minutes=16), tick=False):
        assert browser.get(links["audio"]).status_code == 200
    with time_machine.travel(world.now + lifetime, tick=False):
        for address in links.values():
            assert refused(browser, address)
        # a cookie of today does not make an old link young
        assert refused(browser_of(released, world.now + lifetime), links["audio"])


def test_a_link_never_holds_longer_than_it_may(links, released, recording, world, settings):
    """Addresses are made for whole quarters of an hour: rounded down, never up."""
    for seconds in range(0, 1800, 97):
        at = world.now + timedelta(seconds=seconds)
        token = token_of(api.playback_links(recording.pk, viewer_id=released.pk, at=at))
        expires = signing_links.read(token, at=at).expires
        left = expires - at.timestamp()
        assert settings.MEDIA_LINK_SECONDS - 900 < left <= settings.MEDIA_LINK_SECONDS


def test_no_part_of_a_token_can_be_changed(links, browser):
    token = token_of(links)
    payload, _, signature = token.rpartition(":")
    viewer, expires, public_id, fences = payload.split(".")
    tampered = [
        f"{int(viewer) + 1}.{expires}.{public_id}.{fences}:{signature}",
        f"{viewer}.{int(expires) + 1}.{public_id}.{fences}:{signature}",
        f"{viewer}.{expires}.{'0' * 32}.{fences}:{signature}",
        f"{viewer}.{expires}.{public_id}.standard1:{signature}",
        f"{viewer}.{expires}.{public_id}.{fences.replace('audio1', 'audio2')}:{signature}",
        f"{viewer}.{expires}.{public_id}.{fences}-slides1:{signature}",
        f"{payload}:{signature[:-1]}",
        f"{payload}:",
        payload,
        f"{token} ",
        token.upper(),
        "x",
    ]
    for changed in tampered:
        assert changed != token
        assert refused(browser, f"/media/{changed}/audio.mp4"), changed


def test_what_we_signed_for_another_purpose_is_no_token(browser, released):
    """The cookie is signed too, with the same key: it opens nothing in the place of a token."""
    for value in (
        browser.cookies["qc_viewer"].value,
        signing.Signer().sign("1.9999999999." + "0" * 32 + ".audio1"),
    ):
        assert refused(browser, f"/media/{value}/audio.mp4")


@pytest.mark.parametrize("payload", ["", "x", "1.1", "1.{t}.{id}.audio", "1.{t}.{id}.audio1-", "1.{t}.{id}.AUDIO1",
                                     "1.{t}.{id}.audio1\n", "\u0661.{t}.{id}.audio1", "-1.{t}.{id}.audio1"])  # fmt: skip
def test_a_payload_of_another_shape_says_nothing_even_if_we_had_signed_it(payload, world):
    text = payload.format(t=9_999_999_999, id="0" * 32)
    token = signing.Signer(salt="media_pipeline.delivery.link").sign(text)
    with pytest.raises(signing_links.LinkRefused):
        signing_links.read(token, at=world.now)


def test_a_cookie_of_our_making_only(links, released):
    forged = [
        str(released.pk),
        f"{released.pk}:",
        signing.Signer().sign(str(released.pk)),
        signing.Signer(salt="media_pipeline.delivery.link").sign(str(released.pk)),
        token_of(links),
        "",
        "\x00",
    ]
    for value in forged:
        browser = Client()
        browser.cookies["qc_viewer"] = value
        assert refused(browser, links["audio"]), value


def test_a_cookie_alone_opens_nothing(browser, recording):
    assert refused(browser, f"/media/{recording.public_id}/audio.mp4")


@pytest.mark.parametrize(
    "name",
    [
        "original",
        "audio",
        ".mp4",
        "audio.mp4.bak",
        "audio.m4a",
        "AUDIO.mp4",
        "audio.mp4%20",
        "audio%00.mp4",
        "..%2foriginal",
        "..%2F..%2Fother%2F1%2Faudio.mp4",
        "%2e%2e/original",
        "..%5coriginal",
        "..%252foriginal",
        "./../original",
        "1/audio.mp4",
        "%2fetc%2fpasswd",
        "slide-.webp",
        "slide-1.webp%0a",
        "slide-%D9%A1.webp",
        "slide-9999999999.webp",
        "slides1.mp4",
        "storyboard.mp4",
        "captions-zh.mp4",
        "captions-..%2f.vtt",
        "master.mp4",
        "audio.mp4?file=original",
    ],
)
def test_no_name_leads_to_another_file(links, browser, recording, name, tmp_path):
    # given an original beside the modes, which is nobody's to fetch
    made = tmp_path / "original"
    made.write_bytes(CONTENT[::-1])
    files.keep(made, files.original_name(recording.public_id))
    answer = browser.get(links["audio"].replace("audio.mp4", name))
    if name.startswith("audio.mp4?"):  # a query is passed over
        assert b"".join(answer.streaming_content) == CONTENT
    else:
        assert answer.status_code in (400, 403, 404)
        assert not answer.streaming


def test_another_recordings_names_are_not_under_this_link(links, browser, world):
    # given another recording with a mode that this one has not
    other = factories.received(world.expert, at=world.now)
    factories.rendition(other, "clear", at=world.now)
    assert refused(browser, links["audio"].replace("audio.mp4", "clear.mp4"), allowed=(404,))
    assert refused(browser, links["audio"].replace("audio.mp4", "clear.m3u8"), allowed=(404,))
    for name in (
        f"{other.public_id}.mp4",
        f"{other.public_id}/1/clear.mp4",
        f"..%2f{other.public_id}%2f1%2fclear.mp4",
    ):
        assert refused(browser, links["audio"].replace("audio.mp4", name), allowed=(403, 404))


def test_nothing_can_be_written_to_a_media_address(links, browser):
    for ask in (browser.post, browser.put, browser.patch, browser.delete):
        assert ask(links["audio"]).status_code == 405


def test_the_cookie_goes_nowhere_but_to_media(released, world, settings):
    answer = HttpResponse()
    api.set_viewer_cookie(answer, released.pk, world.now)
    cookie = answer.cookies["qc_viewer"]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/media/", True, "Lax")
    assert 0 < cookie["max-age"] <= settings.MEDIA_LINK_SECONDS


def test_a_second_lecture_leaves_the_links_of_the_first_alone(released, world):
    """Two tabs share one cookie: opening the second one an hour later changes nothing for the first."""
    assert cookie_of(released, world.now) == cookie_of(released, world.later(hours=1))


def test_a_release_that_ended_gives_no_new_link_and_the_old_one_is_refused(
    world, monkeypatch, tmp_path, django_assert_num_queries
):
    # given a lawyer of the county who takes a lecture that is open to Guangxi, and plays it
    monkeypatch.setattr(access, "_policies", [may_play_recording])
    lecture = courses.make_published_lecture(world, released_to=[world.guangxi])
    made = tmp_path / "audio"
    made.write_bytes(CONTENT)
    files.keep(made, lecture.recording.renditions.get(mode="audio").file)
    enrol(lawyer=world.county_lawyer, lecture=lecture, by=world.county_account, at=world.now)
    viewer = world.county_account
    links = api.playback_links(lecture.recording_id, viewer_id=viewer.pk, at=world.now)
    with django_assert_num_queries(0):
        assert browser_of(viewer, world.now).get(links["audio"], headers=RANGE).status_code == 206
    # when the release ends
    Release.objects.filter(lecture=lecture).update(ended_at=world.now)
    # then there is no new link, on no page
    with pytest.raises(api.AccessRefused):
        api.playback_links(lecture.recording_id, viewer_id=viewer.pk, at=world.now)
    # and what was handed out ends within the minute, long before the link does
    with time_machine.travel(world.now + timedelta(seconds=access.ASK_AGAIN_SECONDS + 1), tick=False):
        assert refused(browser_of(viewer, world.now), links["audio"])


def test_who_may_still_play_goes_on_with_the_link(links, browser, world, django_assert_max_num_queries):
    for minutes in (0, 2, 90):
        with time_machine.travel(world.later(minutes=minutes), tick=False):
            assert browser.get(links["audio"], headers=RANGE).status_code == 206
            # the other ranges of that minute ask nothing
            with django_assert_max_num_queries(0):
                assert browser.get(links["audio"], headers=RANGE).status_code == 206
