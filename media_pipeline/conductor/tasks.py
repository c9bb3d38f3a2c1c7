"""Celery shells of the conductor: ids in, one call. Duplicates are free, lost messages are found again."""

from typing import Any

from celery import shared_task
from celery.signals import worker_ready
from django.utils import timezone

from media_pipeline.conductor import reconciler, work
from media_pipeline.conductor.dispatch import RUN_JOB


@shared_task(name=RUN_JOB)
def run_job(job_id: int, **_later: object) -> None:
    """Do one media job, if it still wants doing."""
    work.work_on(job_id)


@shared_task(name="media_pipeline.conductor.reconcile")
def reconcile(**_later: object) -> None:
    """Repair what dead workers and lost messages have left."""
    reconciler.reconcile(at=timezone.now())


@worker_ready.connect(dispatch_uid="conductor.reconcile_at_start")
def reconcile_at_start(**_signal: Any) -> None:
    """A worker that comes up hands out everything that waits: the broker may have forgotten it."""
    reconciler.reconcile(at=timezone.now(), every_queued=True)
