"""Trouble of the machine is never told as a fault of the file, nor does it use up a lecture's attempts."""

import errno
import sys
from datetime import timedelta
from functools import partial

import pytest
from django.db import OperationalError

from media_pipeline.conductor import claims, stages, work
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure, Outage, RecordingRefused, StageFailed
from media_pipeline.recordings.models import Recording
from media_pipeline.transcoding import commands, encode, rules
from media_pipeline.transcoding.launcher import NOT_STARTED
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run
from tests.media_pipeline import jobs

State = MediaJob.State
FACTS = rules.Source("mov", 60_000, 0, rules.SourcePicture(1, 1280, 720, False))


@pytest.fixture
def recording(world):
    return jobs.planned(world)


def _raises(monkeypatch, error):
    def fail(*_args, **_named):
        raise error

    monkeypatch.setattr(encode, "run", fail)


MACHINES = {
    "killed for want of memory": ToolFailed(-9, ""),
    "crashed": ToolFailed(-11, ""),
    "not there": ToolFailed(NOT_STARTED, "No such file or directory: 'ffprobe'"),
    "without its libraries": ToolFailed(127, "ffprobe: error while loading shared libraries: libavformat.so"),
    "a disk with errors": ToolFailed(1, "moov atom not found\nfile:/x: Input/output error"),
    "out of memory": ToolFailed(1, "Cannot allocate memory"),
    "a busy disk": ToolTimedOut(False, ""),
    "a disk that stands still": ToolTimedOut(True, ""),
    "words that nobody knows": ToolFailed(1, "the moon is in the wrong house"),
}


@pytest.mark.parametrize("error", MACHINES.values(), ids=MACHINES)
@pytest.mark.parametrize("step", ["probe", "measure"])
def test_a_file_that_a_machine_could_not_read_is_not_refused(monkeypatch, tmp_path, error, step):
    _raises(monkeypatch, error)
    source = tmp_path / "original"
    source.write_bytes(b"good")
    steps = {"probe": encode.probe, "measure": partial(encode.measure, facts=FACTS)}
    with pytest.raises(StageFailed):
        steps[step](source, folder=tmp_path, cancelled=lambda: False)


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ToolFailed(1, "[mov] moov atom not found"), Failure.CUT_OFF),
        (ToolFailed(1, "Invalid data found when processing input"), Failure.NOT_A_RECORDING),
        (ToolFailed(1, "exceeds max_streams (16)\nCannot allocate memory"), Failure.TOO_MANY_STREAMS),
        (ToolFailed(-24, ""), Failure.DAMAGED),
    ],
)
def test_what_ffprobe_itself_says_of_a_file_refuses_it(monkeypatch, tmp_path, error, code):
    _raises(monkeypatch, error)
    with pytest.raises(RecordingRefused) as refused:
        encode.probe(tmp_path / "original", folder=tmp_path, cancelled=lambda: False)
    assert refused.value.code == code


def test_packets_that_a_killed_probe_left_out_are_not_missing(monkeypatch, tmp_path):
    # given a probe that dies after the first second of a minute
    def die(*_args, on_line, **_named):
        for index in (0, 1):
            on_line(f"{index},0.0,0.0,1.0")
        raise ToolFailed(-9, "")

    monkeypatch.setattr(encode, "run", die)
    source = tmp_path / "original"
    source.write_bytes(b"good")
    with pytest.raises(StageFailed):
        encode.measure(source, FACTS, folder=tmp_path, cancelled=lambda: False)


def test_a_tool_that_is_missing_is_an_outage(monkeypatch, tmp_path):
    monkeypatch.setattr(commands, "probe", lambda _source: ["no-such-tool-anywhere"])
    with pytest.raises(Outage):
        encode.probe(tmp_path / "original", folder=tmp_path, cancelled=lambda: False)


def test_a_tool_that_computes_for_ever_is_known_by_its_signal(tmp_path):
    limits = Limits(wall_seconds=30, cpu_seconds=1)
    with pytest.raises(ToolFailed) as failed:
        run([sys.executable, "-c", "while True: pass"], limits=limits, folder=tmp_path)
    assert failed.value.used_its_cpu


class TestWhatTheFileCheckFound:
    """Later stages work by what is on record, and read the whole original no second time."""

    @pytest.fixture
    def checked(self, recording, world, tmp_path):
        source = tmp_path / "source"
        source.write_bytes(b"a lecture")
        name = files.keep(source, files.original_name(recording.public_id))
        Recording.objects.filter(pk=recording.pk).update(original_file=name)
        jobs.probed(recording, at=world.now)
        timeline = rules.Timeline(60_000, 60_000, 59_960)
        output = {"size_bytes": 9, "duration_ms": 60_000, "demuxer": "mov", **rules.recorded(FACTS, timeline)}
        recording.jobs.filter(kind="probe").update(output=output)
        return timeline

    @pytest.fixture
    def running(self, recording, checked, world, tmp_path):
        class Alive:
            def lost(self):
                return False

        (tmp_path / "run").mkdir()
        return stages.Run(jobs.claim(recording, "audio", at=world.now), Alive(), tmp_path / "run")

    def test_later_stages_take_it_from_the_row(self, running, checked, monkeypatch):
        _raises(monkeypatch, AssertionError("nothing is read again"))
        with stages._source(running) as (path, facts, timeline):
            assert path.read_bytes() == b"a lecture"
            assert (facts, timeline) == (FACTS, checked)

    def test_another_size_is_another_file(self, running, recording):
        files.local_path(files.storage(), running.recording.original_file).write_bytes(b"half")
        with pytest.raises(StageFailed) as failed, stages._source(running):
            pass
        assert failed.value.code == Failure.FILE_MISSING

    def test_a_check_of_an_earlier_release_is_done_again_and_never_refuses(
        self, running, recording, monkeypatch
    ):
        recording.jobs.filter(kind="probe").update(output={"duration_ms": 60_000, "demuxer": "mov"})
        _raises(monkeypatch, ToolFailed(1, "moov atom not found"))
        with pytest.raises(StageFailed), stages._source(running):
            pass

    def test_a_storage_that_does_not_answer_is_an_outage(self, running, monkeypatch):
        def gone(*_args, **_named):
            raise ValueError("an error of some object storage's own")

        monkeypatch.setattr(files, "local_copy", gone)
        with pytest.raises(Outage), stages._source(running):
            pass


OUTAGES = {
    "a full disk": (OSError(errno.ENOSPC, "No space left on device"), "no_space"),
    "a disk with errors": (OSError(errno.EIO, "Input/output error"), "internal"),
    "a database that went away": (OperationalError("server closed the connection"), "internal"),
    "no room for an original": (Outage(Failure.NO_SPACE, "full"), "no_space"),
}


@pytest.mark.parametrize(("error", "code"), OUTAGES.values(), ids=OUTAGES)
def test_an_outage_uses_up_no_attempt(recording, world, monkeypatch, error, code):
    def fail(_run):
        raise error

    monkeypatch.setattr(work, "run_stage", fail)
    # when it goes on for longer than a poison file would be tried
    for _ in range(3 * MediaJob.MAX_ATTEMPTS):
        assert work.work_on(jobs.job(recording).pk)
        jobs.let_it_rest(recording)
    # then the job has lost nothing, and says why it rests
    job = jobs.job(recording)
    assert (job.state, job.attempt, job.error_code) == (State.QUEUED, 0, code)
    assert job.outage_since is not None
    recording.refresh_from_db()
    assert recording.state == Recording.State.PROCESSING


def test_a_disk_without_room_for_a_folder_is_an_outage_as_well(recording, settings):
    # given a place for work where nothing can be made
    settings.MEDIA_WORK_DIR.parent.mkdir(parents=True, exist_ok=True)
    settings.MEDIA_WORK_DIR.write_bytes(b"not a folder")
    assert work.work_on(jobs.job(recording).pk)
    job = jobs.job(recording)
    assert (job.state, job.attempt, job.error_code) == (State.QUEUED, 0, "internal")


def test_an_error_of_our_own_uses_up_attempts(recording, monkeypatch):
    monkeypatch.setattr(work, "run_stage", lambda run: {}["a bug, or a poison file"])
    for _ in range(MediaJob.MAX_ATTEMPTS):
        assert work.work_on(jobs.job(recording).pk)
        jobs.let_it_rest(recording)
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.FAILED, "internal")


def test_an_outage_without_end_fails_after_a_day_and_the_usual_attempts(recording, world):
    def try_at(at):
        held = jobs.claim(recording, at=at)
        claims.give_up(held, code=Failure.NO_SPACE, log="full", at=at, outage=True)
        jobs.let_it_rest(recording)

    try_at(world.now)
    try_at(world.now + claims.OUTAGE - timedelta(seconds=1))
    assert jobs.job(recording).attempt == 0
    for _ in range(MediaJob.MAX_ATTEMPTS):
        recording.refresh_from_db()
        assert recording.state == Recording.State.PROCESSING
        try_at(world.now + claims.OUTAGE)
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.FAILED, "no_space")


def test_an_outage_that_is_over_is_forgotten(recording, world):
    claims.give_up(
        jobs.claim(recording, at=world.now), code=Failure.NO_SPACE, log="", at=world.now, outage=True
    )
    assert jobs.claim(recording, at=world.now) is None
    jobs.let_it_rest(recording)
    jobs.probed(recording, at=world.later(minutes=1))
    assert jobs.job(recording).outage_since is None
