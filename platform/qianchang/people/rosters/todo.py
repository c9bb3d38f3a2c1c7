"""What of the roster waits for an officer today: imports that were begun, and lawyers who never signed in."""

from collections.abc import Iterable
from datetime import date, timedelta

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from qianchang.people.models import Account, RosterImport
from qianchang.people.permissions import Act, may
from qianchang.people.rosters.queries import Sought, imports_seen_by, roster_seen_by
from qianchang.people.todo import LONGEST_GROUP, Group, Task

State = RosterImport.State


def groups(account: Account, on: date) -> Iterable[Group]:
    """Return the imports and activations that wait for whoever imports rosters. Four queries; none for anybody else."""
    if not may(account, Act.IMPORT_ROSTER, on=on):
        return ()
    return (_imports(account, on), _activations(account, on))


def _imports(account: Account, on: date) -> Group:
    begun = Q(state__in=[State.READ, State.CHECKED, State.FAILED]) | Q(state=State.IMPORTED, faulty__gt=0)
    waiting = imports_seen_by(account, on=on).filter(begun, erased_at=None).order_by("created_at", "pk")
    # What is left of an import goes after these days; then the file has to be sent again.
    kept = timedelta(days=settings.KEEP_DAYS["roster_imports"])
    tasks = [
        Task(
            what=each.file_name,
            whom=each.association.name,
            note=_still_to_do(each),
            button=_("Go on"),
            url=reverse("roster:import", args=[each.pk]),
            due=localdate(each.created_at + kept),
        )
        for each in waiting[:LONGEST_GROUP]
    ]
    return Group(
        _("Roster imports"), waiting.count() if len(tasks) == LONGEST_GROUP else len(tasks), tuple(tasks)
    )


def _still_to_do(each: RosterImport) -> str:
    if each.state == State.READ:
        return _("columns to be confirmed")
    if each.state == State.FAILED:
        return _("stopped: look why, and try again")
    if each.faulty:
        return ngettext("%(count)d row to fix", "%(count)d rows to fix", each.faulty) % {"count": each.faulty}
    return _("checked, and not imported yet")


def _activations(account: Account, on: date) -> Group:
    waiting = roster_seen_by(account, Sought(state="waiting"), on=on).order_by().count()
    what = ngettext(
        "%(count)d lawyer has not activated the account",
        "%(count)d lawyers have not activated their accounts",
        waiting,
    ) % {"count": waiting}
    task = Task(what, "", "", _("See who"), reverse("roster:list") + "?state=waiting")
    return Group(_("Activation"), waiting, (task,))
