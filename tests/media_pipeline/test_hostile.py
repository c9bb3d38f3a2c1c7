"""Files that play tricks, each through the real upload, every job of the pipeline and the look at the first blocks.

Each is refused with its sentence or harmless; none reads another expert's file, calls anybody, or eats the machine.
"""

import base64
import ctypes
import os
import resource
import socket
import subprocess
import time
from datetime import datetime
from pathlib import Path

import pytest

from media_pipeline.conductor import first_look, operations, plan, work
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.recordings.sentences import sentence
from media_pipeline.uploads import parts
from tests.media_pipeline import factories, tricks

pytestmark = pytest.mark.media

TUS = {"Tus-Resumable": "1.0.0"}
BODY = "application/offset+octet-stream"
SECONDS, KILOBYTES = 60, 2 * 1024**2
IN_ACCESS, IN_OPEN = 0x1, 0x20


@pytest.fixture
def port():
    """A listening port; the test fails when anybody knocks."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        listening.settimeout(0.05)
        yield listening.getsockname()[1]
        with pytest.raises(TimeoutError):
            listening.accept()


class Watched:
    """The kernel tells whether anybody opens or reads a file."""

    def __init__(self) -> None:
        self._libc = ctypes.CDLL(None, use_errno=True)
        self._descriptor = self._libc.inotify_init1(os.O_NONBLOCK | os.O_CLOEXEC)
        assert self._descriptor >= 0

    def add(self, path: Path) -> None:
        assert self._libc.inotify_add_watch(self._descriptor, os.fsencode(path), IN_ACCESS | IN_OPEN) >= 0

    def was_read(self) -> bool:
        try:
            return bool(os.read(self._descriptor, 4096))
        except BlockingIOError:
            return False

    def close(self) -> None:
        os.close(self._descriptor)


@pytest.fixture
def bait(tmp_path, port):
    """Another expert's recording in a folder of its own, and the port of a service inside the house."""
    (tmp_path / "elsewhere").mkdir()
    return tricks.Bait(tricks.canary(tmp_path / "elsewhere" / "private.mp4"), port)


@pytest.fixture
def watched(bait):
    """The canary under watch; neighbours of an upload are added as they come to lie beside it."""
    watched = Watched()
    watched.add(bait.canary)
    yield watched
    was_read = watched.was_read()
    watched.close()
    assert not was_read, "somebody read another expert's recording"


def neighbour(folder: Path, bait: tricks.Bait, watched: Watched) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    beside = folder / "private.mp4"
    if not beside.exists():
        beside.hardlink_to(bait.canary)
        watched.add(beside)


def work_through(recording: Recording, *, at: datetime) -> None:
    """Do every job of a recording but the reading of its slides, which opens no file of the expert's."""
    operations.plan_work(recording_id=recording.pk, at=at)
    recording.jobs.filter(kind="text").update(state="skipped")
    while True:
        done = [work.work_next(queue) for queue in plan.WORK_QUEUES]
        if not any(done):
            return


@pytest.fixture
def outcome(world, client_for, tmp_path, bait, watched):
    """Return a function that sends a file, works on it to the end, and says what became of it: a code, and its sentence."""
    expert = client_for(world.expert)

    def send(path: Path) -> tuple[str, str]:
        named = base64.b64encode(f"{path.name}.mp4".encode()).decode()
        headers = {**TUS, "Upload-Length": str(path.stat().st_size), "Upload-Metadata": f"filename {named}"}
        neighbour(parts.folder(), bait, watched)
        created = expert.post("/api/v1/uploads/", b"", content_type=BODY, headers=headers)
        if created.status_code != 201:
            return created.json()["code"], created.json()["detail"]
        sent = expert.patch(
            created["Location"], path.read_bytes(), content_type=BODY, headers={**TUS, "Upload-Offset": "0"}
        )
        if sent.status_code != 204:
            return sent.json()["code"], sent.json()["detail"]
        recording = Recording.objects.get()
        neighbour(files.local_path(files.storage(), recording.original_file).parent, bait, watched)
        work_through(recording, at=world.now)
        recording.refresh_from_db()
        said = sentence(recording.failure_code)
        return (recording.failure_code if recording.state == "refused" else recording.state), said

    return send


def look_at(path: Path, folder: Path) -> first_look.FirstLook:
    folder.mkdir()
    return first_look.look(path, length=path.stat().st_size, folder=folder, cancelled=lambda: False)


def within_limits(started: float, before: int) -> None:
    assert time.monotonic() - started < SECONDS
    after = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    assert after <= max(before, KILOBYTES), f"{after} kB"


@pytest.mark.parametrize("name", tricks.TEXTS)
def test_a_text_that_wears_a_recordings_name(name, tmp_path, bait, outcome):
    trick = tmp_path / "trick"
    trick.write_text(tricks.TEXTS[name](bait))
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    code, said = outcome(trick)
    assert code == ("empty" if name == "nothing at all" else "not_a_recording")
    assert said == sentence(code)
    assert said.endswith("。")
    # it would not pass the look or the probe either, were the door left open
    beside = tmp_path / "look" / "private.mp4"
    beside.parent.mkdir()
    found = look_at(trick, tmp_path / "look" / "work")
    assert found.refusal is None
    assert found.duration_ms is None
    within_limits(started, before)


@pytest.mark.parametrize("name", tricks.LIARS)
def test_a_recording_that_lies(name, tmp_path, bait, outcome):
    make, expected = tricks.LIARS[name]
    trick = tmp_path / "trick"
    make(trick, bait)
    started, before = time.monotonic(), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    early = look_at(trick, tmp_path / "look")
    code, said = outcome(trick)
    assert code in expected
    if code == "ready":
        assert not lime_pictures(Recording.objects.get())
    else:
        assert said == sentence(code)
        assert said.endswith("。")
    # the look is never harder than the pipeline, and never guesses
    assert early.refusal in (None, code)
    within_limits(started, before)


def lime_pictures(recording: Recording) -> int:
    """How many frames, slides and storyboards of a recording show the canary's lime green."""
    found = 0
    names = [each.file for each in recording.renditions.all() if each.width]
    names += [slide.picture for slide in recording.slides.all()]
    for name in names:
        path = files.local_path(files.storage(), name)
        command = [
            "ffmpeg",
            "-v",
            "error",
            "-i",
            str(path),
            "-vf",
            "scale=4:4",
            "-pix_fmt",
            "rgb24",
            "-f",
            "rawvideo",
            "-",
        ]
        pixels = subprocess.run(command, capture_output=True, check=True).stdout
        for place in range(0, len(pixels) - 2, 3):
            red, green, blue = pixels[place : place + 3]
            found += red < 80 and green > 200 and blue < 80
    return found


def test_the_search_for_lime_finds_lime(tmp_path, bait, world, arrived):
    """Else the absence of lime would prove nothing: the canary itself goes through the pipeline."""
    own = tmp_path / "own.mp4"
    own.write_bytes(bait.canary.read_bytes())
    recording = arrived(own)
    work_through(recording, at=world.now)
    recording.refresh_from_db()
    assert recording.state == "ready"
    assert lime_pictures(recording)


def test_the_kernel_tells_when_the_canary_is_read(bait):
    watched = Watched()
    watched.add(bait.canary)
    assert not watched.was_read()
    bait.canary.read_bytes()
    assert watched.was_read()
    watched.close()


@pytest.mark.parametrize("name", tricks.NAMES)
def test_a_name_is_never_interpreted(name, world, client_for):
    expert = client_for(world.expert)
    content = b"\0\0\0\x20ftypisom" + os.urandom(5000)
    said = base64.b64encode(name.encode()).decode()
    created = expert.post("/api/v1/uploads/", content, content_type=BODY, headers={
        **TUS, "Upload-Length": str(len(content)), "Upload-Metadata": f"filename {said}"})  # fmt: skip
    assert created.status_code == 201
    recording = Recording.objects.get()
    assert recording.original_file == f"{recording.public_id}/original"
    assert files.local_path(files.storage(), recording.original_file).read_bytes() == content
    assert recording.original_name.isprintable()
    assert "/" not in recording.original_name


# --- the look at the first blocks ---------------------------------------------------------------------------------


def first_part(path: Path, folder: Path, share: float, *, header: bool = False) -> tuple[Path, int]:
    """The beginning of a recording as it stands in the uploads, with its header sent ahead or not."""
    whole = path.read_bytes()
    part = folder / "part"
    part.write_bytes(whole[: int(len(whole) * share)])
    if header:
        place = whole.index(b"moov") - 4
        size = int.from_bytes(whole[place : place + 4], "big")
        (folder / "part.header").write_bytes(place.to_bytes(8, "big") + whole[place : place + size])
    return part, len(whole)


@pytest.fixture
def looked(tmp_path):
    """Return a function that looks at the first part of a recording."""

    def look(path: Path, share: float = 0.5, *, header: bool = True) -> first_look.FirstLook:
        part, length = first_part(path, tmp_path, share, header=header)
        folder = tmp_path / "work"
        folder.mkdir()
        found = first_look.look(part, length=length, folder=folder, cancelled=lambda: False)
        assert list(folder.iterdir()) == []
        folder.rmdir()
        return found

    return look


def test_the_header_at_the_end_tells_what_the_first_half_cannot(tmp_path, looked):
    film = factories.lecture(tmp_path / "lecture.mp4", 20)
    blind, seeing = looked(film, 0.9, header=False), looked(film, 0.9)
    assert blind == first_look.FirstLook()
    assert (seeing.refusal, seeing.warnings, seeing.width, seeing.height) == (None, (), 640, 360)
    assert abs(seeing.duration_ms - 20_000) < 100
    assert seeing.conclusive


def test_a_film_without_sound_is_refused_after_its_first_blocks(tmp_path, looked):
    film = factories.mute(tmp_path / "mute.mp4")
    assert looked(film, header=False).refusal is None
    assert looked(film).refusal == Failure.NO_SOUND


def test_a_codec_that_nobody_reads_is_refused_early(tmp_path, looked):
    film = tmp_path / "rare.mkv"
    factories.ffmpeg(
        "-f", "lavfi", "-i", "testsrc=s=320x240:r=10:d=3", *tricks.SOUND, "-c:v", "ffv1", "-c:a", "aac", film
    )
    assert looked(film, header=False).refusal == Failure.CODEC_NOT_SUPPORTED


def test_a_stream_that_may_bring_its_sound_later_is_not_refused(tmp_path, looked):
    film = tmp_path / "mute.ts"
    factories.ffmpeg("-i", factories.mute(tmp_path / "mute.mp4"), "-c", "copy", film)
    assert looked(film, header=False).refusal is None


def test_what_the_expert_should_know_at_once(tmp_path, looked):
    quiet = tmp_path / "quiet.mp4"
    factories.ffmpeg("-i", factories.lecture(tmp_path / "loud.mp4", 30, "320x240"), "-c:v", "copy", "-af", "volume=-32dB",
                     "-c:a", "aac", quiet)  # fmt: skip
    assert looked(quiet, 0.9).warnings == ("small_picture", "too_quiet")
    phone = factories.phone(tmp_path / "phone.mov", 12)
    assert "variable_frame_rate" in looked(phone, 0.9).warnings
    assert looked(factories.sound_only(tmp_path / "talk.m4a", 20), 0.9).warnings == ("no_picture",)


def test_a_lecture_that_begins_silent_is_told_and_taken(tmp_path, looked):
    film = tmp_path / "pause.mov"
    factories.ffmpeg("-i", factories.lecture(tmp_path / "talk.mp4", 60, "640x360", "5"), "-c:v", "copy",
                     "-af", "volume=0:enable='lt(t,25)'", "-c:a", "pcm_s16le", film)  # fmt: skip
    early, later = looked(film, 0.3), looked(film, 0.95)
    assert (early.refusal, early.warnings, early.conclusive) == (None, ("silent_so_far",), False)
    assert (later.warnings, later.conclusive) == ((), True)


def test_a_header_that_lies_about_its_place_changes_nothing(tmp_path, looked):
    film = factories.lecture(tmp_path / "lecture.mp4", 8)
    part, length = first_part(film, tmp_path, 0.5, header=True)
    said = tmp_path / "part.header"
    box = said.read_bytes()[8:]
    for place in (0, 40, length):
        said.write_bytes(place.to_bytes(8, "big") + box)
        folder = tmp_path / f"work-{place}"
        folder.mkdir()
        found = first_look.look(part, length=length, folder=folder, cancelled=lambda: False)
        assert found.refusal is None
        assert found.duration_ms is None


@pytest.mark.parametrize(
    ("times", "uneven"),
    [
        ([n * 40 for n in range(200)], False),
        ([n * 33 + (n % 3 == 0) for n in range(200)], False),
        ([n * 40 + (200 if n > 100 else 0) for n in range(200)], False),
        ([n * 33 + 66 * (n // 20) for n in range(200)], True),
        ([n * 40 for n in range(20)], False),
        ([], False),
    ],
)
def test_uneven_is_more_than_one_gap(times, uneven):
    assert first_look.is_uneven([float(time) for time in times]) is uneven
