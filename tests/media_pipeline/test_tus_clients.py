"""Two clients that others wrote, tus-js-client and tuspy, against the real server; each side is killed on the way."""

import base64
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
import uuid
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
import requests
from tusclient import client as tus

from tests.media_pipeline.site import Site

pytestmark = pytest.mark.stack

MIB = 1024**2
BLOCK = 256 * 1024
TOKEN = "c" * 32
CLIENT = Path(__file__).with_name("tus_client.mjs")
TUSPY = """
import json, sys, time
from tusclient import client
wish = json.loads(sys.argv[1])
uploader = client.TusClient(wish["endpoint"], headers=wish["headers"]).uploader(
    wish["file"], chunk_size=wish["chunk"], metadata={"filename": wish["name"]}, url=wish.get("url"), retries=60,
    retry_delay=0.3)
print(json.dumps({"from": uploader.offset}), flush=True)
while uploader.offset < uploader.get_file_size():
    time.sleep(wish["pause"] / 1000)
    uploader.upload_chunk()
    print(json.dumps({"sent": uploader.offset, "url": uploader.url}), flush=True)
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    site = Site(tmp_path_factory.mktemp("site"))
    site.start_web()
    yield site
    site.stop_all()


@pytest.fixture
def film(tmp_path):
    """Twelve megabytes that begin like an MP4 and are nobody else's."""
    path = tmp_path / f"{uuid.uuid4().hex}.mp4"
    path.write_bytes(b"\0\0\0\x18ftypmp42" + os.urandom(12 * MIB))
    return path


class Client:
    """One client process; its lines are read aside."""

    def __init__(self, command: list[str]) -> None:
        self.lines: list[dict[str, object]] = []
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(json.loads(line))

    def said(self, name: str) -> list:
        return [line[name] for line in self.lines if name in line]

    def until_sent(self, count: int) -> None:
        end = time.monotonic() + 60
        while max(self.said("sent"), default=0) < count:
            assert time.monotonic() < end, self.lines[-5:]
            assert self.process.poll() is None, self.lines[-5:]
            time.sleep(0.02)

    def kill(self) -> None:
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        self._reader.join(5)

    def end(self) -> int:
        code = self.process.wait(90)
        self._reader.join(5)
        return code


@pytest.fixture
def begin(site, film, tmp_path):
    """Start a client of either kind on the film; whatever still runs at the end is killed."""
    started = []

    def start(kind: str, **more: object) -> Client:
        wish = {
            "endpoint": f"{site.url}/api/v1/uploads/", "file": str(film), "name": film.name, "chunk": BLOCK, "pause": 15,
            "headers": headers(site), "memory": str(tmp_path / "memory.json"), **more,
        }  # fmt: skip
        node = [shutil.which("node") or "node", str(CLIENT)]
        command = node if kind == "tus-js-client" else [sys.executable, "-c", TUSPY]
        started.append(Client([*command, json.dumps(wish)]))
        return started[-1]

    yield start
    for client in started:
        if client.process.poll() is None:
            client.kill()


def headers(site):
    return {"Cookie": f"sessionid={site.session_key}; csrftoken={TOKEN}", "X-CSRFToken": TOKEN}


def uploads(site):
    return requests.get(f"{site.url}/api/v1/uploads/", headers=headers(site), timeout=10).json()["uploads"]


def address(site, film):
    return next(
        f"{site.url}/api/v1/uploads/{each['id']}" for each in uploads(site) if each["name"] == film.name
    )


def state(site, url):
    return requests.get(url, headers=headers(site), timeout=10).json()


def stored(site, film):
    """State and digest of every recording of this name, as the database has them."""
    said = site.shell(
        "import json\nfrom media_pipeline.recordings.models import Recording\n"
        f"rows = Recording.objects.filter(original_name={film.name!r}).order_by('pk')\n"
        "print('ROWS', json.dumps(list(rows.values_list('state', 'sha256', 'failure_code'))))"
    )
    return json.loads(said.split("ROWS ")[1])


def digest(film):
    return hashlib.sha256(film.read_bytes()).hexdigest()


def in_header(film_digest: str) -> str:
    return f"sha-256=:{base64.b64encode(bytes.fromhex(film_digest)).decode()}:"


def processing(site, film):
    return [row[1] for row in stored(site, film) if row[0] != "refused"]


@pytest.mark.parametrize("kind", ["tus-js-client", "tuspy"])
def test_a_client_goes_on_by_itself_when_the_server_was_killed(site, film, begin, kind):
    client = begin(kind, digest=in_header(digest(film)))
    client.until_sent(3 * MIB)
    site.kill("web")
    time.sleep(1)
    site.start_web()
    assert client.end() == 0, client.lines[-5:]
    assert processing(site, film) == [digest(film)], client.lines


@pytest.mark.parametrize("kind", ["tus-js-client", "tuspy"])
def test_another_process_goes_on_when_the_client_was_killed(site, film, begin, kind):
    first = begin(kind)
    first.until_sent(5 * MIB)
    first.kill()
    acknowledged = max(first.said("sent"))
    # tus-js-client remembers; whoever uses tuspy asks for the list, as on another computer
    again = begin(
        kind, pause=0, digest=in_header(digest(film)), url=None if kind != "tuspy" else address(site, film)
    )
    assert again.end() == 0, again.lines[-5:]
    # nothing that was acknowledged is sent again
    assert again.said("from")[0] >= acknowledged
    assert processing(site, film) == [digest(film)]


def test_both_sides_are_killed(site, film, begin):
    first = begin("tus-js-client")
    first.until_sent(4 * MIB)
    site.kill("web")
    first.kill()
    site.start_web()
    again = begin("tus-js-client", pause=0, digest=in_header(digest(film)))
    assert again.end() == 0, again.lines[-5:]
    assert again.said("from")[0] >= max(first.said("sent"))
    assert processing(site, film) == [digest(film)]


def test_a_file_that_changed_on_the_way_is_refused_whole(site, film, begin):
    client = begin("tus-js-client", pause=0, digest=in_header(digest(film)))
    client.until_sent(2 * MIB)
    with film.open("r+b") as changed:
        changed.seek(11 * MIB)
        changed.write(b"somebody saved it anew")
    assert client.end() == 1
    assert client.said("error") == [422]
    assert json.loads(client.said("body")[0])["code"] == "digest_wrong"
    assert stored(site, film) == [["refused", "", "digest_wrong"]]


def test_two_clients_on_one_upload_make_one_recording(site, film, begin):
    one = begin("tus-js-client")
    one.until_sent(2 * MIB)
    # from another computer at the same time: locks and other offsets are answered, neither breaks the file
    other = begin("tus-js-client", url=address(site, film), memory=f"{film}.other")
    codes = (one.end(), other.end())
    assert 0 in codes, (one.lines[-5:], other.lines[-5:])
    assert processing(site, film) == [digest(film)]
    conflicts = [status for status in (*one.said("status"), *other.said("status")) if status in (409, 423)]
    assert conflicts


def test_an_upload_that_expired_says_so_and_may_begin_anew(site, film, begin):
    first = begin("tus-js-client")
    first.until_sent(2 * MIB)
    first.kill()
    url = address(site, film)
    site.shell(
        "from datetime import timedelta\nfrom django.utils import timezone\n"
        "from media_pipeline.uploads import operations\n"
        "operations.expire_uploads(at=timezone.now() + timedelta(days=8))"
    )
    head = requests.head(url, headers={**headers(site), "Tus-Resumable": "1.0.0"}, timeout=10)
    assert head.status_code == 410
    patch = requests.patch(url, b"x", headers={**headers(site), "Tus-Resumable": "1.0.0", "Upload-Offset": "0",
                           "Content-Type": "application/offset+octet-stream"}, timeout=10)  # fmt: skip
    assert (patch.status_code, patch.json()["code"]) == (410, "closed")
    assert patch.json()["detail"]
    again = begin("tus-js-client", pause=0)
    assert again.end() == 0, again.lines[-5:]
    assert again.said("from")[0] == 0
    assert processing(site, film) == [digest(film)]


@contextmanager
def small_disk(folder: Path, megabytes: int):
    """Mount a disk of a few megabytes over a folder, or skip: only root may."""
    folder.mkdir(exist_ok=True)
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "qianchang-test", str(folder)],
                             capture_output=True, text=True)  # fmt: skip
    if mounted.returncode:
        pytest.skip(f"no small disk to fill: {mounted.stderr.strip()}")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(filler: Path) -> None:
    """Write a file until the disk takes no more."""
    with suppress(OSError), filler.open("wb", buffering=0) as full:
        while full.write(bytes(BLOCK)) == BLOCK:
            pass


def test_a_full_disk_loses_nothing_that_was_acknowledged(site, film, begin):
    with small_disk(site.folder / "uploads", 300):
        # a file for which there is no room beside the reserve is refused before a byte of it is taken
        large = requests.post(f"{site.url}/api/v1/uploads/", headers={**headers(site), "Tus-Resumable": "1.0.0",
                              "Upload-Length": str(60 * MIB)}, timeout=10)  # fmt: skip
        assert (large.status_code, large.json()["code"]) == (507, "no_space")
        client = begin("tus-js-client", digest=in_header(digest(film)))
        client.until_sent(3 * MIB)
        # somebody else fills the disk, all of it
        filler = site.folder / "uploads" / "filler"
        fill(filler)
        site.wait(lambda: 507 in client.said("status"), "the full disk to be told", 20)
        kept = state(site, address(site, film))["offset"]
        assert kept >= max(client.said("sent"))
        # when there is room again, the same client goes on with what was kept
        filler.unlink()
        assert client.end() == 0, client.lines[-5:]
        assert processing(site, film) == [digest(film)]


def test_a_large_file_is_finished_by_a_worker_though_its_message_is_lost(site, film, begin):
    # given a site that finishes nothing in the request
    site.kill("web")
    site.env["QIANCHANG_UPLOAD_INLINE_BYTES"] = "0"
    try:
        site.start_web()
        client = begin("tuspy", pause=0)
        assert client.end() == 0, client.lines[-5:]
        url = client.said("url")[-1]
        # the last block is answered though there is no broker and no worker at all
        assert state(site, url)["state"] == "open"
        head = requests.head(url, headers={**headers(site), "Tus-Resumable": "1.0.0"}, timeout=10)
        assert int(head.headers["Upload-Offset"]) == film.stat().st_size
        # the message is lost for good; a worker that comes up later is asked again by the reconciler
        site.start_broker()
        site.shell("from django.core.cache import cache\ncache.clear()")
        site.start_worker()
        site.wait(lambda: state(site, url)["state"] == "complete", "the upload to be finished", 60)
        # noise is no lecture: the file check may have refused by now what was stored whole
        assert [row[1] for row in stored(site, film)] == [digest(film)]
    finally:
        for name in ("worker", "broker", "web"):
            if name in site._running:
                site.kill(name)
        del site.env["QIANCHANG_UPLOAD_INLINE_BYTES"]
        site.start_web()


def test_tuspy_states_its_digest_at_the_creation(site, film):
    metadata = {"filename": film.name, "sha256": hashlib.sha256(b"another file").hexdigest()}
    sending = tus.TusClient(f"{site.url}/api/v1/uploads/", headers=headers(site)).uploader(
        str(film), chunk_size=4 * MIB, metadata=metadata
    )
    with pytest.raises(Exception, match=r"422|digest|status"):
        sending.upload()
    assert stored(site, film) == [["refused", "", "digest_wrong"]]
