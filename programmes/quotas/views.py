"""Pages of the association desk: to-do list, board, sessions, month close."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import api as courses
from programmes.plans import queries as plans
from programmes.plans.models import Plan
from programmes.quotas import desk, months, operations, queries, rules, waiting, wording
from programmes.quotas.left_out import left_out
from programmes.quotas.queries import Filter
from programmes.quotas.rules import State
from programmes.quotas.scope import Scope, scope_of
from qianchang.groundwork.buttons import carry_out
from qianchang.people import reauthentication
from qianchang.people import todo as todo_list
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, may

PAGE = 50
# Whoever may do one of these has a desk.
DESK_ACTS = (Act.SEE_QUOTA_BOARD, Act.REVIEW_LECTURE, Act.SEE_ROSTER)


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _desk_scope(request: HttpRequest) -> Scope:
    """Return what the viewer sees at the desk. Raises PermissionDenied for somebody who has no desk."""
    scope = scope_of(_account(request), on=timezone.localdate())
    if scope.is_empty:
        raise PermissionDenied(Act.SEE_QUOTA_BOARD.value)
    return scope


@login_required
@require_safe
def todo(request: HttpRequest) -> HttpResponse:
    """今日待办."""
    account, today = _account(request), timezone.localdate()
    if not any(may(account, act, on=today) for act in DESK_ACTS):
        raise PermissionDenied(Act.SEE_QUOTA_BOARD.value)
    groups = todo_list.todo(account, on=today)
    context = {
        "groups": groups,
        "next": None if groups else todo_list.next_deadline(account, on=today),
        "programme": settings.FIRST_PROGRAMME,
        "year": today.year,
    }
    return render(request, "programmes/todo.html", context)


@login_required
@require_safe
def board(request: HttpRequest, programme: str, year: int) -> HttpResponse:
    """任务完成情况."""
    today = timezone.localdate()
    found = desk.board_for(
        _account(request),
        programme=programme,
        year=year,
        association=request.GET.get("association", ""),
        on=today,
    )
    if found is None:
        raise Http404
    shown, choices = found
    context = {
        "board": shown,
        "waiting": waiting.waiting(shown.not_counted, shown.region_names),
        "choices": [(each.code, wording.association_name(each)) for each in choices],
        "programme": programme,
        "years": (year - 1, year + 1),
        "may_schedule": may(_account(request), Act.SCHEDULE_SESSION, on=today),
        "month": f"{today:%Y-%m}",
        "month_label": wording.month_label(f"{today:%Y-%m}"),
        "may_report": may(_account(request), Act.MAKE_RETURN, on=today, association=shown.supporter)
        and not shown.own_only,
        "may_close": may(_account(request), Act.CLOSE_MONTH, on=today, association=shown.supporter),
        "may_plan": may(_account(request), Act.BREAK_DOWN_QUOTA, on=today, association=shown.supporter),
        "may_ask": may(_account(request), Act.RETURN_SESSION, on=today),
    }
    return render(request, "programmes/board.html", context)


@login_required
@require_POST
def ask_evidence(request: HttpRequest, programme: str, year: int) -> HttpResponse:
    """催交材料: tell the other side which sessions lack their evidence."""
    account, now = _account(request), timezone.now()
    if not may(account, Act.RETURN_SESSION, on=timezone.localdate(now)):
        raise PermissionDenied(Act.RETURN_SESSION.value)
    found = desk.board_for(
        account,
        programme=programme,
        year=year,
        association=request.GET.get("association", ""),
        on=timezone.localdate(now),
    )
    if found is None:
        raise Http404
    shown = found[0]
    lacking, told = waiting.ask_for_evidence(
        plan=shown.plan, supporter=shown.supporter, year=year, by=account, at=now
    )
    if told:
        said = ngettext(
            "Asked for the evidence of %(count)d session.",
            "Asked for the evidence of %(count)d sessions.",
            lacking,
        )
        messages.success(request, said % {"count": lacking})
    elif lacking:
        messages.info(request, _("The other side was asked today already, or has no officer yet."))
    else:
        messages.info(request, _("No session lacks its evidence by now."))
    url = reverse("quotas:board", args=[programme, year])
    return redirect(f"{url}?association={shown.supporter.code}")


@login_required
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """场次安排: the list behind every number of the board."""
    scope = _desk_scope(request)
    which = _filter(request)
    found = queries.listed(scope, which)
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    shown = list(page.object_list)
    posted = queries.posted(which) if which.posted_in else {}
    facts = (
        {fact.id: fact for fact in courses.session_facts(ids=[row.session for row in shown])} if shown else {}
    )
    sides = queries.associations({row.supporter for row in shown} | {row.beneficiary for row in shown})
    out = left_out(shown, known=facts)
    lines = [
        {
            "fact": facts[row.session],
            "left_out": out.get((row.session, row.plan)),
            "state": wording.STATES[row.state],
            "tag": wording.TAGS[row.state],
            "region": wording.region_of(sides[row.beneficiary]),
            "supporter": wording.association_name(sides[row.supporter]),
            "posted": posted.get(row.session),
        }
        for row in shown
    ]
    context = {
        "lines": lines,
        "page": page,
        "which": which,
        "posted_month": wording.month_label(which.posted_in or which.posted_until)
        if which.of_entries
        else "",
        "together": sum(posted.get(row.session, 0) for row in found),
        "modes": courses.delivery_modes(),
        "states": [(state.value, label) for state, label in wording.STATES.items()],
        "may_schedule": may(_account(request), Act.SCHEDULE_SESSION, on=timezone.localdate()),
    }
    return render(request, "programmes/sessions.html", context)


def _filter(request: HttpRequest) -> Filter:
    said = request.GET
    year = said.get("year", "")
    states = {state.value for state in State}
    return Filter(
        plan=said.get("plan", ""),
        supporter=said.get("supporter", ""),
        beneficiary=said.get("beneficiary", ""),
        year=int(year) if year.isdecimal() and len(year) == 4 else None,
        modes=tuple(mode for mode in said.get("mode", "").split(",") if mode),
        states=tuple(State(state) for state in said.get("state", "").split(",") if state in states),
        posted_in=_month(said.get("posted", "")),
        posted_until=_month(said.get("until", "")),
        before=_moment(said.get("before", "")),
    )


def _month(said: str) -> str:
    try:
        rules.first_day(said)
    except ValueError:
        return ""
    return said


def _moment(said: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(said)
    except ValueError:
        return None
    return moment if moment.tzinfo is not None and moment.year in rules.YEARS else None


def _session_or_404(request: HttpRequest, code: str) -> desk.SessionPage:
    page = desk.session_page(_account(request), code=code, on=timezone.localdate())
    if page is None:
        raise Http404
    return page


@login_required
@require_POST
def session_hold(request: HttpRequest, code: str) -> HttpResponse:
    """Record a session as held."""
    page = _session_or_404(request, code)
    carry_out(
        request,
        _("Recorded as held. %(association)s confirms next.") % {"association": page.beneficiary_name},
        lambda: operations.hold_session(session=page.fact, by=_account(request), at=timezone.now()),
        refusals=courses.UnableToHold,
    )
    return redirect("quotas:session", code=code)


@login_required
@require_POST
def session_confirm(request: HttpRequest, code: str) -> HttpResponse:
    """Confirm a session that was held for us."""
    page = _session_or_404(request, code)
    carry_out(
        request,
        _("Confirmed. It is counted when the month closes."),
        lambda: operations.confirm_session(session=page.fact, by=_account(request), at=timezone.now()),
        refusals=operations.UnableToConfirm,
    )
    return redirect("quotas:session", code=code)


@login_required
@require_POST
def session_return(request: HttpRequest, code: str) -> HttpResponse:
    """Send a session back with a reason."""
    page = _session_or_404(request, code)
    reason = request.POST.get("reason", "")
    carry_out(
        request,
        _("Returned. The reason stands on the other side's to-do list."),
        lambda: operations.return_session(
            session=page.fact, reason=reason, by=_account(request), at=timezone.now()
        ),
        refusals=operations.UnableToReturn,
    )
    return redirect("quotas:session", code=code)


@login_required
@reauthentication.required
@require_http_methods(["GET", "HEAD", "POST"])
def close_month(request: HttpRequest, programme: str, month: str) -> HttpResponse:
    """月底结账: what would be counted and what not, and the button."""
    now = timezone.now()
    account, today = _account(request), timezone.localdate(now)
    plan, supporter = _what_to_close(account, programme, request.GET.get("association", ""), on=today)
    may_close = may(account, Act.CLOSE_MONTH, on=today, association=supporter)
    try:
        if request.method == "POST":
            return _close(request, plan, supporter, month)
        shown = months.month(plan, supporter=supporter, month=month, on=today)
    except ValueError as malformed:
        raise Http404 from malformed
    context: dict[str, Any] = {
        "month": shown,
        "programme": programme,
        "may_close": may_close,
        "may_reverse": may(account, Act.RETURN_SESSION, on=today, association=supporter),
        "year": month[:4],
    }
    return render(request, "programmes/close_month.html", context)


def _what_to_close(
    account: Account, programme: str, association: str, *, on: date
) -> tuple[Plan, Association]:
    plan = plans.session_plan_of(programme)
    scope = scope_of(account, on=on)
    if plan is None:
        raise Http404
    for supporter in desk.supporters_on_board(plan, scope):
        if association in ("", supporter.code) and scope.gives(supporter.pk):
            return plan, supporter
    raise Http404


def _close(request: HttpRequest, plan: Plan, supporter: Association, month: str) -> HttpResponse:
    try:
        closed = operations.close_month(
            plan=plan, supporter=supporter, month=month, by=_account(request), at=timezone.now()
        )
    except operations.UnableToCloseMonth as refusal:
        messages.error(request, str(refusal))
    else:
        label = wording.month_label(month)
        if closed.again:
            messages.info(
                request, _("%(month)s was closed before. Nothing was posted again.") % {"month": label}
            )
        else:
            count = len(closed.entries)
            said = ngettext(
                "%(month)s is closed: %(count)d session counted.",
                "%(month)s is closed: %(count)d sessions counted.",
                count,
            )
            messages.success(request, said % {"month": label, "count": count})
    url = reverse("quotas:close_month", args=[plan.programme.code, month])
    return redirect(f"{url}?association={supporter.code}")
