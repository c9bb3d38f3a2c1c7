"""What people do with work in hand, and what is kept of it: cancel, retry, a new ladder, originals, outdated files."""

import pytest

from media_pipeline import api
from media_pipeline.conductor import claims, operations, plan, publishing, work
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import files, slides
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

    def test_slides_that_were_merged_stay_merged_after_a_new_ladder(self, recording, world):
        jobs.finished(recording, at=world.now)
        slides.merge_slide(recording_id=recording.pk, number=2, by=world.expert, at=world.now)
        operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        jobs.probed(recording, at=world.now)
        jobs.seen(recording, at=world.now)
        assert [one.from_ms for one in recording.slides.all()] == [0]

    def test_a_refused_file_is_not_revived(self, recording, world):
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original")
        claims.refuse(jobs.claim(recording, at=world.now), code=Failure.DAMAGED, log="", at=world.now)
        for anybody in (world.expert, world.administrator):
            with pytest.raises(operations.NothingToRetry):
                operations.retry(recording_id=recording.pk, by=anybody, at=world.now)
        recording.refresh_from_db()
        assert recording.state == Recording.State.REFUSED

    def test_an_owner_begins_failed_work_again_a_few_times_an_administrator_always(self, recording, world):
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original")

        def fail():
            jobs.job(recording)
            recording.jobs.filter(kind="probe").update(attempt=MediaJob.MAX_ATTEMPTS - 1)
            held = jobs.claim(recording, at=world.now)
            claims.give_up(held, code=Failure.STALLED, log="", at=world.now)

        fail()
        for _ in range(plan.MAX_OWNER_RETRIES):
            operations.retry(recording_id=recording.pk, by=world.expert, at=world.now)
            fail()
        assert not api.recording_summary(recording.pk).can_retry
        with pytest.raises(operations.RetriesUsedUp):
            operations.retry(recording_id=recording.pk, by=world.expert, at=world.now)
        operations.retry(recording_id=recording.pk, by=world.administrator, at=world.now)
        assert jobs.states(recording)["probe"] == "queued"

    def test_a_generation_begins_above_every_fence_before_it(self, recording, world):
        # given a job that was claimed more often than anybody foresaw
        jobs.finished(recording, at=world.now)
        recording.jobs.filter(kind="chunk").update(fence=4711)
        operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        assert {job.fence for job in recording.jobs.filter(generation=2)} == {4711}
        jobs.probed(recording, at=world.now)
        jobs.seen(recording, at=world.now)
        assert jobs.job(recording, "chunk").fence == 4711

    def test_without_the_original_there_is_no_new_ladder(self, recording, world):
        jobs.finished(recording, at=world.now)
        Recording.objects.filter(pk=recording.pk).update(original_file="")
        with pytest.raises(operations.OriginalDropped):
            operations.transcode_again(recording_id=recording.pk, by=world.administrator, at=world.now)
        recording.refresh_from_db()
        assert recording.generation == 1


def test_an_upload_is_looked_at_a_bounded_number_of_times_with_rests(world):
    # given somebody who calls for a look again and again, at a file that no look can tell anything about
    recording = factories.received(world.expert, at=world.now, state="uploading")
    looks = 0
    for _ in range(5 * operations.MAX_LOOKS):
        operations.begin_check(recording_id=recording.pk, at=world.now)
        if looks:
            assert jobs.claim(recording, "check", at=world.now) is None  # it rests first
        jobs.let_it_rest(recording)
        held = jobs.claim(recording, "check", at=world.now)
        if held is None:
            break
        looks += 1
        publishing.publish_first_look(held, output={"conclusive": False}, warnings=(), at=world.now)
    # then it is looked at so often and not again
    assert looks == operations.MAX_LOOKS


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

    def test_originals_of_which_nothing_came_go_after_a_while(self, recording, world, settings):
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original")
        held = jobs.claim(recording, at=world.later(days=2))
        claims.refuse(held, code=Failure.NO_SOUND, log="", at=world.later(days=2))
        assert settings.MEDIA_KEEP_UNUSED_DAYS == 30
        assert operations.drop_originals(at=world.later(days=31)) == 0
        settings.MEDIA_KEEP_UNUSED_DAYS = 0
        assert operations.drop_originals(at=world.later(days=4000)) == 0
        settings.MEDIA_KEEP_UNUSED_DAYS = 30
        assert operations.drop_originals(at=world.later(days=33)) == 1
        recording.refresh_from_db()
        assert (recording.original_file, recording.state) == ("", Recording.State.REFUSED)
        assert OutdatedFile.objects.filter(name="x/original").exists()

    def test_an_original_that_is_worked_on_stays(self, recording, world):
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original")
        assert operations.drop_originals(at=world.later(days=4000)) == 0
        with pytest.raises(operations.StillWorking):
            operations.drop_original(recording_id=recording.pk, by=world.administrator, at=world.now)

    def test_chunks_that_nobody_joins_go_and_are_made_anew_by_a_retry(self, recording, world):
        # given a lecture that failed after one of its chunks was made
        Recording.objects.filter(pk=recording.pk).update(original_file="x/original")
        jobs.probed(recording, at=world.now, duration_ms=600_000)
        jobs.heard(recording, at=world.now)
        jobs.seen(recording, at=world.now)
        jobs.cut(recording, at=world.now)
        publishing.publish_text(jobs.claim(recording, "text", at=world.now), texts={}, at=world.now)
        recording.jobs.filter(kind="chunk", part=1).update(attempt=MediaJob.MAX_ATTEMPTS - 1)
        held = jobs.claim(recording, "chunk", 1, at=world.now)
        claims.give_up(held, code=Failure.STALLED, log="", at=world.now)
        [name] = jobs.job(recording, "chunk").output["files"].values()
        # when a week has passed
        assert operations.drop_chunks(at=world.later(days=6)) == 0
        assert operations.drop_chunks(at=world.later(days=8)) == 1
        # then the chunk goes, once, and a retry makes both
        assert OutdatedFile.objects.filter(name=name).exists()
        assert operations.drop_chunks(at=world.later(days=9)) == 0
        operations.retry(recording_id=recording.pk, by=world.administrator, at=world.later(days=9))
        assert jobs.states(recording)["chunk"] == "queued queued"

    def test_chunks_of_work_that_goes_on_stay(self, recording, world):
        jobs.probed(recording, at=world.now, duration_ms=600_000)
        jobs.seen(recording, at=world.now)
        jobs.cut(recording, at=world.now)
        assert operations.drop_chunks(at=world.later(days=100)) == 0

    def test_a_file_that_nobody_lived_to_publish_goes_by_itself(self, recording, world):
        # given a worker that is killed after it stored a file
        name = "x/1/audio.mp4"
        publishing.announce_files([name], at=world.now)
        path = files.local_path(files.storage(), name)
        path.parent.mkdir(parents=True)
        path.write_bytes(b"sound")
        assert operations.delete_outdated_files(at=world.later(days=1)) == 0
        assert operations.delete_outdated_files(at=world.later(days=3)) == 1
        assert not path.exists()

    def test_what_was_published_stays(self, recording, world):
        names = {
            "audio": "x/1/audio.mp4", "slide": "x/1/slide-1.webp", "board": "x/1/storyboard.webp",
            "chunk": "x/parts/1/0/1/light.mp4", "light": "x/1/light.mp4",
        }  # fmt: skip
        publishing.announce_files(names.values(), at=world.now)
        jobs.finished(recording, at=world.now)
        # chunks are outdated by the joining; nothing else is
        assert set(OutdatedFile.objects.values_list("name", flat=True)) == {names["chunk"]}

    def test_a_stage_that_cannot_publish_takes_back_only_what_is_not_published(self, recording, world):
        paths = [files.local_path(files.storage(), f"x/{name}") for name in ("kept", "lost")]
        paths[0].parent.mkdir(parents=True)
        for path in paths:
            path.write_bytes(b"bytes")
        publishing.announce_files(["x/kept", "x/lost"], at=world.now)
        publishing._keep(["x/kept"])
        publishing.take_back(["x/kept", "x/lost"])
        assert [path.exists() for path in paths] == [True, False]

    def test_folders_of_killed_workers_go_before_the_next_job(self, recording, world, settings, monkeypatch):
        # given what two jobs left that ended long ago, and one that goes on beside us
        other = jobs.planned(world)
        beside = jobs.claim(other, at=world.now)
        root = settings.MEDIA_WORK_DIR
        left = [root / "4711" / "3", root / str(beside.job_id) / "0"]
        stays = [root / str(beside.job_id) / "1", root / "originals" / "1"]
        for folder in (*left, *stays):
            folder.mkdir(parents=True)
            (folder / "big.mp4").write_bytes(b"bytes")
        monkeypatch.setattr(work, "run_stage", lambda run: None)
        work.work_on(jobs.job(recording).pk)
        assert [folder.exists() for folder in (*left, *stays)] == [False, False, True, True]
        assert not (root / "4711").exists()

    def test_an_outdated_file_goes_when_its_links_have_run_out(self, world, settings):
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
