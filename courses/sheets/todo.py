"""What of the sheets waits for somebody today. people/todo.py puts it in order."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from courses.sheets import access
from courses.sheets.models import Sheet
from courses.sheets.rules import REMINDED_AFTER
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may
from qianchang.people.todo import LONGEST_GROUP, Group, Task

State = Sheet.State
# A sheet is due when somebody is reminded of it the second time.
DUE_AFTER = timedelta(days=REMINDED_AFTER[-1])


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the sheets to confirm, those to key, and those that came back. Few queries, and none for who has no rooms."""
    if not any(may(account, act, on=on) for act in (Act.ENTER_ATTENDANCE, Act.CONFIRM_SESSION)):
        return ()
    seen = access.sheets_seen_by(account, on=on)
    reported = seen.filter(access.confirmable(account, on=on), state=State.REPORTED)
    keyed = seen.filter(access.keyable(account, on=on))
    returned = keyed.filter(state=State.RETURNED)
    missing = keyed.filter(state=State.OPEN, date__lt=on)
    return (
        _group(_("Sign-in sheets to confirm"), reported, "sheets:review", _("Review")),
        _group(_("Sign-in sheets that came back"), returned, "sheets:sheet", _("Change it")),
        _group(_("Sign-in sheets to key in"), missing, "sheets:sheet", _("Key it in")),
    )


def _group(title: str, rows: QuerySet[Sheet], name: str, button: str) -> Group:
    found = list(rows.order_by("date", "pk")[: LONGEST_GROUP + 1])
    count = len(found) if len(found) <= LONGEST_GROUP else rows.count()
    return Group(title, count, tuple(_task(each, name, button) for each in found[:LONGEST_GROUP]))


def _task(sheet: Sheet, name: str, button: str) -> Task:
    place = sheet.region.name_zh if sheet.region is not None else sheet.association.name
    return Task(
        what=sheet.session.lecture_version.lecture.localised_title,
        whom=f"{place} · {sheet.site}",
        note=f"{sheet.number} · {sheet.date.isoformat()}",
        button=button,
        url=reverse(name, args=[sheet.pk]),
        due=sheet.date + DUE_AFTER,
        urgent=sheet.state == State.RETURNED,
    )
