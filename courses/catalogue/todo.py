"""Lectures that wait for an officer's review today. people/todo.py puts it in order."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.catalogue.queries import lectures_waiting
from qianchang.people.models import Account
from qianchang.people.permissions import Act, associations_where
from qianchang.people.todo import Group, Task


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the lectures that wait for a reviewer. One query."""
    reviewed = associations_where(account, Act.REVIEW_LECTURE, on=on)
    if reviewed == []:
        return ()
    waiting = lectures_waiting(reviewed)
    what = ngettext("%(count)d lecture waits", "%(count)d lectures wait", waiting) % {"count": waiting}
    task = Task(what, "", "", _("Open the review desk"), reverse("catalogue:review"))
    return (Group(_("Lectures to review"), waiting, (task,)),)
