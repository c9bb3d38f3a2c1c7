"""The officers' erasures: who waits for a second person, one of them, and proposing another."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from qianchang.people import reauthentication
from qianchang.people.models import Account, ErasureRequest, Lawyer
from qianchang.people.permissions import Act, associations_where, may, require
from qianchang.people.privacy import erasure
from qianchang.people.privacy.forms import ErasureForm
from qianchang.people.unmasking import ReasonMissing

PAGE = 50


@never_cache
@login_required
@require_safe
def erasures(request: HttpRequest) -> HttpResponse:
    """The erasures of one's own rosters, those that wait first."""
    account, today = _officer(request), localdate()
    rows = ErasureRequest.objects.select_related("lawyer__association", "lawyer__firm", "requested_by")
    mine = associations_where(account, Act.IMPORT_ROSTER, on=today)
    rows = rows.filter(lawyer__isnull=False)
    if mine is not None:
        rows = rows.filter(lawyer__association__in=mine)
    rows = rows.order_by(F("decided_at").desc(nulls_first=True), "-requested_at", "-pk")
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    return render(request, "people/privacy/erasures.html", {"page": page})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication.required
def propose(request: HttpRequest, lawyer_id: int) -> HttpResponse:
    """Propose that a lawyer of the own roster is erased, with a reason."""
    account, at = _officer(request), timezone.now()
    lawyer = Lawyer.objects.select_related("association", "firm").filter(pk=lawyer_id).first()
    if lawyer is None or not may(account, Act.IMPORT_ROSTER, on=localdate(at), lawyer=lawyer):
        raise Http404
    form = ErasureForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            made = erasure.propose(lawyer=lawyer, reason=form.cleaned_data["reason"], by=account, at=at)
        except (erasure.UnableToErase, ReasonMissing) as refusal:
            form.add_error("reason", str(refusal))
        else:
            messages.success(request, _("A colleague can carry it out now."))
            return redirect("erasures:erasure", made.pk)
    return render(request, "people/privacy/propose.html", {"form": form, "lawyer": lawyer})


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication.required
def one(request: HttpRequest, pk: int) -> HttpResponse:
    """One erasure: carry it out, refuse it, take it back; afterwards what was touched."""
    account, at = _officer(request), timezone.now()
    rows = ErasureRequest.objects.select_related(
        "lawyer__association", "lawyer__firm", "requested_by", "decided_by"
    )
    found = rows.filter(pk=pk, lawyer__isnull=False).first()
    if found is None or found.lawyer is None:
        raise Http404
    if not may(account, Act.IMPORT_ROSTER, on=localdate(at), lawyer=found.lawyer):
        raise Http404
    if request.method == "POST":
        _act(request, found, account)
        return redirect("erasures:erasure", found.pk)
    context = {
        "found": found,
        "is_due": found.due_at <= at,
        "may_decide": erasure.may_decide(found, account, at=at),
        "is_mine": found.requested_by_id == account.pk,
        "touched": sum(found.outcome.get("touched", {}).values()),
        "left": found.outcome.get("left", []),
    }
    return render(request, "people/privacy/erasure.html", context)


def _act(request: HttpRequest, found: ErasureRequest, account: Account) -> None:
    at = timezone.now()
    try:
        match request.POST.get("do"):
            case "carry-out":
                erasure.carry_out(request=found, by=account, at=at)
                messages.success(request, _("The person is erased."))
            case "refuse":
                erasure.refuse(request=found, by=account, at=at)
                messages.success(request, _("Refused. Nothing was erased."))
            case "withdraw":
                erasure.withdraw(request=found, by=account, at=at)
                messages.success(request, _("Taken back. Nothing was erased."))
            case _:
                messages.error(request, _("Choose one of the buttons."))
    except erasure.ErasureUnknown as error:
        raise Http404 from error
    except erasure.UnableToErase as refusal:
        messages.error(request, str(refusal))


def _officer(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    require(request.user, Act.IMPORT_ROSTER, on=localdate())
    return request.user
