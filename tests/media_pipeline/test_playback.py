"""What the pipeline made plays: in a real browser, from the view, from nginx for the view, and from nginx alone; and as
HLS with ffmpeg as the client.
"""

import subprocess
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass

import pytest
from django.utils import timezone

from media_pipeline import api
from media_pipeline.conductor import operations, plan, work
from media_pipeline.delivery import access
from media_pipeline.recordings.models import CaptionTrack, Recording
from tests.media_pipeline import factories
from tests.media_pipeline.nginx import Nginx
from tests.media_pipeline.viewing import InThread, cookie_of

pytestmark = [pytest.mark.media, pytest.mark.browser, pytest.mark.stack, pytest.mark.timeout(300)]
SECRET = "shared-with-nginx"
MODES = ["audio", "aac", "light", "standard", "clear"]
SECONDS = 30

# Plays a file: how long it is, how far it got, and how far after a jump to 25 s; what was heard and seen.
_PLAY = """async (link) => {
    const video = document.createElement("video");
    video.src = link;
    document.documentElement.append(video);
    const once = (name) => new Promise((done, fail) => {
        video.addEventListener(name, done, {once: true});
        video.addEventListener("error", () => fail(video.error.message), {once: true});
        setTimeout(() => fail(name + " did not come"), 20000);
    });
    await once("loadedmetadata");
    await video.play();
    await new Promise((done) => setTimeout(done, 700));
    const played = video.currentTime;
    video.currentTime = 25;
    await once("seeked");
    await new Promise((done) => setTimeout(done, 700));
    const result = {duration: video.duration, played, after: video.currentTime, width: video.videoWidth,
                    sound: video.webkitAudioDecodedByteCount, first: video.seekable.start(0)};
    video.remove();
    return result;
}"""

# Loads pictures, and the cues of a text track.
_PICTURE = """(link) => new Promise((done, fail) => {
    const picture = new Image();
    picture.onload = () => done(picture.naturalWidth);
    picture.onerror = () => fail(link);
    picture.src = link;
})"""
_CUES = """(link) => new Promise((done, fail) => {
    const video = document.createElement("video");
    const track = document.createElement("track");
    track.src = link;
    track.onload = () => done([...track.track.cues].map((cue) => cue.text));
    track.onerror = () => fail(link);
    video.append(track);
    document.documentElement.append(video);
    track.track.mode = "hidden";
})"""


@dataclass(frozen=True)
class Place:
    """Where a viewer's browser goes, with which addresses and cookie, and how the site is set for it."""

    url: str
    links: dict[str, str]
    cookie: str
    accel_prefix: str
    secret: str


@pytest.fixture
def lecture(world, arrived, tmp_path, monkeypatch) -> Recording:
    """Half a minute of slides with speech, through every stage, with captions; the county lawyer may watch it."""
    monkeypatch.setattr(
        access, "_policies", [lambda viewer_id, _recording: viewer_id == world.county_account.pk]
    )
    recording: Recording = arrived(factories.lecture(tmp_path / "lecture.mp4", SECONDS, "480x270"))
    operations.plan_work(recording_id=recording.pk, at=world.now)
    while any(work.work_next(queue) for queue in plan.WORK_QUEUES):
        pass
    recording.refresh_from_db()
    assert recording.state == Recording.State.READY
    vtt = "WEBVTT\n\n00:00:01.000 --> 00:00:04.000\n各位律师，大家好。\n"
    CaptionTrack.objects.create(recording=recording, language="zh", vtt=vtt, updated_at=world.now)
    return recording


@pytest.fixture
def places(lecture, world, tmp_path, settings) -> Iterator[Iterator[tuple[str, Place]]]:
    """The same lecture from the view alone, through nginx for the view, and from nginx by its own check, in turn."""
    site = InThread()
    viewer, at = world.county_account, timezone.now()
    with Nginx(tmp_path / "nginx", web=site.place, state=tmp_path, secret=SECRET) as nginx:

        def in_turn() -> Iterator[tuple[str, Place]]:
            for name, place in every.items():
                settings.MEDIA_ACCEL_PREFIX, settings.MEDIA_SIGNED_SECRET = place.accel_prefix, place.secret
                yield name, place

        every = {}
        for name, url, accel_prefix, secret in (
            ("view", f"http://{site.place}", "", ""),
            ("nginx for the view", nginx.url, "/internal-media/", ""),
            ("nginx alone", nginx.url, "/internal-media/", SECRET),
        ):
            settings.MEDIA_SIGNED_SECRET = secret
            links = api.playback_links(lecture.pk, viewer_id=viewer.pk, at=at)
            every[name] = Place(url, links, cookie_of(viewer, at), accel_prefix, secret)
        yield in_turn()
    site.stop()


def test_every_mode_plays_from_every_place_in_a_real_browser_and_in_ffmpeg(places, lecture):
    from playwright.sync_api import sync_playwright

    slides = list(lecture.slides.values_list("number", "width"))
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        for name, place in places:
            assert_plays_and_seeks(chromium, name, place, slides)
            assert_hls_is_read_to_its_end(name, place)
        chromium.close()


def assert_plays_and_seeks(chromium, name: str, place: Place, slides: list[tuple[int, int]]) -> None:
    """Every mode, picture and text in the browser of the viewer; nothing of it in another."""
    context = chromium.new_context()
    context.add_cookies([{"name": "qc_viewer", "value": place.cookie, "url": f"{place.url}/media/"}])
    page = context.new_page()
    page.goto(f"{place.url}/api/v1/openapi.json")
    statuses: dict[str, set[int]] = {}
    page.on("response", lambda got, seen=statuses: seen.setdefault(got.url, set()).add(got.status))
    for mode in MODES:
        result = page.evaluate(_PLAY, place.url + place.links[mode])
        assert abs(result["duration"] - SECONDS) < 0.3, (name, mode, result)
        assert result["played"] > 0.2, (name, mode, result)
        assert 25 <= result["after"] < 27, (name, mode, result)
        assert result["first"] == 0, (name, mode, result)
        assert result["sound"] > 0, (name, mode, result)
        assert (result["width"] > 0) == (mode not in ("audio", "aac")), (name, mode, result)
        assert statuses[place.url + place.links[mode]] == {206}, (name, mode, statuses)
    for number, width in slides:
        assert page.evaluate(_PICTURE, f"{place.url}{place.links['slides']}{number}.webp") == width, name
    assert page.evaluate(_PICTURE, place.url + place.links["storyboard"]) > 0, name
    assert page.evaluate(_CUES, place.url + place.links["captions-zh"]) == ["各位律师，大家好。"], name
    assert len(page.evaluate(_CUES, place.url + place.links["chapters"])) == len(slides), name
    context.close()
    # and a browser without the cookie plays nothing of it
    stranger = chromium.new_context().new_page()
    stranger.goto(f"{place.url}/api/v1/openapi.json")
    with pytest.raises(Exception, match=r"(?i)error|format|403"):
        stranger.evaluate(_PLAY, place.url + place.links["light"])
    stranger.context.close()


def assert_hls_is_read_to_its_end(name: str, place: Place) -> None:
    """ffmpeg as a client of HLS: every line of the master, and each line for itself."""
    # the master is one entrance, and each of its lines another
    master = place.url + place.links["hls"]
    request = urllib.request.Request(master, headers={"Cookie": f"qc_viewer={place.cookie}"})  # noqa: S310 (our own)
    with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310
        lines = [
            line.removesuffix(".m3u8") for line in answer.read().decode().split() if line.endswith(".m3u8")
        ]
    assert sorted(lines) == sorted(MODES)
    light = factories.read_hls(master, f"qc_viewer={place.cookie}", lines.index("light"))
    assert abs(light["seconds"] - SECONDS) < 0.3
    for mode in MODES:
        read = decode(place.url + place.links["hls"].replace("master.", f"{mode}."), place.cookie)
        assert abs(read["seconds"] - SECONDS) < 0.3, (name, mode, read)
        assert (read["frames"] > 0) == (mode not in ("audio", "aac")), (name, mode, read)


def decode(playlist: str, cookie: str) -> dict[str, float]:
    """Decode all that a playlist leads to, and return how much there was; a stranger hears nothing."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-headers", f"Cookie: qc_viewer={cookie}\r\n", "-i", playlist,
               "-map", "0", "-f", "null", "-progress", "pipe:1", "-"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    assert not done.stderr, done.stderr
    said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    stranger = subprocess.run(
        ["ffmpeg", "-v", "quiet", "-nostdin", "-i", playlist, "-f", "null", "-"], timeout=60
    )
    assert stranger.returncode != 0
    return {"frames": int(said.get("frame", 0)), "seconds": int(said["out_time_us"]) / 1e6}
