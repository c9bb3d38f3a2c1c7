"""The dated facts about regions, associations, firms and lawyers: lists, and recording or ending one."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qianchang.people import facts
from qianchang.people.facts_forms import DesignationForm, EndForm, PairingForm
from qianchang.people.models import Account, Designation, Pairing
from qianchang.people.permissions import Act, lawyers_where, may, require

PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def designations(request: HttpRequest) -> HttpResponse:
    """What regions and associations count as: ?kind= cuts the list."""
    rows = Designation.objects.order_by("kind", "code", F("valid_from").asc(nulls_first=True))
    kind = request.GET.get("kind", "")
    if kind in Designation.Kind.values:
        rows = rows.filter(kind=kind)
    return _page(
        request,
        rows,
        form=DesignationForm(_posted(request, "record")),
        model=Designation,
        template="people/designations.html",
        address="manage:designations",
        context={"kinds": Designation.Kind.choices, "kind": kind},
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def pairings(request: HttpRequest) -> HttpResponse:
    """Who is paired with whom. Lawyers are named to those who see their roster."""
    seen = lawyers_where(request.user, Act.SEE_ROSTER, on=timezone.localdate())
    rows = Pairing.objects.select_related(
        *(
            f"{end}_{side}"
            for end in ("supporting", "beneficiary")
            for side in ("association", "firm", "lawyer")
        )
    ).order_by(F("valid_until").asc(nulls_first=True), "-valid_from", "pk")
    return _page(
        request,
        rows,
        form=PairingForm(_posted(request, "record"), seen=seen),
        model=Pairing,
        template="people/pairings.html",
        address="manage:pairings",
        context={"names": may(request.user, Act.SEE_ROSTER, on=timezone.localdate())},
    )


def _posted(request: HttpRequest, act: str) -> Any:
    return request.POST if request.method == "POST" and request.POST.get("act") == act else None


def _page(
    request: HttpRequest,
    rows: Any,
    *,
    form: DesignationForm | PairingForm,
    model: type[Designation] | type[Pairing],
    template: str,
    address: str,
    context: dict[str, Any],
) -> HttpResponse:
    account, now = request.user, timezone.now()
    if not isinstance(account, Account):
        raise Http404
    require(account, Act.SET_QUOTAS, on=timezone.localdate(now))
    ending = EndForm(
        _posted(request, "end"), model=model, label_suffix="", initial={"fact": request.GET.get("end", "")}
    )
    form.label_suffix = ""
    sent = next((each for each in (form, ending) if each.is_bound), None)
    if sent is not None and sent.is_valid():
        try:
            sent.carry_out(by=account, at=now)
        except facts.UnableToRecordFact as refusal:
            sent.add_error(None, str(refusal))
        else:
            messages.success(request, _("Recorded.") if sent is form else _("Ended from that day on."))
            return redirect(address)
    context |= {
        "page": Paginator(rows, PAGE).get_page(request.GET.get("page")),
        "form": form,
        "ending": ending,
        "sent": sent,
    }
    return render(request, template, context, status=422 if sent else 200)
