"""What is delivered under a link: files with their ranges, playlists, pictures, captions and chapters."""

from datetime import timedelta

import pytest
import time_machine

from media_pipeline import api
from media_pipeline.delivery import expiry
from media_pipeline.delivery import links as signed_links
from media_pipeline.recordings import files
from media_pipeline.recordings.models import CaptionTrack, Slide, Storyboard
from tests.media_pipeline import factories
from tests.media_pipeline.viewing import CONTENT

VTT = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n各位律师，大家好。\n"


@pytest.fixture(autouse=True)
def _the_worlds_clock(world):
    with time_machine.travel(world.now, tick=False):
        yield


def body(answer):
    return b"".join(answer.streaming_content)


@pytest.fixture
def illustrated(recording, world, tmp_path):
    """Two slides (the second one has a name), a storyboard and Chinese captions beside the sound."""
    recording.duration_ms = 90_000
    recording.save()
    for number, (from_ms, title) in enumerate([(0, ""), (41_000, "鉴定意见 <质证> & 审查\n二")], start=1):
        name = files.slide_name(recording.public_id, 4, number)
        store(tmp_path, name, f"slide {number}".encode())
        Slide.objects.create(
            recording=recording,
            from_ms=from_ms,
            title=title,
            picture=name,
            fence=4,
            number=number,
            width=1280,
            height=720,
            size_bytes=7,
        )
    name = files.storyboard_name(recording.public_id, 5)
    store(tmp_path, name, b"storyboard")
    Storyboard.objects.create(
        recording=recording,
        file=name,
        fence=5,
        interval_ms=10_000,
        columns=5,
        tiles=9,
        tile_width=160,
        tile_height=90,
        size_bytes=10,
    )
    CaptionTrack.objects.create(recording=recording, language="zh", vtt=VTT, revision=3, updated_at=world.now)
    return recording


def store(folder, name, content):
    made = folder / "made"
    made.write_bytes(content)
    files.keep(made, name)


@pytest.fixture
def all_links(illustrated, released, world):
    return api.playback_links(illustrated.pk, viewer_id=released.pk, at=world.now)


def test_every_mode_and_the_master_have_an_address(links):
    assert set(links) == {"audio", "light", "hls"}
    assert links["audio"].startswith("/media/")
    assert links["hls"].endswith("/master.m3u8")


def test_nothing_has_an_address_before_something_can_be_heard(released, world, recording):
    recording.renditions.all().delete()
    assert api.playback_links(recording.pk, viewer_id=released.pk, at=world.now) == {}


def test_a_page_that_is_loaded_again_finds_what_the_browser_has_kept(links, recording, released, world):
    """Addresses change every quarter of an hour, and not with each second."""
    for later, same in ((timedelta(minutes=14), True), (timedelta(minutes=15), False)):
        again = api.playback_links(recording.pk, viewer_id=released.pk, at=world.now + later)
        assert (again == links) is same


def test_a_range_is_answered_without_asking_the_database(links, browser, django_assert_num_queries, settings):
    with django_assert_num_queries(0):
        answer = browser.get(links["light"], headers={"Range": "bytes=1000-1999", "Accept-Encoding": "gzip"})
        assert body(answer) == CONTENT[1000:2000]
    assert answer.status_code == 206
    assert answer["Content-Range"] == f"bytes 1000-1999/{len(CONTENT)}"
    assert (answer["Content-Length"], answer["Content-Type"]) == ("1000", "video/mp4")
    assert answer["Cache-Control"] == f"private, max-age={settings.MEDIA_LINK_SECONDS}, immutable"


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


@pytest.mark.parametrize("secret", ["", "shared-with-nginx"])
def test_a_playback_that_was_open_goes_on_when_the_modes_are_made_anew(
    secret, recording, released, browser, world, tmp_path, settings
):
    # given a player that has the master playlist, and a ladder of today that replaced both modes meanwhile
    links = api.playback_links(recording.pk, viewer_id=released.pk, at=world.now)
    recording.renditions.all().delete()
    for mode in ("audio", "light"):
        again = factories.rendition(recording, mode, at=world.now)
        again.fence, again.playlist = 1002, f'#EXTM3U\n#EXT-X-MAP:URI="{mode}.mp4"\n{mode}.mp4\n'
        again.save()
        store(tmp_path, files.rendition_name(recording.public_id, 1002, mode), b"made anew")
    settings.MEDIA_SIGNED_SECRET = secret
    # when it goes to a mode that it has not read yet
    assert b"light.m3u8" in browser.get(links["hls"]).content
    playlist = browser.get(links["hls"].replace("master", "light"))
    # then it is told of the new file, at an address that holds no longer than its own
    assert playlist.status_code == 200
    extension, address = playlist.content.decode().splitlines()[1:]
    assert extension == f'#EXT-X-MAP:URI="{address}"'
    now = api.playback_links(recording.pk, viewer_id=released.pk, at=world.now)
    if secret:
        assert address == now["light"]
    else:
        assert body(browser.get(address)) == b"made anew"
        token = address.split("/")[2]
        assert signed_links.read(token, at=world.now).expires == expiry.expires_at(world.now)
    # and what it plays now is still there
    assert body(browser.get(links["light"])) == CONTENT


def test_a_mode_that_todays_ladder_has_not_is_no_playlist_any_more(links, recording, browser):
    recording.renditions.filter(mode="light").delete()
    assert b"light" not in browser.get(links["hls"]).content
    assert browser.get(links["hls"].replace("master", "light")).status_code == 404


def test_slides_storyboard_captions_and_chapters_have_addresses_where_there_are_any(all_links):
    assert set(all_links) == {"audio", "light", "hls", "slides", "storyboard", "captions-zh", "chapters"}
    assert all_links["slides"].endswith("/slide-")


def test_a_slide_and_the_storyboard_ask_the_database_nothing(all_links, browser, django_assert_num_queries):
    with django_assert_num_queries(0):
        slide = browser.get(f"{all_links['slides']}2.webp")
        assert body(slide) == b"slide 2"
        storyboard = browser.get(all_links["storyboard"])
        assert body(storyboard) == b"storyboard"
        assert browser.get(f"{all_links['slides']}3.webp").status_code == 404
    assert slide["Content-Type"] == storyboard["Content-Type"] == "image/webp"


def test_a_recording_without_pictures_has_none_under_its_link(links, browser):
    for name in ("slide-1.webp", "storyboard.webp", "chapters.vtt", "captions-zh.vtt", "slides.mp4"):
        assert browser.get(links["audio"].replace("audio.mp4", name)).status_code == 404, name


def test_captions_come_as_they_were_written(all_links, browser):
    answer = browser.get(all_links["captions-zh"])
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/vtt; charset=utf-8")
    assert answer.content.decode() == VTT
    assert answer["Cache-Control"] == "private, max-age=60"
    assert browser.get(all_links["captions-zh"].replace("-zh", "-en")).status_code == 404


def test_captions_that_did_not_change_are_not_sent_again(all_links, browser, illustrated):
    tag = browser.get(all_links["captions-zh"])["ETag"]
    same = browser.get(all_links["captions-zh"], headers={"If-None-Match": tag})
    assert (same.status_code, same.content) == (304, b"")
    illustrated.captions.update(vtt=VTT + "\n", revision=4)
    assert browser.get(all_links["captions-zh"], headers={"If-None-Match": tag}).status_code == 200


def test_edited_captions_have_another_address(all_links, illustrated, released, world):
    illustrated.captions.update(revision=4)
    again = api.playback_links(illustrated.pk, viewer_id=released.pk, at=world.now)
    assert {name for name in again if again[name] != all_links[name]} == {"captions-zh"}


def test_chapters_are_the_slide_index_in_the_viewers_language(all_links, browser):
    answer = browser.get(all_links["chapters"], headers={"Accept-Language": "zh-hans"})
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer.content.decode() == (
        "WEBVTT\n\n"
        "00:00:00.000 --> 00:00:41.000\n第 1 页\n\n"
        "00:00:41.000 --> 00:01:30.000\n鉴定意见 &lt;质证&gt; &amp; 审查 二\n"
    )


def test_a_slide_at_the_very_end_is_a_chapter_all_the_same(all_links, browser, illustrated):
    illustrated.slides.filter(number=2).update(from_ms=90_000, title="end")
    chapters = browser.get(all_links["chapters"]).content.decode()
    assert "00:01:30.000 --> 00:01:30.001\nend" in chapters


def test_a_player_without_opus_finds_lines_for_it(recording, released, browser, world):
    # given a recording with every mode, as the ladder makes them
    for mode, peak, codecs in (
        ("aac", 44_000, "mp4a.40.2"),
        ("standard", 180_000, "avc1.64001f,mp4a.40.2"),
        ("clear", 350_000, "avc1.640028,mp4a.40.2"),
    ):
        factories.rendition(recording, mode, at=world.now, peak_bps=peak, codecs=codecs)
    recording.renditions.filter(mode="audio").update(codecs="opus")
    recording.renditions.filter(mode="light").update(codecs="avc1.64001f,opus")
    links = api.playback_links(recording.pk, viewer_id=released.pk, at=world.now)
    # when such a player reads the master playlist
    lines = browser.get(links["hls"]).content.decode().splitlines()
    variants = dict(zip(lines[4::2], lines[3::2], strict=True))
    assert list(variants) == ["audio.m3u8", "aac.m3u8", "light.m3u8", "standard.m3u8", "clear.m3u8"]
    # then the lines it can play begin with sound alone, and have a picture where the line allows
    playable = [name for name, line in variants.items() if "opus" not in line]
    assert playable == ["aac.m3u8", "standard.m3u8", "clear.m3u8"]
    assert "BANDWIDTH=44000," in variants["aac.m3u8"]


class TestBehindNginx:
    """Where nginx sends the bytes, the answer only names the file."""

    @pytest.fixture(autouse=True)
    def _accelerated(self, settings):
        settings.MEDIA_ACCEL_PREFIX = "/internal-media/"

    def test_the_answer_names_the_file_and_asks_the_database_nothing(
        self, links, browser, recording, django_assert_num_queries
    ):
        with django_assert_num_queries(0):
            answer = browser.get(links["audio"], headers={"Range": "bytes=0-9"})
        assert (answer.status_code, answer.content) == (200, b"")
        assert answer["X-Accel-Redirect"] == f"/internal-media/{recording.public_id}/1/audio.mp4"
        assert answer["Content-Type"] == "audio/mp4"
        assert answer["Cache-Control"].startswith("private, max-age=")

    def test_a_refusal_names_nothing(self, links, client, browser, recording):
        files.storage().delete(f"{recording.public_id}/1/light.mp4")
        for answer in (client.get(links["audio"]), browser.get(links["light"])):
            assert answer.status_code in (403, 404)
            assert "X-Accel-Redirect" not in answer
            assert answer["Cache-Control"] == "no-store"


class TestLinksThatNginxChecks:
    """With a shared secret, files have addresses that nginx checks by itself; the rest stays with us."""

    @pytest.fixture(autouse=True)
    def _secret(self, settings):
        settings.MEDIA_SIGNED_SECRET = "shared with nginx"

    def test_files_are_signed_for_nginx_and_texts_for_us(self, all_links, illustrated):
        signed = {name for name, address in all_links.items() if address.startswith("/media/signed/")}
        assert signed == {"audio", "light", "slides", "storyboard"}
        assert all_links["storyboard"].endswith(f"/{illustrated.public_id}/5/storyboard.webp")

    def test_a_playlist_points_at_the_address_that_nginx_checks(self, links, browser, recording):
        recording.renditions.filter(mode="light").update(
            playlist='#EXT-X-MAP:URI="light.mp4",BYTERANGE="9@0"\n#EXT-X-BYTERANGE:9@9\nlight.mp4\n'
        )
        light = browser.get(links["hls"].replace("master", "light")).content.decode()
        assert light == (
            f'#EXT-X-MAP:URI="{links["light"]}",BYTERANGE="9@0"\n#EXT-X-BYTERANGE:9@9\n{links["light"]}\n'
        )

    def test_past_nginx_such_an_address_opens_nothing(self, links, browser):
        assert browser.get(links["audio"]).status_code == 403

    def test_object_storage_keeps_our_own_addresses(self, recording, released, world, monkeypatch):
        monkeypatch.setattr(files, "local_path", lambda there, name: None)
        links = api.playback_links(recording.pk, viewer_id=released.pk, at=world.now)
        assert not [address for address in links.values() if "/signed/" in address]


def test_the_storages_own_link_holds_as_long_as_is_set_and_is_kept_by_nobody(
    links, browser, monkeypatch, settings
):
    # given object storage, which signs links of its own
    asked = []

    class Bucket:
        def path(self, name):
            raise NotImplementedError

        def url(self, name, *, expire, http_method):
            asked.append((name.rsplit("/", 1)[-1], expire, http_method))
            return "https://bucket.example/light"

    settings.MEDIA_STORAGE_LINK_SECONDS = 120
    monkeypatch.setattr(files, "storage", Bucket)
    answer = browser.get(links["light"])
    assert (answer.status_code, answer["Location"]) == (302, "https://bucket.example/light")
    assert answer["Cache-Control"] == "no-store"
    assert asked == [("light.mp4", 120, "GET")]
