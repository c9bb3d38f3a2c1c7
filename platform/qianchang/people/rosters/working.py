"""The long work on a roster: who does it, how far it is, and that nobody else does it meanwhile.

An import whose state says that work is under way is worked on by whoever holds its lease. A worker that dies leaves the
lease; when it is over the next one goes on where the rows say. A lost message costs a minute, not work. What does not
get further however often it is begun is given up, and the officer is told.
"""

import logging
import threading
from collections.abc import Callable
from datetime import datetime, timedelta

from celery import current_app
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from qianchang.groundwork import audit
from qianchang.people.models import RosterImport
from qianchang.people.rosters import announcing

logger = logging.getLogger(__name__)

WORK = "qianchang.people.rosters.work"
QUEUE = "middle"
# Every chunk renews it; none takes nearly as long.
LEASE = timedelta(seconds=90)
# So often the same piece of work is begun, a minute apart; a fault that passes by itself has passed by then.
MOST_TRIES = 5
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
    """Do what the state of an import asks for, unless somebody does it already. Tell whether it was done to its end.
    After `MOST_TRIES` that got no further it is given up.
    """
    from qianchang.people.rosters import checking, importing, undoing

    jobs = {
        State.CHECKING: checking.check,
        State.IMPORTING: importing.carry_out,
        State.UNDOING: undoing.carry_out,
    }
    now = clock()
    mine = RosterImport.objects.filter(
        Q(worked_until=None) | Q(worked_until__lt=now), pk=number, state__in=RosterImport.WORKING
    ).update(worked_until=now + LEASE, tries=F("tries") + 1)
    if not mine:
        return False
    found = RosterImport.objects.select_related("association", "by").get(pk=number)
    if found.tries > MOST_TRIES:
        # Those before were killed, and could not say so.
        _give_up(number, at=now)
        return False
    try:
        jobs[State(found.state)](found, clock=clock)
    except LeaseLost:
        return False
    except BaseException as error:
        RosterImport.objects.filter(pk=number).update(worked_until=None)
        used_up = RosterImport.objects.filter(pk=number, tries__gte=MOST_TRIES).exists()
        if used_up and isinstance(error, Exception):
            _give_up(number, at=clock())
        raise
    return True


def _give_up(number: int, *, at: datetime) -> None:
    """Let an import stand still until somebody begins it again, and tell whoever began it."""
    with transaction.atomic():
        locked = (
            RosterImport.objects.select_for_update(of=("self",))
            .select_related("association", "by")
            .get(pk=number)
        )
        if locked.state not in RosterImport.WORKING:
            return
        locked.failed_while, locked.state, locked.worked_until = locked.state, State.FAILED, None
        if locked.failed_while == State.IMPORTING and locked.rows.filter(imported_at__isnull=False).exists():
            # What is in already can be undone like any batch.
            locked.imported_at = at
        locked.save(update_fields=["failed_while", "state", "worked_until", "imported_at"])
        audit.record(
            "gave up on a roster import",
            object_type="roster import",
            object_key=str(number),
            by=None,
            at=at,
            association=locked.association.code,
            at_work=locked.failed_while,
            tries=locked.tries,
        )
        announcing.failed(locked, at=at)


def went_on(roster_import: RosterImport, *, done: int, clock: Callable[[], datetime]) -> None:
    """Say how far the work is, and keep the lease. Raises LeaseLost when it is not ours any more: call it inside the
    transaction of a chunk, which then is undone.
    """
    until = clock() + LEASE
    # The check begins anew each time: only its end is progress.
    further = done > roster_import.done and roster_import.state != State.CHECKING
    still = RosterImport.objects.filter(
        pk=roster_import.pk, state=roster_import.state, worked_until=roster_import.worked_until
    ).update(done=done, worked_until=until, **({"tries": 0} if further else {}))
    if not still:
        raise LeaseLost(roster_import.pk)
    roster_import.worked_until, roster_import.done = until, done
