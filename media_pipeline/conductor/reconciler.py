"""What makes lost messages and dead workers cost time only. Runs on beat every few seconds."""

import logging
from collections.abc import Callable
from datetime import datetime
from functools import partial

from django.db.models.functions import Now

from media_pipeline.conductor import claims, operations, plan
from media_pipeline.conductor.discs import claims as discs
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads.operations import complete_stragglers

logger = logging.getLogger(__name__)

_AT_ONCE = 500
# Wake-ups of one pass; each ends in a worker's wish for more, so two are enough to get a sleeping site going.
_WAKES = 2


def reconcile(*, at: datetime) -> int:
    """Repair what deaths have left, and return how many things were repaired.

    Safe at any time and from any number of places at once: every repair is guarded by the row's own state.
    """
    repaired = _guarded("uploads", complete_stragglers)
    dead = MediaJob.objects.filter(state=MediaJob.State.RUNNING, lease_until__lt=Now())
    for job in dead[:_AT_ONCE]:
        repaired += _guarded(f"job {job.pk}", partial(_release, job, at=at))
    repaired += _guarded("discs", partial(discs.release_dead, at=at))
    # Whoever was to plan the work, or to queue what a last stage had unlocked, died between two steps.
    idle = Recording.objects.filter(state=Recording.State.PROCESSING).exclude(
        jobs__state__in=[MediaJob.State.QUEUED, MediaJob.State.RUNNING]
    )
    for recording_id in idle.values_list("pk", flat=True)[:_AT_ONCE]:
        repaired += _guarded(f"recording {recording_id}", partial(_plan, recording_id, at=at))
    for queue in plan.WORK_QUEUES:
        waiting = claims.waiting(queue) + (discs.waiting() if queue == plan.LONG else 0)
        if waiting:
            wake(queue, min(waiting, _WAKES))
    return repaired


def _release(job: MediaJob, *, at: datetime) -> int:
    released = claims.release_dead(job=job, at=at)
    if released:
        logger.warning("job %s: the lease of %s ran out (attempt %s)", job.pk, job.worker, job.attempt)
    return int(released)


def _plan(recording_id: int, *, at: datetime) -> int:
    operations.plan_work(recording_id=recording_id, at=at)
    return 1


def _guarded(what: str, repair: Callable[[], int]) -> int:
    """Do one repair and return how much it repaired. A row that no repair can read costs itself, not the whole pass."""
    try:
        return repair()
    except Exception:  # whatever is wrong with this one, the others wait for their repair
        logger.exception("%s could not be repaired", what)
        return 0
