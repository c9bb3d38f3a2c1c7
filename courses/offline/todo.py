"""What of the sticks waits for a desk today. people/todo.py puts it in order."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta

from django.urls import reverse
from django.utils.timezone import make_aware
from django.utils.translation import gettext as _

from courses.offline.models import Stick
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where, lawyers_where, may
from qianchang.people.todo import LONGEST_GROUP, Group, Task

# A lawyer is reminded so many days before the stick's last one, and so long after it a record may still count.
BEFORE = timedelta(days=7)
AFTER = timedelta(days=30)


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the lawyers' sticks from which nothing came back and whose days end now: hours that may be lost. One query,
    two where there are many; none for who enters no attendance. A room's stick waits with its sheet.
    """
    everywhere = associations_where(account, Act.ENTER_ATTENDANCE, on=on) is None
    if everywhere or not may(account, Act.ENTER_ATTENDANCE, on=on):
        return ()
    # `expires_at` is the midnight after the last day.
    ends = make_aware(datetime.combine(on + timedelta(days=1), time.min))
    waiting = Stick.objects.filter(
        lawyers_where(account, Act.ENTER_ATTENDANCE, on=on, prefix="lawyer__"),
        kind=Stick.Kind.PERSON,
        lawyer__erased_at=None,
        revoked_at=None,
        bundles=None,
        expires_at__range=(ends - AFTER, ends + BEFORE),
    ).select_related("lawyer__firm")
    found = list(waiting.order_by("expires_at", "pk")[: LONGEST_GROUP + 1])
    count = len(found) if len(found) <= LONGEST_GROUP else waiting.count()
    return (
        Group(
            _("Sticks whose record has not come back"),
            count,
            tuple(_task(stick) for stick in found[:LONGEST_GROUP]),
        ),
    )


def _task(stick: Stick) -> Task:
    lawyer = stick.lawyer
    return Task(
        what=_("Stick %(number)s") % {"number": stick.number},
        whom=f"{lawyer.name} · {lawyer.firm.name}" if lawyer is not None else "",
        note=_("Ask for the record, or bring it back for the lawyer."),
        button=_("See it"),
        url=reverse("offline:stick", args=[stick.number]),
        due=stick.last_date,
    )
