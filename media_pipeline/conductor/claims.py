"""Who does which job of a recording: the line of jobs, claims, and what follows when an attempt ends (`leases.py` has the
leases themselves).
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from media_pipeline.conductor import leases, plan
from media_pipeline.conductor.advance import advance, locked, make_chunks
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.leases import LEASE_SECONDS as LEASE_SECONDS
from media_pipeline.conductor.leases import OUTAGE as OUTAGE
from media_pipeline.conductor.leases import LeaseLost as LeaseLost
from media_pipeline.conductor.leases import from_now as from_now
from media_pipeline.conductor.leases import renew as renew
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import events
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from qianchang.groundwork import audit

# Who has waited for longer than this has every second turn.
PATIENCE = timedelta(hours=6)
Kind, State = MediaJob.Kind, MediaJob.State
# A loser of a race for one job tries the next ones in line.
_IN_LINE = 5


@dataclass(frozen=True)
class Claim:
    """One worker's right to do one job, as long as `fence` is the row's."""

    job_id: int
    recording_id: int
    generation: int
    kind: str
    part: int
    fence: int
    attempt: int
    input: dict[str, Any] = field(default_factory=dict, compare=False)

    @property
    def rows(self) -> QuerySet[MediaJob]:
        """Every row of this kind of work."""
        return MediaJob.objects.all()

    @property
    def folder(self) -> str:
        """The name of its folder among those of all jobs."""
        return str(self.job_id)

    def __str__(self) -> str:
        return f"{self.kind} {self.part}, attempt {self.attempt}"


def claim_next(*, queue: str, worker: str, at: datetime) -> Claim | None:
    """Take the job that should be done next in a queue and return the claim; None when nothing waits.

    An administrator's "sooner" first, then the kind's rank, then the recording of which the least has been begun: a
    newcomer's only chunk goes before the fortieth of a long lecture.

    Where newcomers never end, that alone would let others starve. So every second turn belongs to who has waited longest,
    if that is longer than PATIENCE: an old backlog goes on, and does not shut the newcomers out either.
    """
    kinds = [kind for kind, name in plan.QUEUES.items() if name == queue]
    begun = Count(
        "recording__jobs", filter=Q(recording__jobs__kind=Kind.CHUNK, recording__jobs__attempt__gt=0)
    )
    free = MediaJob.objects.filter(leases.is_free(), kind__in=kinds)
    line = list(
        free.annotate(rank=_rank(), begun=begun)
        .order_by("-priority", "rank", "begun", "queued_at", "part", "pk")
        .values_list("pk", "priority")[:_IN_LINE]
    )
    if not line:
        return None
    patient: list[int] = []
    if not _last_was_patient(kinds):
        waited = free.filter(priority=line[0][1], queued_at__lte=at - PATIENCE)
        patient = list(waited.order_by("queued_at", "pk").values_list("pk", flat=True)[:_IN_LINE])
    for job_id in (*patient, *(job_id for job_id, _priority in line)):
        if held := claim(job_id=job_id, worker=worker, at=at):
            return held
    return None


def _last_was_patient(kinds: Sequence[str]) -> bool:
    """Tell whether the last job that was begun had waited for longer than PATIENCE."""
    begun = MediaJob.objects.filter(kind__in=kinds, started_at__isnull=False, queued_at__isnull=False)
    waited = begun.annotate(waited=F("started_at") - F("queued_at")).values_list("waited", flat=True)
    last = waited.order_by("-started_at", "-pk").first()
    return last is not None and last >= PATIENCE


def waiting(queue: str) -> int:
    """Return how many jobs of a queue a worker could take now."""
    kinds = [kind for kind, name in plan.QUEUES.items() if name == queue]
    return MediaJob.objects.filter(leases.is_free(), kind__in=kinds).count()


def claim(*, job_id: int, worker: str, at: datetime) -> Claim | None:
    """Take a job that is queued, or whose worker died, and return the claim; None when it is not free."""
    job = leases.take(MediaJob.objects.all(), job_id=job_id, worker=worker, at=at)
    if job is None:
        return None
    return Claim(
        job.pk, job.recording_id, job.generation, job.kind, job.part, job.fence, job.attempt, job.input
    )


def finish(held: Claim, *, output: dict[str, Any], at: datetime) -> None:
    """End a job whose work is published in the same transaction. Raises LeaseLost."""
    leases.finish(held, at=at, output=output)


def refuse(held: Claim, *, code: Failure, log: str, at: datetime) -> None:
    """Refuse the recording for what it is: nothing is tried again. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        leases.fail(held, code=code, log=log, at=at)
        _close(recording, Recording.State.REFUSED, code=code, at=at)


def give_up(held: Claim, *, code: Failure, log: str, at: datetime, outage: bool = False) -> None:
    """End this attempt. The job rests and is tried again, or has failed when this was the last one. Raises LeaseLost.

    `outage`: the machine is the reason, not the recording. Then the attempt is given back, for as long as OUTAGE: a disk
    that is full for an evening must not cost every lecture that waits.
    """
    with transaction.atomic():
        recording = locked(held.recording_id)
        if not leases.rest(held, code=code, log=log, at=at, outage=outage):
            leases.fail(held, code=code, log=log, at=at)
            _after_failure(recording, held.kind, code=code, at=at)


def release_dead(*, job: MediaJob, at: datetime) -> bool:
    """Take a job from a worker whose lease ran out: hand it out again, or fail it. Tell whether it was still so."""
    with transaction.atomic():
        recording = locked(job.recording_id)
        state = leases.release_dead(MediaJob.objects.all(), job, at=at)
        if state == State.QUEUED:
            wake(plan.QUEUES[job.kind])
        elif state == State.FAILED:
            _after_failure(recording, job.kind, code=Failure.WORKER_LOST, at=at)
        return state is not None


def _rank() -> Case:
    whens = [When(kind=kind, then=Value(rank)) for kind, rank in plan.RANKS.items()]
    return Case(*whens, default=Value(len(plan.RANKS)), output_field=IntegerField())


def _after_failure(recording: Recording, kind: str, *, code: Failure, at: datetime) -> None:
    """A stage that a lecture can do without costs only itself; any other one ends the work."""
    if kind == Kind.SLIDES:
        make_chunks(recording, content=Recording.Content.MIXED)
        _jobs(recording).filter(kind=Kind.TEXT, state=State.WAITING).update(
            state=State.SKIPPED, finished_at=at
        )
        advance(recording, at=at)
    elif kind not in plan.OPTIONAL:
        _close(recording, Recording.State.FAILED, code=code, at=at)


def _close(recording: Recording, state: Recording.State, *, code: Failure, at: datetime) -> None:
    """End the work on a recording. One that was ready before stays so: a new ladder that fails takes nothing away."""
    _jobs(recording).filter(state__in=[State.WAITING, State.QUEUED]).update(
        state=State.SKIPPED, finished_at=at
    )
    if recording.ready_at is not None:
        return
    recording.state, recording.failure_code = state, code
    recording.save(update_fields=["state", "failure_code"])
    audit.record(
        f"recording {state.value}", object_type="recording", object_key=str(recording.pk), by=None, at=at, code=str(code)
    )  # fmt: skip
    events.announce(events.recording_refused, recording_id=recording.pk, at=at)


def _jobs(recording: Recording) -> QuerySet[MediaJob]:
    return MediaJob.objects.filter(recording=recording, generation=recording.generation)
