"""One worker doing one job: claim it, keep the lease, run the stage, and end it under its own name, whatever happens."""

import errno
import logging
import os
import shutil
import socket
import traceback
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from media_pipeline.conductor import claims
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.heartbeat import beating
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.stages import Run, run_stage
from media_pipeline.recordings.failures import Failure, Outage, RecordingRefused, StageFailed
from media_pipeline.recordings.models import Recording
from media_pipeline.transcoding.runner import ToolCancelled

logger = logging.getLogger(__name__)

# What a machine in trouble raises. A file that is not there is rather a mistake of ours, and so may be the recording's.
_OUTAGES = (OSError, OperationalError, InterfaceError)
_FULL = (errno.ENOSPC, errno.EDQUOT)


def work_next(queue: str) -> bool:
    """Do the job of a queue that should be done next, and tell whether there was one."""
    held = claims.claim_next(queue=queue, worker=worker_name(), at=timezone.now())
    if held is None:
        return False
    _work(held)
    if claims.waiting(queue):
        # One job done, one worker free: whoever hears it first takes the next.
        wake(queue)
    return True


def work_on(job_id: int) -> bool:
    """Do one job if it is free, and tell whether it was."""
    held = claims.claim(job_id=job_id, worker=worker_name(), at=timezone.now())
    if held is None:
        return False
    _work(held)
    return True


def _work(held: claims.Claim) -> None:
    """Do what a claim is for. Never raises for what the job does: that stands in its row."""
    logger.info("job %s: %s %s, attempt %s", held.job_id, held.kind, held.part, held.attempt)
    # A recording that was recognised as another one is gone, and its jobs with it.
    gone = (claims.LeaseLost, Recording.DoesNotExist)
    with suppress(*gone), beating(held) as pulse:
        try:
            with _folder(held) as folder:
                run_stage(Run(held, pulse, folder))
        except RecordingRefused as refusal:
            claims.refuse(held, code=refusal.code, log=refusal.log, at=timezone.now())
        except StageFailed as failure:
            logger.warning("job %s: %s", held.job_id, failure)
            outage = isinstance(failure, Outage)
            close_old_connections()
            claims.give_up(held, code=failure.code, log=failure.log, at=timezone.now(), outage=outage)
        except (*gone, ToolCancelled):
            logger.warning("job %s: the lease of fence %s is lost; leaving", held.job_id, held.fence)
        except Exception as error:  # a bug or a broken machine: the row says so, and the worker lives on
            logger.exception("job %s", held.job_id)
            code = Failure.NO_SPACE if getattr(error, "errno", None) in _FULL else Failure.INTERNAL
            outage = isinstance(error, _OUTAGES) and not isinstance(error, FileNotFoundError)
            log = traceback.format_exc()
            # where the database itself was away
            close_old_connections()
            claims.give_up(held, code=code, log=log, at=timezone.now(), outage=outage)


def worker_name() -> str:
    """Name this very claim: machine, process, and a number that no other claim has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


@contextmanager
def _folder(held: claims.Claim) -> Iterator[Path]:
    """Yield an empty folder for this fence, and leave nothing of it."""
    work = Path(settings.MEDIA_WORK_DIR).resolve()
    _sweep(work)
    job = work / str(held.job_id)
    folder = job / str(held.fence)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        with suppress(OSError):
            job.rmdir()


def _sweep(work: Path) -> None:
    """Remove what killed workers of this machine left: the folders of all fences that nobody works under any more.

    Each machine sweeps its own, before each job: the row of a claim says RUNNING before its folder is made.
    """
    left = [fence for fence in work.glob("*/*") if fence.parent.name.isdigit() and fence.name.isdigit()]
    ids = {int(fence.parent.name) for fence in left}
    running = set(
        MediaJob.objects.filter(pk__in=ids, state=MediaJob.State.RUNNING).values_list("pk", "fence")
    )
    for fence in left:
        if (int(fence.parent.name), int(fence.name)) not in running:
            shutil.rmtree(fence, ignore_errors=True)
            with suppress(OSError):
                fence.parent.rmdir()
