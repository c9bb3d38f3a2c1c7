"""What people do with work in hand, and what is kept of it: cancel, retry, a new ladder, originals, outdated files."""

import pytest

from media_pipeline.conductor import claims, operations, publishing
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import OutdatedFile, Recording
from tests.media_pipeline import factories, jobs

State = MediaJob.State


@pytest.fixture
def recording(world):
    return jobs.planned(world)


class TestWhatPeopleDo:
    """Cancel, retry, and do it again with today's ladder."""

    def test_a_cancelled_recording_loses_its_worker_and_can_be_begun_again(self, recording, world):
        jobs.probed(recording, at=world.now)
        running = jobs.claim(recording, "audio", at=world.now)
        operations.cancel(recording_id=recording.pk, by=world.expert, at=world.now)
        recording.refresh_from_db()
        assert (recording.state, recording.failure_code) == (Recording.State.CANCELLED, "cancelled")
        with pytest.raises(claims.LeaseLost):
            claims.renew(running)
        with pytest.raises(operations.NothingToCancel):
            operations.cancel(recording_id=recording.pk, by=world.expert, at=world.now)
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original")
        operations.retry(recording_id=recording.pk, by=world.expert, at=world.now)
        recording.refresh_from_db()
        assert (recording.state, recording.failure_code) == (Recording.State.PROCESSING, "")
        # what was done is not done again
        assert jobs.states(recording)["probe"] == "done"
        assert jobs.states(recording)["audio"] == "queued"

    def test_nothing_failed_nothing_is_retried(self, recording, world):
        with pytest.raises(operations.NothingToRetry):
            operations.retry(recording_id=recording.pk, by=world.expert, at=world.now)
        assert jobs.states(recording)["probe"] == "queued"

    def test_a_recording_that_was_sent_again_meanwhile_is_not_revived(self, recording, world):
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original", sha256="ab" * 32)
        operations.cancel(recording_id=recording.pk, by=world.expert, at=world.now)
        factories.received(world.expert, at=world.now, sha256="ab" * 32)
        with pytest.raises(operations.NothingToRetry):
            operations.retry(recording_id=recording.pk, by=world.expert, at=world.now)
        assert jobs.states(recording)["probe"] == "cancelled"

    def test_a_new_ladder_replaces_the_old_one_only_when_it_is_done(self, recording, world):
        jobs.finished(recording, at=world.now)
        operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.later(days=1))
        recording.refresh_from_db()
        assert (recording.generation, recording.state) == (2, Recording.State.READY)
        with pytest.raises(operations.StillWorking):
            operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        before = dict(recording.renditions.values_list("mode", "file"))
        at = world.later(days=1)
        jobs.probed(recording, at=at)
        jobs.seen(recording, at=at)
        jobs.cut(recording, at=at)
        assert dict(recording.renditions.values_list("mode", "file")) == before
        jobs.heard(recording, at=at)
        jobs.packaged(recording, at=at, modes=("light",))
        after = dict(recording.renditions.values_list("mode", "file"))
        # no name is used twice, a mode that the ladder has no longer goes, and what plays now plays on
        assert set(after) == {"audio", "aac", "light"}
        assert not set(after.values()) & set(before.values())
        replaced = OutdatedFile.objects.filter(name__in=before.values())
        assert replaced.count() == 4
        assert all(one.delete_after > world.later(days=1, hours=4) for one in replaced)
        assert recording.jobs.filter(generation=1, state=State.DONE).exists()

    def test_a_new_ladder_that_fails_takes_nothing_away(self, recording, world):
        jobs.finished(recording, at=world.now)
        operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        claims.refuse(jobs.claim(recording, at=world.now), code=Failure.DAMAGED, log="", at=world.now)
        recording.refresh_from_db()
        assert recording.state == Recording.State.READY
        assert recording.renditions.count() == 4

    def test_an_edited_slide_index_survives_a_new_ladder(self, recording, world):
        jobs.finished(recording, at=world.now)
        recording.slides.filter(from_ms=30_000).update(title="第二部分", edited_at=world.now)
        operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        jobs.probed(recording, at=world.now)
        jobs.seen(recording, at=world.now, slides=[jobs.slide(1, 0)])
        assert [one.title for one in recording.slides.all()] == ["", "第二部分"]

    def test_without_the_original_there_is_no_new_ladder(self, recording, world):
        jobs.finished(recording, at=world.now)
        Recording.objects.filter(pk=recording.pk).update(original_file="")
        with pytest.raises(operations.OriginalDropped):
            operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        recording.refresh_from_db()
        assert recording.generation == 1


class TestWhatIsKept:
    """Originals by policy, and files that nothing points to."""

    def test_originals_stay_for_ever_unless_the_policy_says_otherwise(self, recording, world, settings):
        jobs.finished(recording, at=world.now)
        assert operations.drop_originals(at=world.later(days=4000)) == 0
        settings.MEDIA_KEEP_ORIGINAL_DAYS = 30
        assert operations.drop_originals(at=world.later(days=29)) == 0
        assert operations.drop_originals(at=world.later(days=31)) == 1
        recording.refresh_from_db()
        assert (recording.original_file, recording.original_dropped_at) == ("", world.later(days=31))
        assert OutdatedFile.objects.filter(name="x/original").exists()

    def test_an_outdated_file_goes_when_its_links_have_run_out(self, world, settings):
        from media_pipeline.recordings import files

        publishing.outdate(["x/1/light.mp4"], at=world.later(hours=7))
        path = files.local_path(files.storage(), "x/1/light.mp4")
        path.parent.mkdir(parents=True)
        path.write_bytes(b"bytes")
        assert operations.delete_outdated_files(at=world.now) == 0
        assert path.exists()
        assert operations.delete_outdated_files(at=world.later(hours=8)) == 1
        assert not path.exists()

    def test_chunks_go_once_they_are_joined(self, recording, world):
        jobs.finished(recording, at=world.now)
        assert OutdatedFile.objects.filter(name="x/parts/1/0/1/light.mp4", delete_after=world.now).exists()
