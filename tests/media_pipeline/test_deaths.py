"""kill -9 of workers, of redis, of everything, at every stage: the lecture finishes unaided, and little is done twice.

The tools are made slow by wrappers on the PATH, so that each stage can be caught in the act.
"""

import json
import os
import shutil
import signal
import time
from pathlib import Path

import pytest

from tests.media_pipeline import factories
from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.stack, pytest.mark.media, pytest.mark.timeout(600)]

# How long each tool waits before it begins (seconds).
SLOWNESS = 1.2
NOTICED_WITHIN = 60
SECONDS = 40
CHUNKS = 3

_ARRIVE = """
import shutil
from django.utils import timezone
from media_pipeline.conductor import operations
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Account
from pathlib import Path
owner = Account.objects.get(pk={owner})
at = timezone.now()
recording = Recording.objects.create(owner=owner, original_name="x.mp4", state="processing", sha256="{sha}", created_at=at,
                                     received_at=at, size_bytes=1)
copy = Path("{copy}")
shutil.copy("{path}", copy)
recording.original_file = files.keep(copy, files.original_name(recording.public_id))
recording.save()
operations.plan_work(recording_id=recording.pk, at=at)
print("RECORDING", recording.pk)
"""

_LOOK = """
import json
from media_pipeline.recordings.models import Recording
recording = Recording.objects.get(pk={pk})
jobs = list(recording.jobs.order_by("kind", "part").values("kind", "part", "state", "attempt", "worker", "error_code"))
modes = {{one.mode: one.duration_ms for one in recording.renditions.all()}}
print("SEEN", json.dumps([recording.state, jobs, modes]))
"""


@pytest.fixture
def slow_tools(tmp_path: Path) -> Path:
    """ffmpeg and ffprobe that take a moment before they begin."""
    folder = tmp_path / "slow"
    folder.mkdir()
    for tool in ("ffmpeg", "ffprobe"):
        wrapper = folder / tool
        wrapper.write_text(f'#!/bin/sh\nsleep {SLOWNESS}\nexec {shutil.which(tool)} "$@"\n')
        wrapper.chmod(0o755)
    return folder


@pytest.fixture
def site(tmp_path: Path, slow_tools: Path):
    running = Site(tmp_path / "site")
    running.env["PATH"] = f"{slow_tools}{os.pathsep}{os.environ['PATH']}"
    running.env["QIANCHANG_CHUNK_SECONDS"] = "12"
    running.start_broker()
    yield running
    running.stop_all()


@pytest.fixture(scope="module")
def lecture(tmp_path_factory) -> Path:
    return factories.lecture(tmp_path_factory.mktemp("lecture") / "lecture.mp4", SECONDS)


def arrive(site: Site, path: Path, sha: str = "ab") -> int:
    copy = site.folder / f"arriving-{sha}"
    code = _ARRIVE.format(owner=site.viewer_id, sha=sha * 32, path=path, copy=copy)
    return int(site.shell(code).split("RECORDING ")[1])


def look(site: Site, pk: int):
    state, jobs, modes = json.loads(site.shell(_LOOK.format(pk=pk)).split("SEEN ")[1])
    return state, jobs, modes


def tools_of(site: Site) -> list[tuple[int, str]]:
    """The running tools of this site, by process number and command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if str(site.folder) in line and ("ffmpeg" in line or "ffprobe" in line) and "launcher.py" not in line:
            found.append((int(entry.name), line))
    return found


def caught(site: Site, what: str, *signs: str) -> None:
    """Return when a tool runs whose command line shows all the signs."""
    site.wait(
        lambda: any(all(sign in line for sign in signs) for _pid, line in tools_of(site)), what, seconds=120
    )


def killed_and_gone(site: Site, worker: str = "worker") -> None:
    """kill -9 the worker; its tools die with it."""
    pids = [pid for pid, _line in tools_of(site)]
    site.kill(worker)
    site.wait(lambda: not any(Path(f"/proc/{pid}").exists() for pid in pids), "the end of the tools", 10)


def finished(site: Site, pk: int, seconds: float = 180):
    site.wait(lambda: look(site, pk)[0] == "ready", "the lecture", seconds)
    return look(site, pk)


def assert_whole(jobs, modes) -> None:
    assert {"audio", "aac", "light", "standard"} <= set(modes)
    assert all(abs(length - SECONDS * 1000) < 300 for length in modes.values())
    needed = [one for one in jobs if one["kind"] != "text"]
    assert {one["state"] for one in needed} == {"done"}
    assert sum(one["kind"] == "chunk" for one in jobs) == CHUNKS


def test_a_worker_may_die_at_any_stage(site, lecture):
    pk = arrive(site, lecture)
    deaths = {
        "the file check": ("ffprobe", "packet=stream_index"),
        "a chunk": ("libx264",),
        "the joining": ("-f concat",),
        "the last check": ("nokey", "light.mp4"),
    }
    for stage, signs in deaths.items():
        site.start_worker()
        caught(site, stage, *signs)
        killed_and_gone(site)
        died = time.monotonic()
    site.start_worker()
    site.wait(
        lambda: any(one["kind"] == "package" and one["attempt"] > 2 for one in look(site, pk)[1]),
        "somebody to notice the death",
        NOTICED_WITHIN,
    )
    assert time.monotonic() - died < NOTICED_WITHIN
    _state, jobs, modes = finished(site, pk)
    assert_whole(jobs, modes)
    # each death cost one attempt of what was in hand: at most one chunk is done again
    again = {(one["kind"], one["part"]): one["attempt"] - 1 for one in jobs if one["attempt"] > 1}
    assert again.get(("probe", 0)) == 1
    assert again.get(("package", 0)) == 2
    assert sum(times for (kind, _part), times in again.items() if kind == "chunk") <= 2
    assert not list((site.folder / "work").glob("*/*"))


def test_redis_may_die_and_forget_everything(site, lecture):
    pk = arrive(site, lecture)
    site.start_worker()
    caught(site, "a chunk", "libx264")
    site.kill("broker")
    (site.folder / "redis.sock").unlink(missing_ok=True)
    time.sleep(3)
    site.start_broker()
    _state, jobs, modes = finished(site, pk)
    assert_whole(jobs, modes)
    # the worker went on with what it had in hand: nothing was done twice
    assert all(one["attempt"] == 1 for one in jobs if one["kind"] == "chunk")


def test_the_machine_may_lose_its_power(site, lecture):
    pk = arrive(site, lecture)
    site.start_worker()
    caught(site, "a chunk", "libx264")
    site.kill("worker")
    site.kill("broker")
    (site.folder / "redis.sock").unlink(missing_ok=True)
    site.start_broker()
    site.start_worker()
    _state, jobs, modes = finished(site, pk)
    assert_whole(jobs, modes)


def test_two_workers_share_a_lecture_and_never_a_chunk(site, lecture):
    pk = arrive(site, lecture)
    site.start_worker("one")
    site.start_worker("two")
    _state, jobs, modes = finished(site, pk)
    assert_whole(jobs, modes)
    assert all(one["attempt"] == 1 for one in jobs)
    # both had a part in it
    assert len({one["worker"].split(":")[1] for one in jobs if one["kind"] == "chunk"}) > 1


def test_a_short_lecture_is_ready_before_a_long_one_that_came_first(site, tmp_path, lecture):
    long = factories.lecture(tmp_path / "long.mp4", 150, "320x180")
    first = arrive(site, long, "cd")
    site.start_worker()
    caught(site, "the long lecture's first chunk", "libx264")
    second = arrive(site, lecture, "ef")
    finished(site, second)
    assert look(site, first)[0] == "processing"
    site.kill("worker")


def test_a_frozen_worker_loses_its_job_and_publishes_nothing(site, lecture):
    pk = arrive(site, lecture)
    site.start_worker("frozen")
    caught(site, "a chunk", "libx264")
    frozen = site.pid("frozen")
    os.killpg(frozen, signal.SIGSTOP)
    site.start_worker("living")
    _state, jobs, modes = finished(site, pk)
    assert_whole(jobs, modes)
    os.killpg(frozen, signal.SIGCONT)
    time.sleep(5)
    # awake again, the late one changes nothing
    needed = [one for one in jobs if one["kind"] != "text"]
    state, later, modes_later = look(site, pk)
    assert (state, modes_later) == ("ready", modes)
    assert [one for one in later if one["kind"] != "text"] == needed
