"""Asking a worker to finish a whole upload: after the commit, and without ever making a request wait or fail.

A message that is lost costs time, not work: the reconciler asks again.
"""

import logging
import threading
from functools import partial

from celery import current_app
from django.core.cache import cache
from django.db import transaction

logger = logging.getLogger(__name__)

FINISH = "media_pipeline.uploads.finish"
# Hashing and storing gigabytes takes minutes.
QUEUE = "middle"
# Nobody asks again sooner (seconds): a worker may still be reading the file, or may not have come to the message yet.
ASKED_FOR = 60


def ask_to_finish(upload_id: int) -> bool:
    """Have an upload finished by a worker, unless somebody asked for it just now. Tell whether it was asked."""
    asked: bool = cache.add(f"finish-upload-{upload_id}", True, timeout=ASKED_FOR)
    if asked:
        transaction.on_commit(partial(_send_aside, upload_id))
    return asked


def _send_aside(upload_id: int) -> None:
    """A broker that is frozen keeps its client waiting; that is a thread of ours, not somebody's request."""
    threading.Thread(target=_send, args=(upload_id,), name=f"finish-{upload_id}", daemon=True).start()


def _send(upload_id: int) -> None:
    try:
        current_app.send_task(
            FINISH, kwargs={"upload_id": upload_id}, queue=QUEUE, retry=False, ignore_result=True
        )
    except Exception as error:  # every broker has its own exceptions, and none may hurt the caller
        logger.warning("upload %s was not handed to a worker; the reconciler will: %s", upload_id, error)
