"""Leases on rows of work, whatever the work is: taking one, renewing it, and how an attempt ends.

A claim is one conditional UPDATE. Everything a worker writes afterwards happens only while its fence still stands:
zero rows updated means that somebody else has the work, and raises LeaseLost. Leases run by the database's clock, so
that the clocks of two machines need not agree.
"""

from datetime import datetime, timedelta
from typing import Any, Protocol

from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.functions import Now

from media_pipeline.conductor.models import Leased
from media_pipeline.recordings.failures import Failure

LEASE_SECONDS = 20
# How long work rests after its first, second, … failed attempt (seconds): a full disk or a busy machine recovers meanwhile.
REST_SECONDS = (10, 60, 300, 900)
# How long an outage may last before it counts as failed attempts. Meanwhile the rests grow with it, between these (seconds).
OUTAGE = timedelta(days=1)
OUTAGE_REST_SECONDS = (10, 900)
State = Leased.State
_LOG_CHARACTERS = 8000


class LeaseLost(Exception):
    """The work is somebody else's by now. Nothing was changed."""


class Held(Protocol):
    """One worker's right to do one piece of work, as long as `fence` is the row's."""

    @property
    def job_id(self) -> int: ...
    @property
    def fence(self) -> int: ...
    @property
    def attempt(self) -> int: ...
    @property
    def rows(self) -> QuerySet[Any]:
        """Every row of this kind of work."""


def from_now(seconds: int) -> ExpressionWrapper:
    """Return the moment so many seconds after the database's own time."""
    return ExpressionWrapper(Now() + timedelta(seconds=seconds), output_field=DateTimeField())


def is_free() -> Q:
    """What a worker may take: work that is queued and rested, or whose worker died, with an attempt left."""
    rested = Q(not_before__isnull=True) | Q(not_before__lte=Now())
    dead = Q(state=State.RUNNING, lease_until__lt=Now())
    return (Q(state=State.QUEUED) & rested | dead) & Q(attempt__lt=Leased.MAX_ATTEMPTS)


def take(rows: QuerySet[Any], *, job_id: int, worker: str, at: datetime) -> Any | None:
    """Take work that is free and return its row; None when it is not. `worker` names this very claim."""
    taken = rows.filter(is_free(), pk=job_id).update(
        state=State.RUNNING,
        fence=F("fence") + 1,
        attempt=F("attempt") + 1,
        lease_until=from_now(LEASE_SECONDS),
        worker=worker,
        started_at=at,
        progress_percent=0,
    )
    # A row that still carries the claim's name is ours.
    return rows.filter(pk=job_id, worker=worker, state=State.RUNNING).first() if taken else None


def write(held: Held, **changes: Any) -> None:
    """Change the row while the claim stands. Raises LeaseLost."""
    if not _row(held).update(**changes):
        raise LeaseLost(str(held))


def renew(held: Held, *, percent: int | None = None) -> None:
    """Lengthen the lease, and say how far the work is. Raises LeaseLost."""
    changes: dict[str, object] = {"lease_until": from_now(LEASE_SECONDS)}
    if percent is not None:
        changes["progress_percent"] = percent
    write(held, **changes)


def finish(held: Held, *, at: datetime, **made: Any) -> None:
    """End work whose output is published in the same transaction. Raises LeaseLost."""
    done = {
        "state": State.DONE,
        "progress_percent": 100,
        "lease_until": None,
        "finished_at": at,
        "error_code": "",
        "error_log": "",
        "outage_since": None,
    }
    write(held, **done, **made)


def rest(held: Held, *, code: Failure, log: str, at: datetime, outage: bool) -> bool:
    """Put work back into the line after a failed attempt, and tell whether it may be tried again. Raises LeaseLost."""
    again = _again(held, at=at, outage=outage)
    if again is not None:
        waits = {"state": State.QUEUED, "lease_until": None, "error_code": code, "error_log": tail(log)}
        write(held, **waits, **again)
    return again is not None


def fail(held: Held, *, code: Failure, log: str, at: datetime) -> None:
    """End work for good. Raises LeaseLost."""
    write(held, state=State.FAILED, lease_until=None, finished_at=at, error_code=code, error_log=tail(log))


def release_dead(rows: QuerySet[Any], dead: Leased, *, at: datetime) -> str | None:
    """Take work from a worker whose lease ran out. Return QUEUED or FAILED, or None when it was not so any more."""
    found = rows.filter(pk=dead.pk, fence=dead.fence, state=State.RUNNING, lease_until__lt=Now())
    lost = {"lease_until": None, "error_code": Failure.WORKER_LOST}
    if dead.attempt < Leased.MAX_ATTEMPTS:
        return State.QUEUED if found.update(state=State.QUEUED, not_before=None, **lost) else None
    return State.FAILED if found.update(state=State.FAILED, finished_at=at, **lost) else None


def tail(log: str) -> str:
    """Return the end of a log, as a row keeps it."""
    return log.replace("\x00", "")[-_LOG_CHARACTERS:]


def _again(held: Held, *, at: datetime, outage: bool) -> dict[str, Any] | None:
    """Return how work goes back into the line: after which rest, and at whose cost. None when it does not."""
    if outage:
        since = _row(held).values_list("outage_since", flat=True).first() or at
        if at - since < OUTAGE:
            least, most = OUTAGE_REST_SECONDS
            pause = min(most, max(least, int((at - since).total_seconds()) // 4))
            return {"not_before": from_now(pause), "attempt": F("attempt") - 1, "outage_since": since}
    if held.attempt < Leased.MAX_ATTEMPTS:
        return {"not_before": from_now(REST_SECONDS[min(held.attempt, len(REST_SECONDS)) - 1])}
    return None


def _row(held: Held) -> QuerySet[Any]:
    return held.rows.filter(pk=held.job_id, fence=held.fence, state=State.RUNNING)
