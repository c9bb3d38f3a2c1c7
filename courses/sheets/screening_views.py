"""The list of rooms (集中放映), and the form by which one is scheduled: four clicks."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from courses.sheets import access, listing, scheduling
from courses.sheets.forms import FilterForm, ScreeningForm
from courses.sheets.models import Sheet
from courses.sheets.scheduling import UnableToOpen
from courses.sheets.views import account_of
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

SHEETS_A_PAGE = 30
# Whoever may do one of these has something to do with rooms.
ACTS = (Act.ENTER_ATTENDANCE, Act.SCHEDULE_SCREENING, Act.SEE_QUOTA_BOARD)


@login_required
@require_safe
def screenings(request: HttpRequest) -> HttpResponse:
    """Every room that the reader sees, those that wait for something first."""
    account, on = account_of(request), timezone.localdate()
    if not any(may(account, act, on=on) for act in ACTS):
        raise PermissionDenied(Act.ENTER_ATTENDANCE.value)
    form = FilterForm(request.GET)
    chosen = form.cleaned_data if form.is_valid() else {}
    page = Paginator(listing.sheets(account, chosen, on=on), SHEETS_A_PAGE).get_page(request.GET.get("page"))
    context = {
        "form": form,
        "page": page,
        "lines": listing.lines(page, account, on=on),
        "query": urlencode(
            {key: str(value) for key, value in request.GET.items() if key != "page" and value}
        ),
        "may_schedule": may(account, Act.SCHEDULE_SCREENING, on=on),
    }
    return render(request, "courses/sheets/screenings.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def schedule(request: HttpRequest) -> HttpResponse:
    """Schedule a room: first choose the session, then where, when and by which disc."""
    account, on = account_of(request), timezone.localdate()
    if not may(account, Act.SCHEDULE_SCREENING, on=on):
        raise PermissionDenied(Act.SCHEDULE_SCREENING.value)
    sessions = listing.sessions_to_show(account, on=on)
    code = request.POST.get("session") or request.GET.get("session", "")
    if not code:
        page = Paginator(sessions, SHEETS_A_PAGE).get_page(request.GET.get("page"))
        return render(request, "courses/sheets/schedule_choose.html", {"page": page})
    session = get_object_or_404(sessions, code=code)
    counties = listing.counties_for(account, session, on=on)
    form = ScreeningForm(
        request.POST or None, session=session, counties=counties, initial=_remembered(account, session, on)
    )
    context: dict[str, Any] = {"form": form, "session": session}
    if request.method != "POST":
        return render(request, "courses/sheets/schedule.html", context)
    if not form.is_valid():
        return render(request, "courses/sheets/schedule.html", context, status=422)
    said = form.cleaned_data
    if said["region"] is None and not listing.may_without_county(account, session, on=on):
        raise Http404
    try:
        made = scheduling.open_sheet(
            session=session,
            region=said["region"],
            site=said["site"],
            date=said["date"],
            begins_at=said["begins_at"],
            ends_at=said["ends_at"],
            supervisor=said["supervisor"],
            disc=said["disc"],
            streamed=said["disc"] is None and session.mode.code == "network_video",
            by=account,
            at=timezone.now(),
        )
    except UnableToOpen as refusal:
        form.add_error(None, str(refusal))
        return render(request, "courses/sheets/schedule.html", context, status=422)
    messages.success(request, _next_step(made) % {"number": made.number})
    return redirect(f"{reverse('sheets:sheet', args=[made.pk])}")


def _next_step(sheet: Sheet) -> str:
    """What is done now that a room is scheduled."""
    if sheet.kind == Sheet.Kind.ON_SITE:
        return _("Scheduled: sheet %(number)s. Print it, or show the code at the door on the day.")
    if sheet.kind == Sheet.Kind.DIAL_IN:
        return _("Scheduled: sheet %(number)s. Print it for the dial-in site.")
    if sheet.streamed:
        return _("Scheduled: sheet %(number)s. Print it; on the day, open “Show in the room” here.")
    return _("Scheduled: sheet %(number)s. Print it and send it with the disc.")


def _remembered(account: Account, session: Any, on: date) -> dict[str, Any]:
    """What was said last time of the reader's rooms: most counties have one."""
    last = access.sheets_seen_by(account, on=on).filter(entered_by=account).order_by("-pk").first()
    county = listing.own_county(account, on=on)
    found: dict[str, Any] = {"date": session.date, "begins_at": session.begins_at}
    if county is not None:
        found["region"] = county
    if isinstance(last, Sheet):
        found |= {"site": last.site, "supervisor": last.supervisor}
        found.setdefault("region", last.region_id)
    return found
