"""What of the hours waits for an officer today. people/todo.py puts it in order."""

from collections.abc import Iterable
from datetime import date

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from courses.credits.appeals import appeals_waiting
from courses.credits.corrections import corrections_waiting
from qianchang.people.models import Account
from qianchang.people.todo import Group, Task


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the appeals and corrections that wait for an officer. Two queries."""
    appeals = appeals_waiting(account, on=on)
    corrections = corrections_waiting(account, on=on)
    asked = ngettext("%(count)d appeal waits", "%(count)d appeals wait", appeals) % {"count": appeals}
    proposed = ngettext("%(count)d correction waits", "%(count)d corrections wait", corrections) % {
        "count": corrections
    }
    appeal = Task(asked, "", "", _("Open the appeals"), reverse("credits:appeals"))
    correction = Task(proposed, "", "", _("Open the corrections"), reverse("credits:corrections"))
    return (
        Group(_("Appeals"), appeals, (appeal,)),
        Group(_("Corrections to decide"), corrections, (correction,)),
    )
