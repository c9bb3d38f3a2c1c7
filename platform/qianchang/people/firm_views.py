"""One firm at the office: where it was registered, who of its lawyers one sees, and recording that it moved."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import F, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qianchang.people.lawyer_forms import FirmMoveForm
from qianchang.people.models import Account, Firm, Lawyer
from qianchang.people.permissions import Act, associations_where, lawyers_where, may, require
from qianchang.people.registrations import UnableToMove

PAGE = 50


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def firm(request: HttpRequest, pk: int) -> HttpResponse:
    """One firm of one's associations, or one at which a lawyer of one's county practises."""
    account, now = request.user, timezone.now()
    if not isinstance(account, Account):
        raise Http404
    today = timezone.localdate(now)
    require(account, Act.SEE_ROSTER, on=today)
    lawyers = Lawyer.objects.filter(lawyers_where(account, Act.SEE_ROSTER, on=today), firm=pk).order_by(
        "name", "pk"
    )
    reach = associations_where(account, Act.SEE_ROSTER, on=today)
    seen = Q() if reach is None else Q(association__in=reach) | Q(pk__in=lawyers.values("firm"))
    found = Firm.objects.select_related("region", "association").filter(seen, pk=pk).first()
    if found is None:
        raise Http404
    moves = may(account, Act.IMPORT_ROSTER, on=today, association=found.association)
    if request.method == "POST":
        require(account, Act.IMPORT_ROSTER, on=today, association=found.association)
    form = FirmMoveForm(request.POST if request.method == "POST" else None, firm=found) if moves else None
    if form is not None and form.is_bound and form.is_valid():
        try:
            form.carry_out(by=account, at=now)
        except UnableToMove as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(
                request, _("Recorded. What the firm's lawyers counted as before that day stays.")
            )
            return redirect("roster:firm", found.pk)
    context = {
        "firm": found,
        "seats": found.seats.select_related("region", "association").order_by(
            F("valid_from").desc(nulls_last=True)
        ),
        "page": Paginator(lawyers, PAGE).get_page(request.GET.get("page")),
        "form": form,
    }
    status = 422 if form is not None and form.is_bound else 200
    return render(request, "people/firm.html", context, status=status)
