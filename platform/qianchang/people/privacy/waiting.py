"""What of the erasures waits for an officer: proposals of a colleague that a second person carries out."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _

from qianchang.people import todo
from qianchang.people.models import Account, ErasureRequest
from qianchang.people.permissions import Act, associations_where, may


def waiting_erasures(account: Account, on: date) -> Iterable[todo.Group]:
    """Give the proposals that this officer may carry out. One query, none for whoever may not."""
    if not may(account, Act.IMPORT_ROSTER, on=on):
        return
    rows = ErasureRequest.objects.filter(
        state=ErasureRequest.State.WAITING, own_wish=False, lawyer__isnull=False
    ).exclude(requested_by=account)
    mine = associations_where(account, Act.IMPORT_ROSTER, on=on)
    if mine is not None:
        rows = rows.filter(lawyer__association__in=mine)
    found = list(rows.select_related("requested_by").order_by("requested_at")[: todo.LONGEST_GROUP])
    if not found:
        return
    count = len(found) if len(found) < todo.LONGEST_GROUP else rows.count()
    tasks = tuple(
        todo.Task(
            what=_("Erase a person"),
            whom=str(row.requested_by),
            note=row.reason,
            button=_("Look at it"),
            url=reverse("erasures:erasure", args=[row.pk]),
        )
        for row in found
    )
    yield todo.Group(title=_("Erasures"), count=count, tasks=tasks)
