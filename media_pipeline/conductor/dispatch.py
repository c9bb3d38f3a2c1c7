"""Waking workers: after the commit, and without ever making a request wait or fail.

A message names a queue, not a job: whoever is free takes the best job that waits (`claims.claim_next`). So messages may be
lost or doubled at no cost, a long lecture cannot fill the queue before a short one, and the database alone knows the work.
"""

import logging
import threading
from functools import partial

from celery import current_app
from django.db import transaction

logger = logging.getLogger(__name__)

WORK = "media_pipeline.conductor.work"
RECONCILE = "media_pipeline.conductor.reconcile"
# The queue of repairs. Nothing else stands in it and its worker hears no other one: what notices deaths never waits.
UPKEEP = "upkeep"
# No site has more idle workers than this; whoever ends a job wakes the next one anyway.
MOST_AT_ONCE = 8
# A wake-up that nobody heard for so long (seconds) is sent again by the reconciler, so it need not pile up.
EXPIRES = 30


def wake(queue: str, count: int = 1) -> None:
    """Tell idle workers of a queue, once the transaction is committed, that `count` jobs wait."""
    transaction.on_commit(partial(_send_aside, queue, min(count, MOST_AT_ONCE)))


def ask_for_repairs() -> None:
    """Have the reconciler run now. If nobody hears it, beat asks again within seconds."""
    _aside(RECONCILE, queue=UPKEEP)


def _send_aside(queue: str, count: int) -> None:
    _aside(WORK, queue, queue=queue, count=count)


def _aside(task: str, *args: str, queue: str, count: int = 1) -> None:
    """A broker that is frozen keeps its client waiting; that is a thread of ours, not somebody's request."""
    threading.Thread(target=_send, args=(task, args, queue, count), name=f"wake-{queue}", daemon=True).start()


def _send(task: str, args: tuple[str, ...], queue: str, count: int) -> None:
    try:
        for _number in range(count):
            current_app.send_task(
                task, args=args, queue=queue, retry=False, ignore_result=True, expires=EXPIRES
            )
    except Exception as error:  # every broker has its own exceptions, and none may hurt the caller
        logger.warning("%s was not woken; the reconciler will: %s", queue, error)
