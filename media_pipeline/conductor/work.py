"""One worker doing one job: claim it, keep the lease, run the stage, and end it under its own name, whatever happens."""

import errno
import logging
import os
import re
import shutil
import socket
import traceback
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError, close_old_connections
from django.utils import timezone

from media_pipeline.conductor import claims, plan
from media_pipeline.conductor.discs import claims as discs
from media_pipeline.conductor.discs import work as disc_work
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.heartbeat import Pulse, beating
from media_pipeline.conductor.models import DiscImage, MediaJob
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
    name, at = worker_name(), timezone.now()
    disc = None
    if queue == plan.LONG:
        disc = discs.claim_next(worker=name, at=at, waited=discs.PATIENCE)
    held = None if disc else claims.claim_next(queue=queue, worker=name, at=at)
    if held is None and disc is None and queue == plan.LONG:
        disc = discs.claim_next(worker=name, at=at)
    if disc is not None:
        _make(disc)
    elif held is not None:
        _work(held)
    else:
        return False
    if claims.waiting(queue) or (queue == plan.LONG and discs.waiting()):
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


def make_disc(image_id: int) -> bool:
    """Make one disc image if it is free, and tell whether it was."""
    held = discs.claim(image_id=image_id, worker=worker_name(), at=timezone.now())
    if held is None:
        return False
    _make(held)
    return True


def _work(held: claims.Claim) -> None:
    _carry_out(
        held,
        lambda pulse, folder: run_stage(Run(held, pulse, folder)),
        refuse=claims.refuse,
        give_up=claims.give_up,
    )


def _make(held: discs.DiscClaim) -> None:
    _carry_out(
        held,
        lambda pulse, folder: disc_work.make_disc(held, pulse, folder),
        refuse=discs.refuse,
        give_up=discs.give_up,
    )


def _carry_out(
    held: Any,
    do: Callable[[Pulse, Path], None],
    *,
    refuse: Callable[..., None],
    give_up: Callable[..., None],
) -> None:
    """Do what a claim is for. Never raises for what the job does: that stands in its row."""
    logger.info("job %s: %s", held.folder, held)
    # A recording that was recognised as another one is gone, and its jobs with it.
    gone = (claims.LeaseLost, Recording.DoesNotExist)
    with suppress(*gone), beating(held) as pulse:
        try:
            with _folder(held) as folder:
                do(pulse, folder)
        except RecordingRefused as refusal:
            refuse(held, code=refusal.code, log=refusal.log, at=timezone.now())
        except StageFailed as failure:
            logger.warning("job %s: %s", held.folder, failure)
            outage = isinstance(failure, Outage)
            close_old_connections()
            give_up(held, code=failure.code, log=failure.log, at=timezone.now(), outage=outage)
        except (*gone, ToolCancelled):
            logger.warning("job %s: the lease of fence %s is lost; leaving", held.folder, held.fence)
        except Exception as error:  # a bug or a broken machine: the row says so, and the worker lives on
            logger.exception("job %s", held.folder)
            code = Failure.NO_SPACE if getattr(error, "errno", None) in _FULL else Failure.INTERNAL
            outage = isinstance(error, _OUTAGES) and not isinstance(error, FileNotFoundError)
            log = traceback.format_exc()
            # where the database itself was away
            close_old_connections()
            give_up(held, code=code, log=log, at=timezone.now(), outage=outage)


def worker_name() -> str:
    """Name this very claim: machine, process, and a number that no other claim has."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{uuid.uuid4().hex[:12]}"


@contextmanager
def _folder(held: Any) -> Iterator[Path]:
    """Yield an empty folder for this fence, and leave nothing of it."""
    work = Path(settings.MEDIA_WORK_DIR).resolve()
    _sweep(work)
    job = work / held.folder
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
    for model, prefix in ((MediaJob, ""), (DiscImage, "disc-")):
        left = [
            (int(fence.parent.name.removeprefix(prefix)), int(fence.name), fence)
            for fence in work.glob("*/*")
            if re.fullmatch(rf"{prefix}\d+", fence.parent.name) and fence.name.isdigit()
        ]
        ids = {job_id for job_id, _fence, _path in left}
        running = set(model.objects.filter(pk__in=ids, state=model.State.RUNNING).values_list("pk", "fence"))
        for job_id, number, fence in left:
            if (job_id, number) not in running:
                shutil.rmtree(fence, ignore_errors=True)
                with suppress(OSError):
                    fence.parent.rmdir()
