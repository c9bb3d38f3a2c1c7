"""Claims, leases and fences: no job is done twice at once, and none is lost."""

from datetime import timedelta

import pytest
from django.db.models import DateTimeField, ExpressionWrapper
from django.db.models.functions import Now

from media_pipeline.conductor import operations, reconciler
from media_pipeline.conductor.heartbeat import Pulse
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import events
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording, Rendition
from tests.media_pipeline import factories

State = MediaJob.State


@pytest.fixture
def recording(world):
    recording = factories.received(world.expert, at=world.now)
    operations.plan_work(recording_id=recording.pk, at=world.now)
    return recording


def job(recording, kind="probe"):
    return recording.jobs.get(kind=kind)


def claim(recording, world, kind="probe", worker="sichuan:1:a"):
    return operations.claim(job_id=job(recording, kind).pk, worker=worker, at=world.now)


def let_the_lease_run_out(recording, kind="probe"):
    past = ExpressionWrapper(Now() - timedelta(seconds=1), output_field=DateTimeField())
    recording.jobs.filter(kind=kind).update(lease_until=past)


def probed(recording, world, **facts):
    held = claim(recording, world)
    found = {"duration_ms": 60_000, "width": 1280, "height": 720, **facts}
    operations.publish_facts(held, facts=operations.ProbedFacts(**found), at=world.now)


def made(mode):
    return Rendition(
        mode=mode,
        file=f"x/1/{mode}.mp4",
        playlist="#EXTM3U",
        size_bytes=1,
        duration_ms=1,
        average_bps=1,
        peak_bps=1,
        codecs="opus",
    )


@pytest.fixture
def heard():
    """The names of the signals that were sent."""
    names: list[str] = []
    listeners = {
        name: lambda _name=name, **_: names.append(_name)
        for name in ("recording_watchable", "recording_ready", "recording_refused")
    }
    for name, listener in listeners.items():
        getattr(events, name).connect(listener, weak=False)
    yield names
    for name, listener in listeners.items():
        getattr(events, name).disconnect(listener)


def test_only_one_of_two_workers_gets_a_job(recording, world):
    first = claim(recording, world, worker="one")
    assert first is not None
    assert (first.fence, first.attempt) == (1, 1)
    assert claim(recording, world, worker="two") is None
    assert job(recording).worker == "one"


def test_a_waiting_stage_cannot_be_claimed(recording, world):
    assert claim(recording, world, "video") is None


def test_a_dead_workers_job_goes_to_another_and_the_late_one_is_refused(recording, world):
    dead = claim(recording, world, worker="dead")
    let_the_lease_run_out(recording)
    living = claim(recording, world, worker="living")
    assert (living.fence, living.attempt) == (2, 2)
    with pytest.raises(operations.LeaseLost):
        operations.renew(dead)
    with pytest.raises(operations.LeaseLost):
        operations.publish_facts(dead, facts=operations.ProbedFacts(1, None, None), at=world.now)
    for end in (operations.refuse, operations.give_up):
        with pytest.raises(operations.LeaseLost):
            end(dead, code=Failure.DAMAGED, log="", at=world.now)
    recording.refresh_from_db()
    assert (recording.duration_ms, recording.state) == (None, Recording.State.PROCESSING)
    operations.renew(living, percent=7)
    assert job(recording).progress_percent == 7


def test_a_late_rendition_is_never_visible(recording, world):
    probed(recording, world)
    late = claim(recording, world, "audio", worker="late")
    let_the_lease_run_out(recording, "audio")
    assert claim(recording, world, "audio", worker="next") is not None
    with pytest.raises(operations.LeaseLost):
        operations.publish_renditions(late, renditions=[made("audio")], at=world.now)
    assert not Rendition.objects.exists()


def test_a_lease_is_known_to_be_lost(recording, world):
    held = claim(recording, world)
    pulse = Pulse(held)
    pulse.beat()
    assert not pulse.lost()
    let_the_lease_run_out(recording)
    claim(recording, world, worker="other")
    pulse.beat()
    assert pulse.lost()


def test_the_lowest_mode_first_then_the_pictures_then_ready(
    recording, world, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        probed(recording, world)
        assert [job(recording, kind).state for kind in ("probe", "audio", "video")] == [
            "done",
            "queued",
            "waiting",
        ]
        operations.publish_renditions(
            claim(recording, world, "audio"), renditions=[made("audio")], at=world.now
        )
    assert heard == ["recording_watchable"]
    recording.refresh_from_db()
    assert (recording.first_watchable_at, recording.state) == (world.now, Recording.State.PROCESSING)
    with django_capture_on_commit_callbacks(execute=True):
        held = claim(recording, world, "video")
        operations.publish_renditions(
            held, renditions=[made("light"), made("standard")], at=world.later(minutes=5)
        )
    assert heard == ["recording_watchable", "recording_ready"]
    recording.refresh_from_db()
    assert (recording.state, recording.first_watchable_at) == (Recording.State.READY, world.now)


def test_a_recording_without_a_picture_is_ready_after_its_sound(recording, world):
    probed(recording, world, width=None, height=None)
    operations.publish_renditions(claim(recording, world, "audio"), renditions=[made("audio")], at=world.now)
    recording.refresh_from_db()
    assert (recording.state, recording.content) == (Recording.State.READY, Recording.Content.AUDIO)
    assert job(recording, "video").state == State.SKIPPED


def test_a_refused_recording_says_why_and_is_not_tried_again(
    recording, world, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        operations.refuse(claim(recording, world), code=Failure.NO_SOUND, log="no audio", at=world.now)
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.REFUSED, "no_sound")
    assert [one.state for one in recording.jobs.order_by("pk")] == ["failed", "skipped", "skipped"]
    assert heard == ["recording_refused"]
    assert claim(recording, world) is None


def test_a_poison_file_fails_after_three_attempts(recording, world):
    for _ in range(3):
        operations.give_up(claim(recording, world), code=Failure.STALLED, log="x" * 9000 + "\0", at=world.now)
    assert claim(recording, world) is None
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.FAILED, "stalled")
    assert len(job(recording).error_log) == 8000


def test_a_file_that_kills_every_worker_fails_as_well(recording, world):
    for attempt in range(3):
        assert claim(recording, world, worker=f"victim {attempt}") is not None
        let_the_lease_run_out(recording)
        assert reconciler.reconcile(at=world.now) == 1
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.FAILED, "worker_lost")
    assert reconciler.reconcile(at=world.later(minutes=5)) == 0


def test_the_reconciler_leaves_a_living_worker_alone(recording, world):
    claim(recording, world)
    assert reconciler.reconcile(at=world.later(hours=1)) == 0
    assert job(recording).state == State.RUNNING


def test_a_lost_message_is_sent_again_but_not_at_every_beat(recording, world):
    assert reconciler.reconcile(at=world.later(seconds=10)) == 0
    assert reconciler.reconcile(at=world.later(seconds=31)) == 1
    assert reconciler.reconcile(at=world.later(seconds=36)) == 0
    assert reconciler.reconcile(at=world.later(seconds=37), every_queued=True) == 1


def test_two_reconcilers_hand_a_job_out_once(recording, world):
    stale = job(recording)
    assert operations.hand_out_again(job=stale, at=world.later(seconds=40))
    assert not operations.hand_out_again(job=stale, at=world.later(seconds=41))


def test_an_upload_that_nobody_heard_of_is_planned_later(world):
    # given a process that died between the commit and the announcement
    recording = factories.received(world.expert, at=world.now)
    reconciler.reconcile(at=world.now)
    assert recording.jobs.count() == 3
    operations.plan_work(recording_id=recording.pk, at=world.now)
    assert recording.jobs.count() == 3
