"""The long work on a roster: who does it, how far it is, and that nobody else does it meanwhile.

An import whose state says that work is under way is worked on by whoever holds its lease. A worker that dies leaves the
lease; when it is over the next one goes on where the rows say. A lost message costs a minute, not work.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from qianchang.people.models import RosterImport

logger = logging.getLogger(__name__)

WORK = "qianchang.people.rosters.work"
QUEUE = "middle"
# Every chunk renews it; none takes nearly as long.
LEASE = timedelta(seconds=90)
State = RosterImport.State


class LeaseLost(Exception):
    """Somebody else took the work over, or it was cancelled."""


def hand_over(number: int) -> None:
    """Have a worker take up an import after the commit. Nobody waits for a broker that does not answer."""
    transaction.on_commit(
        lambda: threading.Thread(target=_send, args=(number,), name=f"roster-{number}", daemon=True).start()
    )


def _send(number: int) -> None:
    try:
        current_app.send_task(WORK, kwargs={"number": number}, queue=QUEUE, retry=False, ignore_result=True)
    except Exception as error:  # every broker has its own exceptions, and none may hurt the caller
        logger.warning("roster import %s was not handed to a worker; beat will: %s", number, error)


def left_lying(at: datetime) -> list[int]:
    """Return the imports that somebody should work on and nobody does."""
    waiting = RosterImport.objects.filter(
        Q(worked_until=None) | Q(worked_until__lt=at), state__in=RosterImport.WORKING
    )
    return list(waiting.order_by("pk").values_list("pk", flat=True))


def work(number: int, *, clock: Callable[[], datetime] = timezone.now) -> bool:
    """Do what the state of an import asks for, unless somebody does it already. Tell whether it was done to its end."""
    from qianchang.people.rosters import checking, importing, undoing

    jobs = {
        State.CHECKING: checking.check,
        State.IMPORTING: importing.carry_out,
        State.UNDOING: undoing.carry_out,
    }
    now = clock()
    mine = RosterImport.objects.filter(
        Q(worked_until=None) | Q(worked_until__lt=now), pk=number, state__in=RosterImport.WORKING
    ).update(worked_until=now + LEASE)
    if not mine:
        return False
    found = RosterImport.objects.select_related("association", "by").get(pk=number)
    try:
        jobs[State(found.state)](found, clock=clock)
    except LeaseLost:
        return False
    except BaseException:
        RosterImport.objects.filter(pk=number).update(worked_until=None)
        raise
    return True


def went_on(roster_import: RosterImport, *, done: int, clock: Callable[[], datetime]) -> None:
    """Say how far the work is, and keep the lease. Raises LeaseLost when it is not ours any more: call it inside the
    transaction of a chunk, which then is undone.
    """
    until = clock() + LEASE
    still = RosterImport.objects.filter(
        pk=roster_import.pk, state=roster_import.state, worked_until=roster_import.worked_until
    ).update(done=done, worked_until=until)
    if not still:
        raise LeaseLost(roster_import.pk)
    roster_import.worked_until, roster_import.done = until, done
