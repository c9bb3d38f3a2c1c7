"""The real protocol over a real server: clients are cut, a server and a worker are killed, a browser plays."""

import hashlib
import json
import os
import socket
import time
from pathlib import Path

import pytest
import requests
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError

from tests.media_pipeline import factories
from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.stack, pytest.mark.media]

KIB = 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.start_web()
    yield site
    site.stop_all()


@pytest.fixture(scope="module")
def recording_file(tmp_path_factory):
    """Half a minute with slides; long enough to be killed in the middle of."""
    return factories.lecture(tmp_path_factory.mktemp("source") / "lecture.mp4", 30, "640x360", "25")


@pytest.fixture(scope="module")
def browserlike(site):
    """What the upload page has: a session cookie and the CSRF token."""
    token = "c" * 32
    headers = {"Cookie": f"sessionid={site.session_key}; csrftoken={token}", "X-CSRFToken": token}
    return tus.TusClient(f"{site.url}/api/v1/uploads/", headers=headers)


def headers(browserlike):
    return dict(browserlike.headers)


def state_of(site, browserlike, upload_url):
    upload = requests.get(upload_url, headers=headers(browserlike), timeout=10).json()
    found = requests.get(
        f"{site.url}/api/v1/recordings/{upload['recording']}/", headers=headers(browserlike), timeout=10
    )
    return found.json()


def offset_of(browserlike, url):
    answer = requests.head(url, headers={**headers(browserlike), "Tus-Resumable": "1.0.0"}, timeout=10)
    return int(answer.headers["Upload-Offset"])


def uploader(browserlike, path, **more):
    return browserlike.uploader(str(path), chunk_size=64 * KIB, metadata={"filename": path.name}, **more)


def noise(path: Path, megabytes: int) -> Path:
    path.write_bytes(b"\0\0\0\x18ftypmp42" + os.urandom(megabytes * KIB * KIB))
    return path


def raw_patch(site, browserlike, url, offset, announced, sent):
    """Send the head of a PATCH and only a part of its body, and leave the line open."""
    lines = {
        "Host": f"127.0.0.1:{site.port}", "Tus-Resumable": "1.0.0", "Upload-Offset": str(offset),
        "Content-Type": "application/offset+octet-stream", "Content-Length": str(announced), **headers(browserlike),
    }  # fmt: skip
    connection = socket.create_connection(("127.0.0.1", site.port))
    head = f"PATCH {url.removeprefix(site.url)} HTTP/1.1\r\n" + "".join(
        f"{key}: {value}\r\n" for key, value in lines.items()
    )
    connection.sendall(head.encode() + b"\r\n" + sent)
    return connection


def test_a_cut_connection_costs_nothing_that_arrived(site, browserlike, tmp_path):
    path = noise(tmp_path / "cut.mp4", 1)
    sending = uploader(browserlike, path)
    sending.upload_chunk()
    connection = raw_patch(
        site, browserlike, sending.url, 64 * KIB, 512 * KIB, path.read_bytes()[64 * KIB : 300 * KIB]
    )
    time.sleep(0.5)
    connection.close()
    site.wait(lambda: offset_of(browserlike, sending.url) == 300 * KIB, "what came before the cut", 10)
    again = uploader(browserlike, path, url=sending.url)
    assert again.offset == 300 * KIB
    again.upload(stop_at=500 * KIB)
    assert offset_of(browserlike, sending.url) >= 500 * KIB


def test_a_second_client_is_told_to_wait(site, browserlike, tmp_path):
    path = noise(tmp_path / "two.mp4", 1)
    sending = uploader(browserlike, path)
    sending.upload_chunk()
    connection = raw_patch(site, browserlike, sending.url, 64 * KIB, 512 * KIB, b"x")
    time.sleep(0.5)
    second = uploader(browserlike, path, url=sending.url, retries=0)
    with pytest.raises(TusCommunicationError) as refusal:
        second.upload_chunk()
    assert refusal.value.status_code == 423
    connection.close()


def test_a_killed_server_loses_no_acknowledged_byte(site, browserlike, tmp_path):
    path = noise(tmp_path / "killed.mp4", 12)
    sending = uploader(browserlike, path)
    sending.upload_chunk()
    # one long request: what it brought is acknowledged on the way, every four megabytes
    connection = raw_patch(site, browserlike, sending.url, 64 * KIB, path.stat().st_size - 64 * KIB,
                           path.read_bytes()[64 * KIB : 10 * KIB * KIB])  # fmt: skip
    site.wait(lambda: offset_of(browserlike, sending.url) >= 8 * KIB * KIB, "two acknowledgements", 20)
    site.kill("web")
    connection.close()
    site.start_web()
    kept = offset_of(browserlike, sending.url)
    assert 8 * KIB * KIB <= kept <= 10 * KIB * KIB
    again = browserlike.uploader(str(path), chunk_size=KIB * KIB, url=sending.url)
    again.upload()
    stored = site.shell(
        "from media_pipeline.recordings.models import Recording\n"
        "print('SHA', Recording.objects.get(original_name='killed.mp4').sha256)"
    )
    assert hashlib.sha256(path.read_bytes()).hexdigest() in stored


def test_a_missing_broker_keeps_no_request_waiting(site, browserlike, tmp_path):
    # given that no broker answers at all: the upload ends as fast as ever, and the job waits in its row
    path = noise(tmp_path / "lonely.mp4", 1)
    started = time.monotonic()
    uploader(browserlike, path).upload()
    assert time.monotonic() - started < 10


def play(site, links, cookie):
    """Play each mode in a real browser: to the middle by a jump, and on for a moment, with sound."""
    from playwright.sync_api import sync_playwright

    seen = {}
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path="/usr/bin/chromium",
            args=["--no-sandbox", "--autoplay-policy=no-user-gesture-required"],
        )
        context = browser.new_context()
        context.add_cookies([{"name": "qc_viewer", "value": cookie, "url": f"{site.url}/media/"}])
        page = context.new_page()
        page.goto(f"{site.url}/api/v1/openapi.json")
        for mode, link in links.items():
            if mode == "hls":
                continue
            seen[mode] = page.evaluate(
                """async (link) => {
                    const video = document.createElement("video");
                    video.src = link; document.documentElement.append(video);
                    const once = (name) => new Promise((done, fail) => {
                        video.addEventListener(name, done, {once: true});
                        video.addEventListener("error", () => fail(video.error.message), {once: true});
                        setTimeout(() => fail(name + " did not come"), 15000);
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
                }""",
                site.url + link,
            )
        browser.close()
    return seen


def test_an_upload_is_made_watchable_though_workers_die(site, browserlike, recording_file):
    site.start_broker()
    site.start_worker()
    sending = uploader(browserlike, recording_file)
    sending.upload()

    def job(kind):
        jobs = state_of(site, browserlike, sending.url)["jobs"]
        return next((job for job in jobs if job["kind"] == kind), {"state": "", "progress_percent": 0})

    # kill -9 of the worker in the middle of the pictures; the audio is watchable by then
    site.wait(
        lambda: job("video")["state"] == "running" and job("video")["progress_percent"] > 5,
        "the video stage",
        90,
    )
    assert [mode["mode"] for mode in state_of(site, browserlike, sending.url)["modes"]] == ["audio"]
    site.kill("worker")
    # the broker forgets everything as well
    site.kill("broker")
    (site.folder / "redis.sock").unlink(missing_ok=True)
    site.start_broker()
    site.start_worker()
    site.wait(lambda: state_of(site, browserlike, sending.url)["state"] == "ready", "the recording", 120)
    ready = state_of(site, browserlike, sending.url)
    assert [mode["mode"] for mode in ready["modes"]] == ["audio", "light", "standard"]
    site.kill("worker")

    said = site.shell(
        "import json\n"
        "from django.http import HttpResponse\n"
        "from django.utils import timezone\n"
        "from media_pipeline import api\n"
        "from media_pipeline.recordings.models import Recording\n"
        f"recording = Recording.objects.get(public_id='{ready['public_id']}')\n"
        "attempts = list(recording.jobs.order_by('pk').values_list('kind', 'attempt'))\n"
        "api.register_access_policy(lambda viewer, recording: True)\n"
        "answer = HttpResponse()\n"
        f"api.set_viewer_cookie(answer, {site.viewer_id}, timezone.now())\n"
        f"links = api.playback_links(recording.pk, viewer_id={site.viewer_id}, at=timezone.now())\n"
        "print('LINKS', json.dumps([links, answer.cookies['qc_viewer'].value, dict(attempts)]))"
    )
    links, cookie, attempts = json.loads(said.split("LINKS ")[1])
    assert attempts["video"] == 2

    # a real browser plays and seeks every mode
    seen = play(site, links, cookie)
    for mode, result in seen.items():
        assert abs(result["duration"] - 30) < 0.3, (mode, result)
        assert result["played"] > 0.2, (mode, result)
        assert 25 <= result["after"] < 27, (mode, result)
        assert result["first"] == 0, (mode, result)
        assert result["sound"] > 0, (mode, result)
        assert result["width"] == (0 if mode == "audio" else 640), (mode, result)

    # ffmpeg reads every line of the HLS master as a client
    for number, pictures in ((1, 150), (2, 375)):
        decoded = factories.read_hls(site.url + links["hls"], f"qc_viewer={cookie}", number)
        assert abs(decoded["frames"] - pictures) <= 3
        assert abs(decoded["seconds"] - 30) < 0.3
    # and nobody without the cookie gets a byte
    assert requests.get(site.url + links["light"], timeout=10).status_code == 403
