"""Faulty rows put right on the page of an import, one after the other."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from qianchang.people.models import RosterImport, RosterRow
from qianchang.people.permissions import Act
from qianchang.people.rosters import intake, mending, queries, wording
from qianchang.people.rosters.faults import Group
from qianchang.people.rosters.import_views import PAGE, import_for
from qianchang.people.rosters.list_views import officer

_FAULTY = RosterRow.Outcome.FAULTY


@login_required
@require_POST
def mend_row(request: HttpRequest, pk: int, row: int) -> HttpResponse:
    """Put one row right, or all with the same mistake, or leave them out; the next one gets the focus."""
    account, now = officer(request, Act.IMPORT_ROSTER), timezone.now()
    found = import_for(account, pk)
    at_row = found.rows.filter(number=row).first()
    if at_row is None:
        raise Http404
    at_row.roster_import = found
    if request.POST.get("fault", at_row.fault) != at_row.fault:
        # A second click, or an old tab: what was typed there was about something else.
        messages.warning(request, _("This row was put right meanwhile."))
        return redirect(_next_faulty(found, row, request.POST.get("group", "")))
    do, together = request.POST.get("do", "save"), request.POST.get("together") == "1"
    together = together or do.endswith("_all")
    try:
        if do.startswith("leave_out"):
            done = mending.leave_out(row=at_row, together=together, by=account, at=now)
        else:
            value = at_row.proposal if do.startswith("take") else request.POST.get("value", "")
            done = mending.mend(row=at_row, value=value, together=together, by=account, at=now)
    except intake.UnableToImport as refusal:
        messages.error(request, str(refusal))
    else:
        _tell_mended(request, done)
    return redirect(_next_faulty(found, row, request.POST.get("group", "")))


def _tell_mended(request: HttpRequest, done: list[RosterRow]) -> None:
    still = sum(1 for row in done if row.outcome == _FAULTY)
    good = len(done) - still
    if good:
        words = ngettext("%(count)d row is right now.", "%(count)d rows are right now.", good)
        messages.success(request, words % {"count": good})
    if still == 1 and len(done) == 1:
        row = done[0]
        words = _("Row %(row)d is not right yet: %(why)s.")
        messages.warning(request, words % {"row": row.number, "why": wording.sentence(row)})
    elif still:
        words = ngettext("%(count)d row is not right yet.", "%(count)d rows are not right yet.", still)
        messages.warning(request, words % {"count": still})


def _next_faulty(found: RosterImport, number: int, group: str) -> str:
    rows = queries.rows_of(found, outcome=_FAULTY, group=group)
    following = rows.filter(number__gte=number).first() or rows.first()
    asked: dict[str, Any] = {"show": _FAULTY.value}
    if group in set(Group):
        asked["group"] = group
    if following is not None:
        before = rows.filter(number__lt=following.number).count()
        asked |= {"page": before // PAGE + 1, "row": following.number}
    return f"{reverse('roster:import', args=[found.pk])}?{urlencode(asked)}"
