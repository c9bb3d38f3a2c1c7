"""What makes lost messages and dead workers cost time only. Runs on beat every few seconds, and when a worker starts."""

import logging
from datetime import datetime, timedelta

from django.db.models import F
from django.db.models.functions import Now

from media_pipeline.conductor import operations
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads.operations import complete_stragglers

logger = logging.getLogger(__name__)

# A queued job that nobody took for this long may have lost its message. A duplicate costs one query.
QUEUED_TOO_LONG = timedelta(seconds=30)
_AT_ONCE = 500


def reconcile(*, at: datetime, every_queued: bool = False) -> int:
    """Repair what deaths have left, and return how many things were repaired.

    Safe at any time and from any number of places at once: every repair is guarded by the row's own state.
    `every_queued` hands out all queued jobs however young they are: a worker that starts cannot know whether the broker
    kept its messages.
    """
    repaired = complete_stragglers(at=at)
    dead = MediaJob.objects.filter(state=MediaJob.State.RUNNING, lease_until__lt=Now())
    for job in dead[:_AT_ONCE]:
        if operations.release_dead(job=job, at=at):
            logger.warning("job %s: the lease of %s ran out (attempt %s)", job.pk, job.worker, job.attempt)
            repaired += 1
    waiting = MediaJob.objects.filter(state=MediaJob.State.QUEUED).order_by(
        F("queued_at").asc(nulls_first=True)
    )
    if not every_queued:
        waiting = waiting.filter(queued_at__lt=at - QUEUED_TOO_LONG)
    for job in waiting[:_AT_ONCE]:
        repaired += operations.hand_out_again(job=job, at=at)
    for recording in Recording.objects.filter(state=Recording.State.PROCESSING, jobs__isnull=True)[:_AT_ONCE]:
        operations.plan_work(recording_id=recording.pk, at=at)
        repaired += 1
    return repaired
