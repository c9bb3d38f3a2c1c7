"""The real protocol over a real server: lines are cut in the middle of a body, and the server is killed."""

import hashlib
import os
import socket
import time
from pathlib import Path

import pytest
import requests
from tusclient import client as tus
from tusclient.exceptions import TusCommunicationError

from tests.media_pipeline.site import Site

pytestmark = pytest.mark.stack

KIB = 1024


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.start_web()
    yield site
    site.stop_all()


@pytest.fixture(scope="module")
def browserlike(site):
    """What the upload page has: a session cookie and the CSRF token."""
    token = "c" * 32
    headers = {"Cookie": f"sessionid={site.session_key}; csrftoken={token}", "X-CSRFToken": token}
    return tus.TusClient(f"{site.url}/api/v1/uploads/", headers=headers)


def headers(browserlike):
    return dict(browserlike.headers)


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
