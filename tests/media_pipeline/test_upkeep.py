"""Upkeep: repairs never wait behind work, one bad row stops nobody's repair, and a heartbeat outlives its database."""

import threading

import pytest
from django.conf import settings
from django.db import InterfaceError, OperationalError

from media_pipeline.conductor import claims, dispatch, heartbeat, operations, plan, reconciler, tasks
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import dispatch as uploads_dispatch
from qianchang.project.embedded.site import EmbeddedSite
from tests.media_pipeline import factories, jobs


def listening(monkeypatch, tmp_path):
    """What each worker of the embedded site hears: a list of its queues."""
    started = {}
    monkeypatch.setattr(EmbeddedSite, "_start", lambda self, name, command: started.update({name: command}))
    EmbeddedSite(tmp_path).start_workers()
    return [set(command[command.index("-Q") + 1].split(",")) for command in started.values()]


def test_a_repair_has_a_process_of_its_own(monkeypatch, tmp_path):
    # given every place where work of minutes or hours may stand
    queues = listening(monkeypatch, tmp_path)
    repairs = settings.CELERY_BEAT_SCHEDULE["reconcile media jobs"]["options"]["queue"]
    # then the repair's worker hears nothing else, so no such work can keep it waiting
    assert [heard for heard in queues if repairs in heard] == [{repairs}]
    assert repairs not in plan.QUEUES.values()


def test_every_queue_is_heard_and_newcomers_do_not_wait_for_minutes_of_work(monkeypatch, tmp_path):
    queues = listening(monkeypatch, tmp_path)
    needed = {*plan.WORK_QUEUES, dispatch.UPKEEP, uploads_dispatch.QUEUE, settings.CELERY_TASK_DEFAULT_QUEUE}
    needed |= {entry["options"]["queue"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert needed == set().union(*queues)
    assert set(plan.WORK_QUEUES) == set(plan.QUEUES.values())
    # what a newcomer waits for shares its processes with nothing that takes minutes
    assert {kind for kind, queue in plan.QUEUES.items() if queue == plan.SHORT} == {"check", "probe"}
    assert uploads_dispatch.QUEUE != plan.SHORT
    assert [heard for heard in queues if plan.SHORT in heard] == [{plan.SHORT}]


def test_a_worker_that_comes_up_asks_for_work_and_for_a_repair(monkeypatch):
    sent = []
    monkeypatch.setattr(tasks, "wake", lambda queue: sent.append(queue))
    monkeypatch.setattr(tasks, "ask_for_repairs", lambda: sent.append("repairs"))
    tasks.wake_at_start()
    assert sent == ["repairs", *plan.WORK_QUEUES]


def test_one_bad_row_stops_nobody_elses_repair(world, monkeypatch, caplog):
    # given two recordings that nobody planned, two whose workers died, and a bug that only the first of each meets
    unplanned = [factories.received(world.expert, at=world.now) for _ in range(2)]
    dead = [jobs.planned(world) for _ in range(2)]
    for recording in dead:
        jobs.claim(recording, at=world.now)
        jobs.let_the_lease_run_out(recording)
    bad_job = jobs.job(dead[0]).pk
    plan_work, release_dead = operations.plan_work, claims.release_dead

    def plan_but(*, recording_id, at):
        if recording_id == unplanned[0].pk:
            raise KeyError("a row that no code of today can read")
        plan_work(recording_id=recording_id, at=at)

    def release_but(*, job, at):
        if job.pk == bad_job:
            raise Recording.DoesNotExist
        return release_dead(job=job, at=at)

    monkeypatch.setattr(operations, "plan_work", plan_but)
    monkeypatch.setattr(claims, "release_dead", release_but)
    # when the pass runs
    repaired = reconciler.reconcile(at=world.now)
    # then the other two are repaired, and the log names the bad ones
    assert repaired == 2
    assert jobs.job(dead[1]).state == "queued"
    assert jobs.states(unplanned[1])["probe"] == "queued"
    assert f"recording {unplanned[0].pk}" in caplog.text
    assert f"job {bad_job}" in caplog.text


def test_uploads_that_cannot_be_asked_for_keep_no_dead_job(world, monkeypatch):
    recording = jobs.planned(world)
    jobs.claim(recording, at=world.now)
    jobs.let_the_lease_run_out(recording)

    def broken():
        raise OSError("the folder of uploads is not there")

    monkeypatch.setattr(reconciler, "complete_stragglers", broken)
    assert reconciler.reconcile(at=world.now) == 1


@pytest.mark.parametrize("error", [OperationalError, InterfaceError])
def test_a_heartbeat_connects_again_when_the_database_comes_back(world, monkeypatch, error):
    # given a database that is restarted: the old connection is dead for good, a new one works
    held = jobs.claim(jobs.planned(world), at=world.now)
    alive = threading.Event()
    closed = []

    def renew(_held, *, percent=None):
        if not alive.is_set():
            raise error("server closed the connection unexpectedly")

    class Dead:
        in_atomic_block = False

        def close(self):
            closed.append(True)
            alive.set()

    monkeypatch.setattr(claims, "renew", renew)
    monkeypatch.setattr(heartbeat, "connection", Dead())
    pulse = heartbeat.Pulse(held)
    before = pulse._renewed
    # when a beat meets the dead connection, and the next one comes
    pulse.beat()
    assert closed
    pulse.beat(7)
    # then the lease was renewed, and nothing was killed
    assert pulse._renewed > before
    assert not pulse.lost()


def test_a_heartbeat_outlives_what_nobody_foresaw(world, monkeypatch):
    # given a first beat that raises something else than an error of the database
    beats = []

    def renew(_held, *, percent=None):
        beats.append(percent)
        if len(beats) == 1:
            raise RuntimeError("a bug")

    monkeypatch.setattr(claims, "LEASE_SECONDS", 0.3)
    monkeypatch.setattr(claims, "renew", renew)
    held = jobs.claim(jobs.planned(world), at=world.now)
    with heartbeat.beating(held):
        threading.Event().wait(0.5)
    # then the thread beat on
    assert len(beats) > 1
