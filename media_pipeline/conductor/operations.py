"""Every change of a media job. The row is the truth; the queue only carries its id.

A claim is one conditional UPDATE. Everything a worker writes afterwards happens only while its fence still stands:
zero rows updated means that somebody else has the job, and raises LeaseLost. Leases run by the database's clock, so
that the clocks of two machines need not agree.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from media_pipeline.conductor.dispatch import dispatch
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import events
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording, Rendition
from qianchang.groundwork import audit

LEASE_SECONDS = 20
Kind, State = MediaJob.Kind, MediaJob.State

_LEASE_END = ExpressionWrapper(Now() + timedelta(seconds=LEASE_SECONDS), output_field=DateTimeField())
# What comes after a stage that is done.
_NEXT: dict[str, str] = {Kind.PROBE: Kind.AUDIO, Kind.AUDIO: Kind.VIDEO}
_LOG_CHARACTERS = 8000


@dataclass(frozen=True)
class Claim:
    """One worker's right to do one job, as long as `fence` is the row's."""

    job_id: int
    recording_id: int
    kind: str
    fence: int
    attempt: int


@dataclass(frozen=True)
class ProbedFacts:
    """What the probe found out about a recording."""

    duration_ms: int
    width: int | None
    height: int | None

    @property
    def content(self) -> Recording.Content:
        return Recording.Content.VIDEO if self.width else Recording.Content.AUDIO


class LeaseLost(Exception):
    """The job is somebody else's by now. Nothing was changed."""


def plan_work(*, recording_id: int, at: datetime) -> None:
    """Make the jobs of a recording that has arrived and hand out the first. Doing it again changes nothing."""
    with transaction.atomic():
        first, created = MediaJob.objects.get_or_create(
            recording_id=recording_id, kind=Kind.PROBE, defaults={"state": State.QUEUED, "queued_at": at}
        )
        for kind in (Kind.AUDIO, Kind.VIDEO):
            MediaJob.objects.get_or_create(recording_id=recording_id, kind=kind)
        if created:
            dispatch(first.pk, first.kind)


def claim(*, job_id: int, worker: str, at: datetime) -> Claim | None:
    """Take a job that is queued, or whose worker died, and return the claim; None when there is nothing to take."""
    free = Q(state=State.QUEUED) | Q(state=State.RUNNING, lease_until__lt=Now())
    taken = MediaJob.objects.filter(free, pk=job_id, attempt__lt=MediaJob.MAX_ATTEMPTS).update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        lease_until=_LEASE_END,
        worker=worker,
        started_at=at,
        progress_percent=0,
    )
    if not taken:
        return None
    # `worker` names this very claim, so a row that still carries it is ours.
    job = MediaJob.objects.filter(pk=job_id, worker=worker, state=State.RUNNING).first()
    return Claim(job.pk, job.recording_id, job.kind, job.fence, job.attempt) if job else None


def renew(held: Claim, *, percent: int | None = None) -> None:
    """Lengthen the lease, and say how far the work is. Raises LeaseLost."""
    changes: dict[str, object] = {"lease_until": _LEASE_END}
    if percent is not None:
        changes["progress_percent"] = percent
    if not _row(held).update(**changes):
        raise LeaseLost(str(held))


def publish_facts(held: Claim, *, facts: ProbedFacts, at: datetime) -> None:
    """Write down what the probe found, and queue the next stage. Raises LeaseLost."""
    with transaction.atomic():
        _finish(held, at=at)
        Recording.objects.filter(pk=held.recording_id).update(
            duration_ms=facts.duration_ms, width=facts.width, height=facts.height, content=facts.content
        )
        if facts.content == Recording.Content.AUDIO:
            MediaJob.objects.filter(recording_id=held.recording_id, kind=Kind.VIDEO).update(
                state=State.SKIPPED, finished_at=at
            )
        _advance(held, at=at)


def publish_renditions(held: Claim, *, renditions: list[Rendition], at: datetime) -> None:
    """Make finished, verified, stored renditions visible, all at once, and queue what is next. Raises LeaseLost."""
    with transaction.atomic():
        _finish(held, at=at)
        for rendition in renditions:
            Rendition.objects.filter(recording_id=held.recording_id, mode=rendition.mode).delete()
            rendition.recording_id, rendition.fence, rendition.published_at = (
                held.recording_id,
                held.fence,
                at,
            )
            rendition.save(force_insert=True)
        first = Recording.objects.filter(pk=held.recording_id, first_watchable_at__isnull=True).update(
            first_watchable_at=at
        )
        if first:
            events.announce(events.recording_watchable, recording_id=held.recording_id, at=at)
        _advance(held, at=at)


def refuse(held: Claim, *, code: Failure, log: str, at: datetime) -> None:
    """Refuse the recording for what it is: nothing is tried again. Raises LeaseLost."""
    with transaction.atomic():
        _fail(held, code=code, log=log, at=at)
        _close_recording(held.recording_id, Recording.State.REFUSED, code=code, at=at)


def give_up(held: Claim, *, code: Failure, log: str, at: datetime) -> None:
    """End this attempt. The job is handed out again later, or has failed when it was the last one. Raises LeaseLost.

    It is not dispatched at once: the reconciler's waiting time lets a full disk or a busy machine recover.
    """
    with transaction.atomic():
        if held.attempt < MediaJob.MAX_ATTEMPTS:
            again = {
                "state": State.QUEUED,
                "lease_until": None,
                "queued_at": at,
                "error_code": code,
                "error_log": _tail(log),
            }
            if not _row(held).update(**again):
                raise LeaseLost(str(held))
            return
        _fail(held, code=code, log=log, at=at)
        _close_recording(held.recording_id, Recording.State.FAILED, code=code, at=at)


def release_dead(*, job: MediaJob, at: datetime) -> bool:
    """Take a job from a worker whose lease ran out: hand it out again, or fail it. Tell whether it was still so."""
    dead = MediaJob.objects.filter(pk=job.pk, fence=job.fence, state=State.RUNNING, lease_until__lt=Now())
    with transaction.atomic():
        if job.attempt < MediaJob.MAX_ATTEMPTS:
            released = dead.update(
                state=State.QUEUED, lease_until=None, queued_at=at, error_code=Failure.WORKER_LOST
            )
            if released:
                dispatch(job.pk, job.kind)
        else:
            released = dead.update(
                state=State.FAILED, lease_until=None, finished_at=at, error_code=Failure.WORKER_LOST
            )
            if released:
                _skip_waiting(job.recording_id, at=at)
                _close_recording(job.recording_id, Recording.State.FAILED, code=Failure.WORKER_LOST, at=at)
    return bool(released)


def hand_out_again(*, job: MediaJob, at: datetime) -> bool:
    """Dispatch a queued job that nobody picked up, unless another reconciler did so meanwhile."""
    with transaction.atomic():
        mine = MediaJob.objects.filter(pk=job.pk, state=State.QUEUED, queued_at=job.queued_at).update(
            queued_at=at
        )
        if mine:
            dispatch(job.pk, job.kind)
    return bool(mine)


def _row(held: Claim) -> QuerySet[MediaJob]:
    return MediaJob.objects.filter(pk=held.job_id, fence=held.fence, state=State.RUNNING)


def _finish(held: Claim, *, at: datetime) -> None:
    done = {
        "state": State.DONE,
        "progress_percent": 100,
        "lease_until": None,
        "finished_at": at,
        "error_code": "",
        "error_log": "",
    }
    if not _row(held).update(**done):
        raise LeaseLost(str(held))


def _fail(held: Claim, *, code: Failure, log: str, at: datetime) -> None:
    failed = {
        "state": State.FAILED,
        "lease_until": None,
        "finished_at": at,
        "error_code": code,
        "error_log": _tail(log),
    }
    if not _row(held).update(**failed):
        raise LeaseLost(str(held))
    _skip_waiting(held.recording_id, at=at)


def _skip_waiting(recording_id: int, *, at: datetime) -> None:
    MediaJob.objects.filter(recording_id=recording_id, state=State.WAITING).update(
        state=State.SKIPPED, finished_at=at
    )


def _advance(held: Claim, *, at: datetime) -> None:
    """Queue the stage after this one; when nothing is left, the recording is ready."""
    following = MediaJob.objects.filter(
        recording_id=held.recording_id, kind=_NEXT.get(held.kind, ""), state=State.WAITING
    )
    job = following.first()
    if job is not None:
        following.update(state=State.QUEUED, queued_at=at)
        dispatch(job.pk, job.kind)
        return
    unfinished = MediaJob.objects.filter(recording_id=held.recording_id).exclude(
        state__in=[State.DONE, State.SKIPPED]
    )
    if not unfinished.exists():
        Recording.objects.filter(pk=held.recording_id).update(state=Recording.State.READY, ready_at=at)
        _audit("recording ready", held.recording_id, at=at)
        events.announce(events.recording_ready, recording_id=held.recording_id, at=at)


def _close_recording(recording_id: int, state: Recording.State, *, code: Failure, at: datetime) -> None:
    Recording.objects.filter(pk=recording_id).update(state=state, failure_code=code)
    _audit(f"recording {state.value}", recording_id, at=at, code=str(code))
    events.announce(events.recording_refused, recording_id=recording_id, at=at)


def _audit(verb: str, recording_id: int, *, at: datetime, **details: str) -> None:
    audit.record(verb, object_type="recording", object_key=str(recording_id), by=None, at=at, **details)


def _tail(log: str) -> str:
    return log.replace("\x00", "")[-_LOG_CHARACTERS:]
