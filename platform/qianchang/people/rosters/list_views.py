"""The roster at the office: the list, masked; one hidden value with a reason; the list as a file with a reason."""

from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from qianchang.groundwork import tables
from qianchang.people import reauthentication, unmasking
from qianchang.people.masks import masked_email, masked_phone
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where, may, require
from qianchang.people.rosters import exports, queries
from qianchang.people.rosters.forms import ReasonForm, UnmaskForm
from qianchang.people.rosters.queries import Sought

PAGE = 50
STATES = (
    ("", _("Everybody")),
    ("waiting", _("Not activated")),
    ("activated", _("Activated")),
    ("suspended", _("Suspended")),
    ("left", _("Left")),
    ("unreachable", _("No telephone or e-mail")),
)


def officer(request: HttpRequest, act: Act) -> Account:
    """Return the account, which may do this act on something at least."""
    account = request.user
    if not isinstance(account, Account):
        raise Http404
    require(account, act, on=timezone.localdate())
    return account


@login_required
@require_safe
def roster(request: HttpRequest) -> HttpResponse:
    """The lawyers of one's scope, with masked numbers."""
    account, today = officer(request, Act.SEE_ROSTER), timezone.localdate()
    sought = _sought(request)
    rows = queries.roster_seen_by(account, sought, on=today)
    page = Paginator(rows, PAGE).get_page(request.GET.get("page"))
    query = urlencode({"q": sought.words, "region": sought.region, "state": sought.state})
    context = {
        "lines": [
            (line, masked_phone(line.lawyer.phone) or masked_email(line.lawyer.email))
            for line in queries.lines_of(page)
        ],
        "page": page,
        "sought": sought,
        "cut": bool(sought.words or sought.region or sought.state),
        "query": query,
        "states": STATES,
        "regions": queries.regions_of_roster(account, on=today),
        "imports": may(account, Act.IMPORT_ROSTER, on=today),
    }
    return render(request, "people/roster/list.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication.required
def export(request: HttpRequest) -> HttpResponse:
    """The list as Excel, masked as it is on the page; the reason is asked first and kept."""
    account, now = officer(request, Act.SEE_ROSTER), timezone.now()
    sought = _sought(request)
    rows = queries.roster_seen_by(account, sought, on=timezone.localdate(now))
    form = ReasonForm(request.POST if request.method == "POST" else None, label_suffix="")
    if request.method == "POST" and form.is_valid():
        lines = queries.lines_of(rows)
        try:
            unmasking.record_export(
                what="roster",
                rows=len(lines),
                reason=form.cleaned_data["reason"],
                by=account,
                at=now,
                region=sought.region,
                state=sought.state,
            )
        except unmasking.ReasonMissing as refusal:
            form.add_error("reason", str(refusal))
        else:
            return as_file(exports.roster_file(lines), f"roster-{timezone.localdate(now)}.xlsx")
    context = {"form": form, "count": rows.count(), "address": request.get_full_path()}
    return render(request, "people/roster/export.html", context, status=422 if form.errors else 200)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication.required
def show(request: HttpRequest, pk: int) -> HttpResponse:
    """One hidden value of a lawyer, shown once for a reason that is kept."""
    account, now = officer(request, Act.SEE_ROSTER), timezone.now()
    seen = Lawyer.objects.filter(lawyers_where(account, Act.SEE_ROSTER, on=timezone.localdate(now)), pk=pk)
    lawyer = seen.select_related("firm__region", "association").first()
    if lawyer is None:
        raise Http404
    form = UnmaskForm(request.POST if request.method == "POST" else None, label_suffix="")
    value = None
    if request.method == "POST" and form.is_valid():
        try:
            value = unmasking.unmask(
                lawyer=lawyer,
                field=form.cleaned_data["field"],
                reason=form.cleaned_data["reason"],
                by=account,
                at=now,
            )
        except unmasking.ReasonMissing as refusal:
            form.add_error("reason", str(refusal))
    context = {"lawyer": lawyer, "form": form, "value": value}
    return render(request, "people/roster/show.html", context, status=422 if form.errors else 200)


def as_file(content: bytes, name: str) -> HttpResponse:
    """Return an Excel file that no cache keeps."""
    return HttpResponse(
        content,
        content_type=tables.XLSX,
        headers={"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"},
    )


def _sought(request: HttpRequest) -> Sought:
    asked = request.GET
    return Sought(
        words=asked.get("q", "").strip()[:60],
        region=asked.get("region", "")[:20],
        state=asked.get("state", "")[:20],
    )
