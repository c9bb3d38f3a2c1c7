"""Handing a job's id to the queue: after the commit, and without ever making a request wait or fail.

A message that is lost costs time, not work: the reconciler hands the job out again.
"""

import logging
import threading
from functools import partial

from celery import current_app
from django.db import transaction

from media_pipeline.conductor.models import MediaJob

logger = logging.getLogger(__name__)

RUN_JOB = "media_pipeline.conductor.run_job"
QUEUES: dict[str, str] = {
    MediaJob.Kind.PROBE: "short",
    MediaJob.Kind.AUDIO: "short",
    MediaJob.Kind.VIDEO: "long",
}


def dispatch(job_id: int, kind: str) -> None:
    """Send a job to its queue once the transaction is committed."""
    transaction.on_commit(partial(_send_aside, job_id, QUEUES[kind]))


def _send_aside(job_id: int, queue: str) -> None:
    """A broker that is frozen keeps its client waiting; that is a thread of ours, not somebody's request."""
    threading.Thread(target=_send, args=(job_id, queue), name=f"dispatch-{job_id}", daemon=True).start()


def _send(job_id: int, queue: str) -> None:
    try:
        current_app.send_task(RUN_JOB, args=[job_id], queue=queue, retry=False, ignore_result=True)
    except Exception as error:  # every broker has its own exceptions, and none may hurt the caller
        logger.warning("job %s was not sent to %s; the reconciler will: %s", job_id, queue, error)
