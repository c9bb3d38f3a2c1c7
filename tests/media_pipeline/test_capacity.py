"""Hours of queue, workers and disks: what the machines can still take."""

from datetime import timedelta

import pytest
from django.utils import timezone

from media_pipeline.conductor.capacity import capacity, rooms
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.overview import Filter, age_words, queue_overview
from tests.media_pipeline import factories
from tests.media_pipeline.queued import Kind, State, done, job, lecture


@pytest.fixture
def now():
    return timezone.now()


def test_hours_left_follow_measured_speed_and_workers(world, now):
    # given chunks of five minutes that took two minutes each, of which one is half done and one waits
    lecture(world.expert, now)
    found = capacity(at=now)
    chunks = next(line for line in found.lines if line.label == str(Kind.CHUNK.label))
    assert chunks.media_hours == pytest.approx((150 + 300) / 3600)
    assert chunks.cost == pytest.approx(120 / 300)
    assert chunks.measured_jobs == 2
    assert [(worker.machine, worker.process) for worker in found.workers] == [("sichuan", "41")]
    # when a second worker comes, the queue takes half the time
    alone = found.hours
    other = lecture(world.expert, now, name="b")
    MediaJob.objects.filter(recording=other).exclude(state=State.RUNNING).delete()
    MediaJob.objects.filter(recording=other).update(worker="sichuan:42:b", progress_percent=100)
    assert capacity(at=now).hours == pytest.approx(alone / 2)


def test_a_worker_that_has_not_been_seen_for_a_minute_is_not_counted(world, now):
    lecture(world.expert, now)
    MediaJob.objects.filter(state=State.RUNNING).update(lease_until=now - timedelta(seconds=61))
    assert capacity(at=now).workers == ()
    assert queue_overview(which=Filter(), at=now).nobody_works


def test_a_worker_that_has_just_ended_a_job_is_free(world, now):
    recording = factories.received(world.expert, at=now, duration_ms=1000)
    job(recording, Kind.PROBE, State.DONE, **{**done(now), "worker": "henan:3:c", "finished_at": now})
    [worker] = capacity(at=now).workers
    assert (worker.machine, worker.job_id) == ("henan", None)


def test_slides_that_are_still_looked_for_announce_their_video(world, now):
    recording = factories.received(world.expert, at=now, duration_ms=3_600_000, width=1280, height=720)
    job(recording, Kind.SLIDES, State.QUEUED, queued_at=now)
    unknown = factories.received(world.expert, at=now)
    job(unknown, Kind.PROBE, State.QUEUED, queued_at=now)
    found = capacity(at=now)
    assert {line.label: line.media_hours for line in found.lines} == {
        str(Kind.SLIDES.label): pytest.approx(1),
        str(Kind.CHUNK.label): pytest.approx(1),
    }
    assert found.unmeasured == 1


def test_folders_on_one_disk_are_one_line():
    [disk] = rooms()
    assert 0 < disk.free_bytes <= disk.total_bytes
    assert 0 <= disk.used_percent <= 100


def test_ages_are_told_in_their_largest_unit():
    told = [age_words(seconds) for seconds in (0, 59, 60, 3599, 3600, 47 * 3600, 48 * 3600, 10 * 86400)]
    assert told == ["不到 1 分钟", "不到 1 分钟", "1 分钟", "59 分钟", "1 小时", "47 小时", "2 天", "10 天"]
