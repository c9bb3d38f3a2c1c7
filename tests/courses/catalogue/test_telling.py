"""What experts are told of their lectures and uploads."""

from datetime import timedelta

import pytest
from django.utils import translation

from courses.catalogue import operations, tasks, telling
from media_pipeline import api as media
from media_pipeline.uploads.models import Upload
from qianchang.people.models import Notice
from qianchang.people.notices import wording
from tests.courses.factories import make_lecture_in_review, make_recording

pytestmark = pytest.mark.django_db


def subjects(account):
    with translation.override("zh-hans"):
        notices = Notice.objects.filter(account=account).order_by("pk")
        return [wording.said(notice).subject for notice in notices]


class TestReview:
    def test_published_is_told_to_its_expert(self, world):
        lecture = make_lecture_in_review(world, title="医疗损害鉴定")
        operations.publish_lecture(lecture=lecture, by=world.supporting_officer, at=world.now)
        assert subjects(world.expert) == ["《医疗损害鉴定》已发布"]
        assert Notice.objects.get().link == f"/teach/{lecture.pk}/"

    def test_returned_says_what_to_change_and_how_many_things(self, world):
        lecture = make_lecture_in_review(world, title="医疗损害鉴定")
        reason = "第 32 分钟没有声音。\n\n课件第 5 页缺图。"
        operations.return_lecture(lecture=lecture, reason=reason, by=world.supporting_officer, at=world.now)
        assert subjects(world.expert) == ["《医疗损害鉴定》需要修改 2 处"]
        assert "课件第 5 页缺图。" in wording.said(Notice.objects.get()).text

    def test_a_refused_return_tells_nothing(self, world):
        lecture = make_lecture_in_review(world)
        with pytest.raises(operations.UnableToReturn):
            operations.return_lecture(lecture=lecture, reason=" ", by=world.supporting_officer, at=world.now)
        assert subjects(world.expert) == []


class TestRecording:
    def test_watchable_and_ready_are_told_once_each(self, world):
        lecture = make_lecture_in_review(world, title="医疗损害鉴定")
        for _again in range(2):
            for signal in (media.recording_watchable, media.recording_ready):
                signal.send(sender=None, recording_id=lecture.recording_id, at=world.now)
        assert subjects(world.expert) == ["已收到您的讲座，音频和课件可以试听", "《医疗损害鉴定》处理完成"]

    def test_a_recording_without_a_lecture_tells_nobody(self, world):
        recording = make_recording(world.expert, at=world.now)
        media.recording_ready.send(sender=None, recording_id=recording.pk, at=world.now)
        assert not Notice.objects.exists()


class TestUploads:
    @pytest.fixture
    def upload(self, world):
        recording = make_recording(world.expert, state="uploading", modes=(), at=world.now)
        return Upload.objects.create(
            owner=world.expert,
            recording=recording,
            length=100,
            offset=68,
            created_at=world.now,
            expires_at=world.now + timedelta(days=7),
        )

    def test_after_a_day_its_owner_is_told_how_far_it_came_and_how_long_it_is_kept(self, upload, world):
        assert telling.remind_of_uploads(at=world.later(hours=23)) == 0
        assert telling.remind_of_uploads(at=world.later(hours=24)) == 1
        assert subjects(world.expert) == ["《医疗损害鉴定.mp4》传到 68%，还有 6 天可以接着传"]

    def test_once_for_each_place_where_it_stopped(self, upload, world):
        telling.remind_of_uploads(at=world.later(days=1))
        assert telling.remind_of_uploads(at=world.later(days=2)) == 0
        Upload.objects.update(offset=80, expires_at=world.later(days=10))
        assert telling.remind_of_uploads(at=world.later(days=4)) == 1

    @pytest.mark.parametrize("changed", [{"state": "complete"}, {"offset": 0}])
    def test_what_is_complete_or_never_began_is_left_alone(self, upload, world, changed):
        Upload.objects.update(**changed)
        assert telling.remind_of_uploads(at=world.later(days=1)) == 0

    def test_on_its_last_day_it_is_too_late_to_remind(self, upload, world):
        assert telling.remind_of_uploads(at=world.later(days=6, hours=1)) == 0


def test_the_scheduler_asks_for_it(settings):
    asked = [each["task"] for each in settings.CELERY_BEAT_SCHEDULE.values()]
    assert asked.count(tasks.remind_of_uploads.name) == 1
