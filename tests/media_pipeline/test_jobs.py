"""Claims, leases and fences: no job is done twice at once, none is lost, and nobody sees half of anything."""

from datetime import timedelta
from itertools import pairwise

import pytest

from media_pipeline.conductor import claims, operations, plan, publishing, reconciler, work
from media_pipeline.conductor.heartbeat import Pulse
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import events
from media_pipeline.recordings.failures import Failure, Warned
from media_pipeline.recordings.models import Recording, Rendition
from tests.media_pipeline import factories, jobs

State = MediaJob.State


@pytest.fixture
def recording(world):
    return jobs.planned(world)


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
    first = jobs.claim(recording, at=world.now, worker="one")
    assert first is not None
    assert (first.fence, first.attempt) == (1, 1)
    assert jobs.claim(recording, at=world.now, worker="two") is None
    assert jobs.job(recording).worker == "one"


def test_a_waiting_stage_cannot_be_claimed(recording, world):
    assert jobs.claim(recording, "package", at=world.now) is None


def test_a_dead_workers_job_goes_to_another_and_the_late_one_is_refused(recording, world):
    dead = jobs.claim(recording, at=world.now, worker="dead")
    jobs.let_the_lease_run_out(recording)
    living = jobs.claim(recording, at=world.now, worker="living")
    assert (living.fence, living.attempt) == (2, 2)
    with pytest.raises(claims.LeaseLost):
        claims.renew(dead)
    with pytest.raises(claims.LeaseLost):
        publishing.publish_facts(dead, facts=publishing.ProbedFacts(1, None, None), at=world.now)
    for end in (claims.refuse, claims.give_up):
        with pytest.raises(claims.LeaseLost):
            end(dead, code=Failure.DAMAGED, log="", at=world.now)
    recording.refresh_from_db()
    assert (recording.duration_ms, recording.state) == (None, Recording.State.PROCESSING)
    claims.renew(living, percent=7)
    assert jobs.job(recording).progress_percent == 7


def test_a_late_rendition_is_never_visible(recording, world):
    jobs.probed(recording, at=world.now)
    late = jobs.claim(recording, "audio", at=world.now, worker="late")
    jobs.let_the_lease_run_out(recording, "audio")
    assert jobs.claim(recording, "audio", at=world.now, worker="next") is not None
    with pytest.raises(claims.LeaseLost):
        publishing.publish_sound(
            late, renditions=[jobs.made("audio")], loudness_lufs=-20, warnings=(), at=world.now
        )
    assert not Rendition.objects.exists()
    recording.refresh_from_db()
    assert recording.loudness_lufs is None


def test_a_lease_is_known_to_be_lost(recording, world):
    pulse = Pulse(jobs.claim(recording, at=world.now))
    pulse.beat()
    assert not pulse.lost()
    jobs.let_the_lease_run_out(recording)
    jobs.claim(recording, at=world.now, worker="other")
    pulse.beat()
    assert pulse.lost()


def test_sound_first_then_slides_then_the_video_then_ready(
    recording, world, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        jobs.probed(recording, at=world.now)
        assert jobs.states(recording) == {
            "probe": "done", "audio": "queued", "slides": "queued", "package": "waiting", "text": "waiting",
        }  # fmt: skip
        jobs.heard(recording, at=world.now, warnings=[Warned.TOO_QUIET])
    assert heard == ["recording_watchable"]
    recording.refresh_from_db()
    assert (recording.first_watchable_at, recording.state) == (world.now, Recording.State.PROCESSING)
    assert recording.warnings == ["too_quiet"]
    with django_capture_on_commit_callbacks(execute=True):
        jobs.seen(recording, at=world.now)
        assert [one.from_ms for one in recording.slides.all()] == [0, 30_000]
        assert jobs.states(recording)["chunk"] == "queued"
        assert jobs.states(recording)["text"] == "queued"
        jobs.cut(recording, at=world.now)
        assert jobs.states(recording)["package"] == "queued"
        jobs.packaged(recording, at=world.later(minutes=5))
    assert heard == ["recording_watchable", "recording_ready"]
    recording.refresh_from_db()
    assert (recording.state, recording.content) == (Recording.State.READY, Recording.Content.SLIDES)
    # the text of the slides holds nobody up, and comes later
    publishing.publish_text(
        jobs.claim(recording, "text", at=world.now), texts={1: "医疗损害", 2: ""}, at=world.now
    )
    assert [one.text for one in recording.slides.all()] == ["医疗损害", ""]


def test_a_long_lecture_is_cut_and_joined_only_when_every_chunk_is_there(recording, world):
    jobs.probed(recording, at=world.now, duration_ms=2 * jobs.HOUR_MS)
    jobs.heard(recording, at=world.now)
    jobs.seen(recording, at=world.now)
    chunks = list(recording.jobs.filter(kind="chunk").order_by("part"))
    assert len(chunks) == 24
    times = [(chunk.input["from_ms"], chunk.input["until_ms"]) for chunk in chunks]
    assert times[0][0] == 0
    assert times[-1][1] == 2 * jobs.HOUR_MS
    assert all(one[1] == other[0] for one, other in pairwise(times))
    for part in (23, *range(22)):
        jobs.cut(recording, part, at=world.now)
    assert jobs.states(recording)["package"] == "waiting"
    jobs.cut(recording, 22, at=world.now)
    assert jobs.states(recording)["package"] == "queued"


def test_joining_waits_for_the_sound_as_well(recording, world):
    jobs.probed(recording, at=world.now)
    jobs.seen(recording, at=world.now)
    jobs.cut(recording, at=world.now)
    assert jobs.states(recording)["package"] == "waiting"
    jobs.heard(recording, at=world.now)
    assert jobs.states(recording)["package"] == "queued"


def test_a_recording_without_a_picture_is_ready_after_its_sound(recording, world):
    jobs.probed(recording, at=world.now, width=None, height=None)
    jobs.heard(recording, at=world.now)
    recording.refresh_from_db()
    assert (recording.state, recording.content) == (Recording.State.READY, Recording.Content.AUDIO)
    assert jobs.states(recording)["slides"] == State.SKIPPED


def test_a_lecture_whose_slides_cannot_be_found_is_made_all_the_same(recording, world):
    jobs.probed(recording, at=world.now)
    jobs.heard(recording, at=world.now)
    for _ in range(MediaJob.MAX_ATTEMPTS):
        held = jobs.claim(recording, "slides", at=world.now)
        claims.give_up(held, code=Failure.INTERNAL, log="no", at=world.now)
        jobs.let_it_rest(recording)
    assert jobs.states(recording)["slides"] == State.FAILED
    assert jobs.states(recording)["text"] == State.SKIPPED
    assert jobs.job(recording, "chunk").input["content"] == "mixed"
    jobs.cut(recording, at=world.now)
    jobs.packaged(recording, at=world.now)
    recording.refresh_from_db()
    assert recording.state == Recording.State.READY


def test_a_refused_recording_says_why_and_is_not_tried_again(
    recording, world, heard, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        claims.refuse(
            jobs.claim(recording, at=world.now), code=Failure.NO_SOUND, log="no audio", at=world.now
        )
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.REFUSED, "no_sound")
    assert set(jobs.states(recording).values()) == {"failed", "skipped"}
    assert heard == ["recording_refused"]
    assert jobs.claim(recording, at=world.now) is None


def test_a_failed_attempt_rests_before_the_next(recording, world):
    claims.give_up(jobs.claim(recording, at=world.now), code=Failure.NO_SPACE, log="full", at=world.now)
    assert jobs.claim(recording, at=world.now) is None
    assert claims.waiting(plan.SHORT) == 0
    jobs.let_it_rest(recording)
    assert jobs.claim(recording, at=world.now) is not None


def test_a_poison_file_fails_after_a_bounded_number_of_attempts(recording, world):
    for _ in range(MediaJob.MAX_ATTEMPTS):
        held = jobs.claim(recording, at=world.now)
        claims.give_up(held, code=Failure.STALLED, log="x" * 9000 + "\0", at=world.now)
        jobs.let_it_rest(recording)
    assert jobs.claim(recording, at=world.now) is None
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.FAILED, "stalled")
    assert len(jobs.job(recording).error_log) == 8000


def test_a_file_that_kills_every_worker_fails_as_well(recording, world):
    for attempt in range(MediaJob.MAX_ATTEMPTS):
        assert jobs.claim(recording, at=world.now, worker=f"victim {attempt}") is not None
        jobs.let_the_lease_run_out(recording)
        assert reconciler.reconcile(at=world.now) == 1
    recording.refresh_from_db()
    assert (recording.state, recording.failure_code) == (Recording.State.FAILED, "worker_lost")
    assert reconciler.reconcile(at=world.later(minutes=5)) == 0


def test_the_reconciler_leaves_a_living_worker_alone(recording, world):
    jobs.claim(recording, at=world.now)
    assert reconciler.reconcile(at=world.later(hours=1)) == 0
    assert jobs.job(recording).state == State.RUNNING


def test_the_reconciler_wakes_workers_while_work_waits(recording, world, monkeypatch):
    woken = []
    monkeypatch.setattr(reconciler, "wake", lambda queue, count: woken.append((queue, count)))
    reconciler.reconcile(at=world.now)
    assert woken == [("short", 1)]
    jobs.claim(recording, at=world.now)
    reconciler.reconcile(at=world.now)
    assert woken == [("short", 1)]


def test_an_upload_that_nobody_heard_of_is_planned_later(world):
    # given a process that died between the commit and the announcement
    recording = factories.received(world.expert, at=world.now)
    reconciler.reconcile(at=world.now)
    planned = jobs.states(recording)
    assert planned["probe"] == "queued"
    operations.plan_work(recording_id=recording.pk, at=world.now)
    assert jobs.states(recording) == planned


def test_work_that_a_death_left_between_two_stages_goes_on(recording, world):
    # given sound and video that are done, and nobody who queued the joining
    jobs.probed(recording, at=world.now)
    jobs.seen(recording, at=world.now)
    jobs.cut(recording, at=world.now)
    jobs.heard(recording, at=world.now)
    publishing.publish_text(jobs.claim(recording, "text", at=world.now), texts={}, at=world.now)
    recording.jobs.filter(kind="package").update(state=State.WAITING)
    assert reconciler.reconcile(at=world.now) == 1
    assert jobs.states(recording)["package"] == "queued"


class TestWhoseTurnItIs:
    """The order in which free workers take what waits."""

    def test_what_takes_seconds_goes_before_what_takes_minutes(self, recording, world):
        jobs.probed(recording, at=world.now)
        newcomer = factories.received(world.expert, at=world.now)
        operations.plan_work(recording_id=newcomer.pk, at=world.later(hours=1))
        held = claims.claim_next(queue=plan.SHORT, worker="free", at=world.now)
        assert (held.recording_id, held.kind) == (newcomer.pk, "probe")

    def test_a_short_lecture_does_not_wait_for_a_long_one(self, recording, world):
        jobs.probed(recording, at=world.now, duration_ms=3 * jobs.HOUR_MS)
        jobs.seen(recording, at=world.now)
        for part in range(3):
            jobs.cut(recording, part, at=world.now)
        short = factories.received(world.expert, at=world.now)
        operations.plan_work(recording_id=short.pk, at=world.later(hours=1))
        jobs.probed(short, at=world.later(hours=1), duration_ms=600_000)
        taken = claims.claim_next(queue=plan.LONG, worker="free", at=world.now)
        assert (taken.recording_id, taken.kind) == (short.pk, "slides")
        claims.renew(taken)
        jobs.let_the_lease_run_out(short, "slides")
        jobs.seen(short, at=world.later(hours=1))
        # its two chunks, one after the other, before the long lecture's fourth
        turns = [claims.claim_next(queue=plan.LONG, worker=f"free {n}", at=world.now) for n in range(3)]
        assert [(one.recording_id, one.part) for one in turns] == [
            (short.pk, 0),
            (short.pk, 1),
            (recording.pk, 3),
        ]

    def test_who_has_waited_long_has_every_second_turn(self, recording, world):
        # given slide text that has waited since the morning, and newcomers without end
        jobs.probed(recording, at=world.now)
        jobs.seen(recording, at=world.now)
        jobs.cut(recording, at=world.now)
        evening = world.now + claims.PATIENCE + timedelta(minutes=1)
        for _ in range(4):
            newcomer = factories.received(world.expert, at=evening)
            operations.plan_work(recording_id=newcomer.pk, at=evening)
            jobs.probed(newcomer, at=evening)
        # when workers become free
        turns = [
            claims.claim_next(queue=plan.LONG, worker=f"free {n}", at=evening + timedelta(seconds=n))
            for n in range(3)
        ]
        # then the old text goes first, and the next turns are the newcomers'
        assert [one.kind for one in turns] == ["text", "slides", "slides"]
        assert turns[0].recording_id == recording.pk

    def test_a_backlog_does_not_shut_newcomers_out(self, recording, world):
        # given a lecture of hours that has waited for longer than anybody should
        jobs.probed(recording, at=world.now, duration_ms=3 * jobs.HOUR_MS)
        jobs.seen(recording, at=world.now)
        evening = world.now + claims.PATIENCE
        for _ in range(2):
            newcomer = factories.received(world.expert, at=evening)
            operations.plan_work(recording_id=newcomer.pk, at=evening)
            jobs.probed(newcomer, at=evening)
        turns = [
            claims.claim_next(queue=plan.LONG, worker=f"free {n}", at=evening + timedelta(seconds=n))
            for n in range(4)
        ]
        assert [one.kind for one in turns] == ["text", "slides", "chunk", "slides"]

    def test_who_has_waited_long_does_not_pass_what_an_administrator_put_first(self, recording, world):
        evening = world.now + claims.PATIENCE
        later = factories.received(world.expert, at=evening)
        operations.plan_work(recording_id=later.pk, at=evening)
        operations.sooner(job_id=jobs.job(later).pk, by=world.administrator, at=evening)
        assert claims.claim_next(queue=plan.SHORT, worker="free", at=evening).recording_id == later.pk

    def test_sooner_goes_before_everything(self, recording, world):
        later = factories.received(world.expert, at=world.now)
        operations.plan_work(recording_id=later.pk, at=world.later(hours=1))
        operations.sooner(job_id=jobs.job(later).pk, by=world.administrator, at=world.now)
        assert claims.claim_next(queue=plan.SHORT, worker="free", at=world.now).recording_id == later.pk
        later.jobs.update(state=State.DONE)
        with pytest.raises(operations.NothingToHasten):
            operations.sooner(job_id=jobs.job(later).pk, by=world.administrator, at=world.now)


def test_a_recording_that_goes_while_it_is_worked_on_hurts_no_worker(recording, world, monkeypatch):
    # given a file that was recognised as one that is here already, in the middle of its check
    monkeypatch.setattr(work, "run_stage", lambda run: recording.delete() and run.recording)
    assert work.work_on(jobs.job(recording).pk)
    assert not MediaJob.objects.exists()
