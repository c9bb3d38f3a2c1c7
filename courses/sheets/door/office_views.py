"""The desk of a door: the screen, the printed code, and the list of who came and went."""

from datetime import datetime
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from courses.sheets import access
from courses.sheets.door import codes, operations, queries, rules, taking
from courses.sheets.door.forms import TimesForm
from courses.sheets.door.operations import Identity, UnableToPass
from courses.sheets.door.queries import DoorLog, Expected
from courses.sheets.door.rules import Direction
from courses.sheets.door.taking import UnableToTake
from courses.sheets.models import Sheet
from courses.sheets.operations import UnableToKey
from qianchang.people.models import Account, Lawyer
from qianchang.people.walls import as_platform

NAMES_A_PAGE = 100


@login_required
@never_cache
@require_safe
def door(request: HttpRequest, sheet: int) -> HttpResponse:
    """The screen at the door: a code that changes every half minute. The browser asks for the next one by itself."""
    _account, found = _keyed(request, sheet)
    now, hours = timezone.now(), queries.hours_of(found)
    why = operations.refusal(found, at=now)
    if hours is None or why:
        return render(request, "courses/sheets/door_shut.html", {"sheet": found, "why": why}, status=409)
    asked = request.GET.get("direction", "")
    fixed = asked in tuple(Direction)
    direction = Direction(asked) if fixed else rules.direction_at(now, ends_at=hours.ends_at)
    context = {
        "sheet": found,
        "lecture": found.session.lecture_version.lecture,
        "is_out": direction is Direction.OUT,
        "fixed": fixed,
        "picture": codes.picture(codes.token_now(found.pk, direction, at=now)),
        "now": now,
    }
    answer = render(request, "courses/sheets/door.html", context)
    answer["Refresh"] = str(rules.seconds_left(now))
    return answer


@login_required
@never_cache
@require_safe
def door_print(request: HttpRequest, sheet: int) -> HttpResponse:
    """Two codes on paper, for a door without a screen."""
    _account, found = _keyed(request, sheet)
    context = {
        "sheet": found,
        "lecture": found.session.lecture_version.lecture,
        "hours": queries.hours_of(found),
        "pictures": [
            (direction is Direction.OUT, codes.picture(codes.token_on_paper(found.pk, direction)))
            for direction in Direction
        ],
    }
    return render(request, "courses/sheets/door_print.html", context)


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def door_list(request: HttpRequest, sheet: int) -> HttpResponse:
    """Who came in and went out; an officer says yes or no to those who did not sign in, and writes times from paper."""
    account, found = _keyed(request, sheet)
    if not access.sees_names(account, found, on=timezone.localdate()):
        raise Http404
    now, hours = timezone.now(), queries.hours_of(found)
    if hours is None:
        return render(
            request,
            "courses/sheets/door_shut.html",
            {"sheet": found, "why": operations.refusal(found, at=now)},
            status=409,
        )
    log, problem = queries.log_of(found, hours=hours, reader=account, on=timezone.localdate(now)), ""
    form = TimesForm(request.POST if "write" in request.POST else None, expected=log.missing)
    if request.method == "POST" and (not form.is_bound or form.is_valid()):
        try:
            return _done(request, found, form, log.missing, account, now)
        except (UnableToPass, UnableToTake, UnableToKey) as refusal:
            problem = str(refusal)
    return _listed(request, found, log, form, problem)


def _done(
    request: HttpRequest,
    sheet: Sheet,
    form: TimesForm,
    expected: tuple[Expected, ...],
    account: Account,
    now: datetime,
) -> HttpResponse:
    if form.is_bound:
        said = form.cleaned_data
        operations.write_times(
            sheet=sheet,
            who=_written(said, expected),
            in_at=said["in_at"],
            out_at=said["out_at"],
            by=account,
            at=now,
        )
        messages.success(request, _("Written down."))
    elif "take" in request.POST:
        saved = taking.take_door(sheet=sheet, by=account, at=now)
        people = saved.version.rows.exclude(in_at=None, out_at=None).count()
        messages.success(
            request,
            ngettext(
                "%(many)d person stands on the sheet. Look through it, then report it.",
                "%(many)d people stand on the sheet. Look through it, then report it.",
                people,
            )
            % {"many": people},
        )
        return redirect("sheets:sheet", sheet.pk)
    else:
        accepted = "accept" in request.POST
        scan = request.POST.get("accept" if accepted else "refuse", "")
        if not scan.isascii() or not scan.isdecimal() or len(scan) > 18:
            raise Http404
        operations.say(sheet=sheet, scan=int(scan), accepted=accepted, by=account, at=now)
        messages.success(request, _("Noted: was there.") if accepted else _("Noted: was not there."))
    return redirect("sheets:door_list", sheet.pk)


def _listed(request: HttpRequest, sheet: Sheet, log: DoorLog, form: TimesForm, problem: str) -> HttpResponse:
    people = queries.expected_first(log.passers)
    context = {
        "sheet": sheet,
        "lecture": sheet.session.lecture_version.lecture,
        "log": log,
        "found": Paginator(people, NAMES_A_PAGE).get_page(request.GET.get("page")),
        "form": form,
        "problem": problem,
        "is_open": sheet.state in operations.OPEN_STATES,
    }
    status = 422 if problem or form.errors else 200
    return render(request, "courses/sheets/door_list.html", context, status=status)


def _written(said: dict[str, Any], expected: tuple[Expected, ...]) -> Identity:
    """Whom the form names: one of those who signed up, or somebody by name."""
    chosen = next((each for each in expected if str(each.lawyer_id) == said.get("lawyer", "")), None)
    if chosen is None:
        return Identity(None, said["name"], said["licence_number"])
    with as_platform("one of those who signed up for this session, as the list shows them"):
        return Identity(Lawyer.objects.get(pk=chosen.lawyer_id))


def _keyed(request: HttpRequest, sheet: int) -> tuple[Account, Sheet]:
    """Return who asks, and a sheet that they may key; to everybody else there is none."""
    account = request.user
    if not isinstance(account, Account):
        raise PermissionDenied
    rows = Sheet.objects.select_related(
        "session__lecture_version__lecture",
        "session__mode",
        "session__notice",
        "session__supporter__parent__parent",
        "session__beneficiary__parent__parent",
        "association__parent__parent",
        "association__jurisdiction",
        "region__parent__parent",
    )
    found = get_object_or_404(rows, pk=sheet)
    if not access.may_key(account, found, on=timezone.localdate()):
        raise Http404
    return account, found
