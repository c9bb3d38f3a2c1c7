"""What administrators are told at once: work that failed twice, and a disk that fills up."""

import shutil
from collections import namedtuple

import pytest

from media_pipeline.conductor import alarms, tasks
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording
from qianchang.people.models import Mail, Notice
from qianchang.people.notices import wording

pytestmark = pytest.mark.django_db

Usage = namedtuple("Usage", "total used free")


@pytest.fixture(autouse=True)
def _roomy(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 10, 90))


@pytest.fixture
def job(world, recording):
    assert world.administrator
    return MediaJob.objects.create(
        recording=recording, generation=recording.generation, kind="audio", part=9, state="queued",
        attempt=2, error_code="stalled", queued_at=world.now,
    )  # fmt: skip


def subjects(account):
    return [wording.said(notice).subject for notice in Notice.objects.filter(account=account).order_by("pk")]


class TestFailures:
    def test_the_second_failure_is_told_and_the_first_is_not(self, job, world):
        MediaJob.objects.filter(pk=job.pk).update(attempt=1)
        assert alarms.raise_alarms(at=world.later(minutes=1)) == 0
        MediaJob.objects.filter(pk=job.pk).update(attempt=2)
        assert alarms.raise_alarms(at=world.later(minutes=2)) == 1
        assert subjects(world.administrator) == ["1 个转码任务失败"]

    def test_once_for_each_pass_over_a_recording(self, job, world):
        alarms.raise_alarms(at=world.later(minutes=1))
        assert alarms.raise_alarms(at=world.later(minutes=6)) == 0

    @pytest.mark.parametrize("changed", [{"state": "done"}, {"state": "cancelled"}, {"error_code": ""}])
    def test_what_succeeded_or_was_cancelled_is_no_failure(self, job, world, changed):
        MediaJob.objects.filter(pk=job.pk).update(**changed)
        assert alarms.raise_alarms(at=world.later(minutes=1)) == 0

    def test_a_file_that_was_refused_is_its_experts_matter(self, job, world):
        Recording.objects.filter(pk=job.recording_id).update(state="refused")
        assert alarms.raise_alarms(at=world.later(minutes=1)) == 0

    def test_only_administrators_are_told_and_at_once(self, job, world):
        world.administrator.email = "zheng@example.com"
        world.administrator.save()
        assert world.national_officer
        alarms.raise_alarms(at=world.later(minutes=1))
        assert subjects(world.national_officer) == []
        assert Mail.objects.get().account == world.administrator


class TestDisk:
    @pytest.mark.parametrize(("free", "told"), [(15, []), (14, ["磁盘只剩 14%"])])
    def test_below_fifteen_in_a_hundred_it_is_told(self, world, monkeypatch, free, told):
        assert world.administrator
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 100 - free, free))
        alarms.raise_alarms(at=world.now)
        assert subjects(world.administrator) == told

    def test_once_a_day(self, world, monkeypatch):
        assert world.administrator
        monkeypatch.setattr(shutil, "disk_usage", lambda _path: Usage(100, 95, 5))
        assert [alarms.raise_alarms(at=world.later(hours=hours)) for hours in (0, 1, 24)] == [1, 0, 1]


def test_the_scheduler_asks_for_it(settings):
    asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert asked.count(tasks.raise_alarms.name) == 1
