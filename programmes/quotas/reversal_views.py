"""Pages on which counted sessions are taken back by two people, under /office/reversals/."""

from datetime import date

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses import api as courses
from programmes.quotas import reversals, wording
from programmes.quotas.models import QuotaEntry, Reversal
from programmes.quotas.reversals import UnableToReverse
from qianchang.groundwork.buttons import carry_out
from qianchang.people import reauthentication
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

PAGE = 30


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _may_look(account: Account, *, on: date) -> None:
    if not may(account, Act.RETURN_SESSION, on=on):
        raise PermissionDenied(Act.RETURN_SESSION.value)


@login_required
@require_safe
def reversal_list(request: HttpRequest) -> HttpResponse:
    """冲正: the proposals that wait, and those that were decided."""
    account, today = _account(request), timezone.localdate()
    _may_look(account, on=today)
    page = Paginator(reversals.reversals_seen_by(account, on=today), PAGE).get_page(request.GET.get("page"))
    lines = [
        {
            "reversal": each,
            "region": wording.region_of(each.entry.beneficiary),
            "supporter": wording.association_name(each.entry.supporter),
        }
        for each in page.object_list
    ]
    return render(request, "programmes/reversals.html", {"lines": lines, "page": page})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def reversal_new(request: HttpRequest, code: str) -> HttpResponse:
    """Propose to take a counted session back."""
    account, now = _account(request), timezone.now()
    entry = _standing_or_404(account, code, on=timezone.localdate(now))
    reason, refused = request.POST.get("reason", ""), ""
    if request.method == "POST":
        try:
            made = reversals.propose_reversal(entry=entry, reason=reason, by=account, at=now)
        except UnableToReverse as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Proposed. The session counts until a second person decides."))
            return redirect("quotas:reversal", pk=made.pk)
    context = {
        "entry": entry,
        "fact": courses.session_fact(code),
        "region": wording.region_of(entry.beneficiary),
        "supporter": wording.association_name(entry.supporter),
        "month": wording.month_label(entry.posted_month),
        "reason": reason,
        "refused": refused,
        "longest": reversals.LONGEST_REASON,
    }
    return render(request, "programmes/reversal_new.html", context, status=422 if refused else 200)


def _standing_or_404(account: Account, code: str, *, on: date) -> QuotaEntry:
    entry = reversals.entry_to_reverse(code)
    if entry is None or not any(
        may(account, Act.RETURN_SESSION, on=on, association=side)
        for side in (entry.supporter, entry.beneficiary)
    ):
        raise Http404
    return entry


def _reversal_or_404(request: HttpRequest, pk: int) -> Reversal:
    try:
        return reversals.reversal_for(_account(request), pk, on=timezone.localdate())
    except reversals.ReversalUnknown as unknown:
        raise Http404 from unknown


def _may_check(account: Account, reversal: Reversal) -> bool:
    supporter = reversal.entry.supporter
    return may(account, Act.CLOSE_MONTH, on=timezone.localdate(), association=supporter)


@login_required
@require_safe
def reversal(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal with its reason, and the two buttons for the second person."""
    found, account = _reversal_or_404(request, pk), _account(request)
    entry = found.entry
    waits = found.state == Reversal.State.PROPOSED
    checks = waits and _may_check(account, found)
    context = {
        "reversal": found,
        "fact": courses.session_fact(entry.session.code),
        "region": wording.region_of(entry.beneficiary),
        "supporter": wording.association_name(entry.supporter),
        "month": wording.month_label(entry.posted_month),
        "posted_month": wording.month_label(found.posted.posted_month) if found.posted else "",
        "checks": checks,
        "why_not": reversals.why_not_check(found, account) if checks else "",
        "longest": reversals.LONGEST_REASON,
    }
    return render(request, "programmes/reversal.html", context)


@login_required
@reauthentication.required
@require_POST
def reversal_approve(request: HttpRequest, pk: int) -> HttpResponse:
    """Take the session back."""
    found, account = _reversal_or_404(request, pk), _account(request)
    if not _may_check(account, found):
        raise PermissionDenied(Act.CLOSE_MONTH.value)
    try:
        posted = reversals.approve_reversal(reversal=found, by=account, at=timezone.now())
    except UnableToReverse as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(
            request,
            _("Taken back in %(month)s. The session counts no longer.")
            % {"month": wording.month_label(posted.posted_month)},
        )
    return redirect("quotas:reversal", pk=pk)


@login_required
@require_POST
def reversal_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Let the session stand."""
    found, account = _reversal_or_404(request, pk), _account(request)
    if not _may_check(account, found):
        raise PermissionDenied(Act.CLOSE_MONTH.value)
    answer = request.POST.get("answer", "")
    carry_out(
        request,
        _("Refused. The session counts all the same."),
        lambda: reversals.refuse_reversal(reversal=found, answer=answer, by=account, at=timezone.now()),
        refusals=UnableToReverse,
    )
    return redirect("quotas:reversal", pk=pk)
