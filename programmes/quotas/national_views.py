"""全国对比: every association beside each other, and asking one of them for its return."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from programmes.plans import queries as plans
from programmes.plans.models import Plan
from programmes.quotas import national, reminders, rules, wording
from programmes.quotas.national import Comparison, Line, Side
from qianchang.groundwork import tables
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may, require

# What a column is sorted by, the largest first; where there is no number, last.
COLUMNS: dict[str, Callable[[Line], int | None]] = {
    "rate": lambda line: line.rate,
    "counted": lambda line: line.counted,
    "all": lambda line: line.counted_in_all,
    "pace": lambda line: line.ahead,
    "onsite": lambda line: line.onsite,
    "other": lambda line: line.other,
    "return": lambda line: line.sent.toordinal() if line.sent else None,
}


def _account(request: HttpRequest, *, on: date) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    require(request.user, Act.SEE_EVERY_BOARD, on=on)
    return request.user


@login_required
@require_safe
def comparison(request: HttpRequest) -> HttpResponse:
    """全国对比, or the same as an Excel file."""
    today = timezone.localdate()
    account = _account(request, on=today)
    plan = _plan_or_404(request)
    side = Side.BENEFICIARY if request.GET.get("side") == Side.BENEFICIARY else Side.SUPPORTER
    year = _year(request, today)
    shown = national.comparison(plan, year=year, as_of=min(today, date(year, 12, 31)), side=side)
    sort = request.GET.get("sort", "rate")
    lines = _sorted(shown.lines, sort, upward=request.GET.get("order") == "up")
    if request.GET.get("format") == "xlsx":
        return _as_xlsx(shown, lines)
    context: dict[str, Any] = {
        "shown": shown,
        "lines": lines,
        "programme": plan.programme.code,
        "unit": str(wording.UNITS.get(plan.unit, plan.unit)),
        "month": wording.month_label(shown.month),
        "pace": 100 * rules.due_by(1000, year=year, on=shown.as_of) // 1000,
        "by_region": side is Side.BENEFICIARY,
        "sort": sort,
        "upward": request.GET.get("order") == "up",
        "years": (year - 1, year + 1),
        "columns": _columns(shown),
        "may_remind": may(account, Act.MAKE_BULLETIN, on=today) and side is Side.SUPPORTER,
    }
    return render(request, "programmes/national.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def remind(request: HttpRequest, code: str) -> HttpResponse:
    """催报: what will be sent, and the button that sends it."""
    now = timezone.now()
    today = timezone.localdate(now)
    account = _account(request, on=today)
    require(account, Act.MAKE_BULLETIN, on=today)
    plan = _plan_or_404(request)
    shown = national.comparison(plan, year=today.year, as_of=today)
    line = next((each for each in shown.lines if each.association.code == code), None)
    if line is None:
        raise Http404
    if request.method == "POST":
        told = reminders.ask_for_return(
            plan=plan,
            association=line.association,
            month=shown.month,
            is_closed=line.closed is not None,
            by=account,
            at=now,
        )
        if told:
            messages.success(request, _("%(association)s was asked.") % {"association": line.name})
        else:
            messages.info(
                request,
                _("%(association)s was asked today already, or has no officer yet.")
                % {"association": line.name},
            )
        return redirect(f"{reverse('quotas:national')}?programme={plan.programme.code}")
    context = {
        "line": line,
        "name": wording.association_name(line.association),
        "month": wording.month_label(shown.month),
        "programme": plan.programme.code,
        "officers": reminders.officers_of_return(line.association, on=today),
    }
    return render(request, "programmes/national_remind.html", context)


def _plan_or_404(request: HttpRequest) -> Plan:
    plan = plans.session_plan_of(request.GET.get("programme") or settings.FIRST_PROGRAMME)
    if plan is None:
        raise Http404
    return plan


def _year(request: HttpRequest, today: date) -> int:
    said = request.GET.get("year", "")
    year = int(said) if said.isdecimal() and len(said) == 4 else today.year
    if year not in rules.YEARS:
        raise Http404
    return year


def _sorted(lines: tuple[Line, ...], sort: str, *, upward: bool) -> list[Line]:
    column = COLUMNS.get(sort)
    if column is None:
        return sorted(lines, key=lambda line: line.association.code, reverse=upward)
    known = [line for line in lines if column(line) is not None]
    ordered = sorted(known, key=lambda line: line.association.code)
    ordered.sort(key=lambda line: column(line) or 0, reverse=not upward)
    unknown = [line for line in lines if column(line) is None]
    return ordered + sorted(unknown, key=lambda line: line.association.code)


def _columns(shown: Comparison) -> list[tuple[str, str]]:
    first = _("Supporting association") if shown.side is Side.SUPPORTER else _("Beneficiary region")
    columns = [
        ("name", first),
        ("counted", _("Counted / task")),
        ("rate", _("Rate")),
        ("pace", _("Against the pace")),
        ("onsite", _("On site")),
        ("other", _("Video, DVD etc.")),
        ("all", _("Over the years")),
    ]
    if shown.side is Side.SUPPORTER:
        columns.append(("return", _("Return of %(month)s") % {"month": wording.month_label(shown.month)}))
    return columns


def _as_xlsx(shown: Comparison, lines: list[Line]) -> HttpResponse:
    headings = [
        _("Code"),
        _columns(shown)[0][1],
        _("Counted"),
        _("Task"),
        _("Kind of number"),
        _("Rate"),
        _("Against the pace"),
        _("On site"),
        _("Video, DVD etc."),
        _("Held, not counted yet"),
        _("Scheduled"),
        _("Over the years"),
        _("Assigned in all"),
        _("%(month)s closed") % {"month": wording.month_label(shown.month)},
        _("Return of %(month)s sent") % {"month": wording.month_label(shown.month)},
    ]
    rows: list[list[tables.Cell]] = [
        [
            line.association.code,
            line.name,
            line.counted,
            line.goal.quantity if line.goal else None,
            line.goal.strength_label if line.goal else "",
            line.rate,
            line.ahead,
            line.onsite,
            line.other,
            line.held,
            line.scheduled,
            line.counted_in_all,
            line.whole.quantity if line.whole else None,
            line.closed.isoformat() if line.closed else "",
            line.sent.isoformat() if line.sent else "",
        ]
        for line in lines
    ]
    name = _("All associations %(year)d") % {"year": shown.year}
    answer = HttpResponse(tables.as_xlsx(headings, rows, name=name), content_type=tables.XLSX)
    answer["Content-Disposition"] = f'attachment; filename="national-{shown.side}-{shown.year}.xlsx"'
    return answer
