"""Celery shells of the conductor: names in, one call. Duplicates are free, lost messages are found again."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from media_pipeline.conductor import alarms, operations, plan, reconciler, work
from media_pipeline.conductor.discs.operations import drop_old_images, drop_unused_pieces
from media_pipeline.conductor.dispatch import RECONCILE, WORK, ask_for_repairs, wake


@shared_task(name=WORK)
def work_next(queue: str, **_later: object) -> None:
    """Do the media job that should be done next, if any waits."""
    work.work_next(queue)


@shared_task(name=RECONCILE)
def reconcile(**_later: object) -> None:
    """Repair what dead workers and lost messages have left."""
    reconciler.reconcile(at=timezone.now())


@shared_task(name="media_pipeline.conductor.tidy")
def tidy(**_later: object) -> None:
    """Delete files that nothing points to, originals and disc images that are kept no longer, and what nobody joins: chunks,
    and pieces of discs.
    """
    operations.drop_originals(at=timezone.now())
    operations.drop_chunks(at=timezone.now())
    drop_old_images(at=timezone.now())
    drop_unused_pieces(at=timezone.now())
    operations.delete_outdated_files(at=timezone.now())


@shared_task(name="media_pipeline.conductor.raise_alarms")
def raise_alarms(**_later: object) -> None:
    """Tell the administrators what needs them."""
    alarms.raise_alarms(at=timezone.now())


@worker_ready.connect(dispatch_uid="conductor.wake_at_start")
def wake_at_start(**_signal: Any) -> None:
    """A worker that comes up asks for repairs and work at once: others may have died, and the broker may have forgotten
    what waits.
    """
    ask_for_repairs()
    for queue in plan.WORK_QUEUES:
        wake(queue)
