"""A session that two people took back where it counted, and that counts in no other plan, may be entered again.

Whether another plan will count it is told by left_out: not where another session counts in its place, nor where it is too
short. What only lacks evidence or its close is still on its way there, and stays the only entry of its event.
"""

from collections.abc import Collection
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from courses import api as courses
from programmes.quotas import queries
from programmes.quotas.left_out import left_out
from programmes.quotas.models import QuotaEntry, SessionTarget
from programmes.quotas.rules import State
from qianchang.people.models import Account


def plans_of(session: int) -> set[int]:
    """Return the plans that a session stands on: who takes it back waits for its turn at all of them."""
    return set(SessionTarget.objects.filter(session=session).values_list("plan", flat=True))


def plans_to_wait_for(plan: int) -> set[int]:
    """Return the plans that a close of one has to wait for: those of sessions that were taken back elsewhere."""
    return set().union(*(plans_of(session) for session in _taken_back_elsewhere(plan)))


def free(session: int, *, by: Account, at: datetime) -> None:
    """Let a session be entered again if it counts nowhere any more; of two who ask at once, the second sees the first."""
    list(SessionTarget.objects.select_for_update().filter(session=session).order_by("pk"))
    left = [row for row in queries.rows(Q(session=session)) if row.state is not State.REVERSED]
    out = left_out(left)
    if all((row.session, row.plan) in out for row in left):
        courses.record_reversed(session=session, by=by, at=at)


def free_after_close(plan: int, *, locked: Collection[int], by: Account, at: datetime) -> None:
    """Do so for the sessions that were taken back elsewhere and that this plan will not count: a close tells. One that
    stands on a plan beyond those `locked` waits for the next close.
    """
    for session in _taken_back_elsewhere(plan):
        if plans_of(session) <= set(locked):
            free(session, by=by, at=at)


def _taken_back_elsewhere(plan: int) -> list[int]:
    """The sessions of a plan that count in it neither now nor before, and were taken back in another one. One query."""
    entries = QuotaEntry.objects.filter(session=OuterRef("session"))
    lines = SessionTarget.objects.filter(
        ~Exists(entries.filter(plan=plan)),
        Exists(entries.filter(reverses__isnull=False)),
        plan=plan,
        session__reversed_at=None,
    )
    return list(lines.order_by("session").values_list("session", flat=True))
