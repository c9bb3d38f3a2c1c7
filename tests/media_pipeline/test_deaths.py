"""kill -9 of workers, of redis, of everything, at every stage: the lecture finishes unaided, and little is done twice.

The tools are made slow by wrappers on the PATH, so that each stage can be caught in the act.
"""

import os
import shutil
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.media_pipeline import factories
from tests.media_pipeline.site import Site

pytestmark = [pytest.mark.stack, pytest.mark.media, pytest.mark.timeout(600)]

# How long each tool waits before it begins (seconds).
SLOWNESS = 1
FILE_CHECK, CHUNK, JOINING, LAST_CHECK = "packet=stream_index", "libx264", "-f concat", "nokey"
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


_CANCEL = """
from django.utils import timezone
from media_pipeline.conductor import operations
from media_pipeline.recordings.models import Recording
recording = Recording.objects.get(pk={pk})
operations.cancel(recording_id=recording.pk, by=recording.owner, at=timezone.now())
"""


@pytest.fixture(scope="module")
def slow_tools(tmp_path_factory) -> Path:
    """ffmpeg and ffprobe that take a moment before they begin what is to be caught."""
    folder: Path = tmp_path_factory.mktemp("slow")
    signs = "|".join(f'*"{sign}"*' for sign in (FILE_CHECK, CHUNK, JOINING, LAST_CHECK))
    for tool in ("ffmpeg", "ffprobe"):
        wrapper = folder / tool
        wrapper.write_text(
            f'#!/bin/sh\ncase "$*" in {signs}) sleep {SLOWNESS};; esac\nexec {shutil.which(tool)} "$@"\n'
        )
        wrapper.chmod(0o755)
    return folder


@pytest.fixture(scope="module")
def little_site(tmp_path_factory, slow_tools: Path):
    running = Site(tmp_path_factory.mktemp("site"))
    running.env["PATH"] = f"{slow_tools}{os.pathsep}{os.environ['PATH']}"
    running.env["QIANCHANG_CHUNK_SECONDS"] = "12"
    yield running
    running.stop_all()


@pytest.fixture
def site(little_site: Site):
    """The site with a fresh broker and no worker."""
    (little_site.folder / "redis.sock").unlink(missing_ok=True)
    little_site.start_broker()
    yield little_site
    little_site.stop_all()


@pytest.fixture(scope="module")
def lecture(tmp_path_factory) -> Path:
    return factories.lecture(tmp_path_factory.mktemp("lecture") / "lecture.mp4", SECONDS)


def arrive(site: Site, path: Path, sha: str = "ab") -> int:
    copy = site.folder / f"arriving-{sha}"
    code = _ARRIVE.format(owner=site.viewer_id, sha=sha * 32, path=path, copy=copy)
    return int(site.shell(code).split("RECORDING ")[1])


def look(site: Site, pk: int):
    """Where a recording stands: its state, its jobs, and the length of each mode. Read beside the site, which is busy."""
    with closing(
        sqlite3.connect(f"file:{site.folder}/qianchang.sqlite3?mode=ro", uri=True, timeout=20)
    ) as database:
        database.row_factory = sqlite3.Row
        (state,) = database.execute("SELECT state FROM recordings_recording WHERE id = ?", [pk]).fetchone()
        jobs = database.execute(
            "SELECT kind, part, state, attempt, worker FROM conductor_mediajob WHERE recording_id = ? ORDER BY kind, part",
            [pk],
        ).fetchall()
        modes = database.execute(
            "SELECT mode, duration_ms FROM recordings_rendition WHERE recording_id = ?", [pk]
        ).fetchall()
    return state, [dict(one) for one in jobs], {one["mode"]: one["duration_ms"] for one in modes}


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
    pk = arrive(site, lecture, "ab")
    deaths = {
        "the file check": (FILE_CHECK,),
        "a chunk": (CHUNK,),
        "the joining": (JOINING,),
        "the last check": (LAST_CHECK, "light.mp4"),
    }
    for stage, signs in deaths.items():
        site.start_worker()
        caught(site, stage, *signs)
        killed_and_gone(site)
        died = time.monotonic()
        # as when the power fails: the broker goes as well, with everything it knew
        site.kill("broker")
        (site.folder / "redis.sock").unlink(missing_ok=True)
        site.start_broker()
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
    # the slides' text may still be read when all can be watched; then nothing is left lying about
    site.wait(lambda: not list((site.folder / "work").glob("*/*")), "the end of the working files", 120)


def test_redis_may_die_and_forget_everything(site, lecture):
    pk = arrive(site, lecture, "bc")
    site.start_worker()
    caught(site, "a chunk", CHUNK)
    site.kill("broker")
    (site.folder / "redis.sock").unlink(missing_ok=True)
    time.sleep(3)
    site.start_broker()
    _state, jobs, modes = finished(site, pk)
    assert_whole(jobs, modes)
    # the worker went on with what it had in hand: nothing was done twice
    assert all(one["attempt"] == 1 for one in jobs if one["kind"] == "chunk")


def test_two_workers_share_a_lecture_and_never_a_chunk(site, lecture):
    pk = arrive(site, lecture, "de")
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
    caught(site, "the long lecture's first chunk", CHUNK)
    second = arrive(site, lecture, "ef")
    finished(site, second)
    assert look(site, first)[0] == "processing"
    site.kill("worker")
    site.shell(_CANCEL.format(pk=first))


def test_a_frozen_worker_loses_its_job_and_publishes_nothing(site, lecture):
    pk = arrive(site, lecture, "fa")
    site.start_worker("frozen")
    caught(site, "a chunk", CHUNK)
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
