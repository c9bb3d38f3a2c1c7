"""Slips with activation codes, printed by the office for lawyers whom no message reaches."""

from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from qianchang.people import activation, reauthentication, rules
from qianchang.people.models import Account, Lawyer
from qianchang.people.permissions import Act, lawyers_where, require

# Ten slips fit on one sheet of A4; so many are issued at a time.
AT_A_TIME = 50


@login_required
@reauthentication.required
@never_cache
@require_http_methods(["GET", "POST"])
def slips(request: HttpRequest) -> HttpResponse:
    """Choose lawyers without an account (or those named by `?lawyer=`), issue a code for each and print the slips."""
    account, now = request.user, timezone.now()
    if not isinstance(account, Account):
        raise Http404
    today = timezone.localdate(now)
    require(account, Act.SEE_ROSTER, on=today)
    reached = Lawyer.objects.filter(lawyers_where(account, Act.SEE_ROSTER, on=today))
    failed = ""
    if request.method == "POST":
        chosen = list(
            reached.filter(pk__in=_numbers(request.POST.getlist("lawyer"))).select_related("account")
        )
        if chosen:
            return _printed(request, chosen, by=account)
        failed = _("Choose at least one lawyer.")
    page = Paginator(_offered(request, reached), AT_A_TIME).get_page(request.GET.get("page"))
    words = request.GET.get("q", "").strip()
    context = {"page": page, "q": words, "query": urlencode({"q": words}) if words else "", "failed": failed}
    return render(request, "people/slips.html", context, status=422 if failed else 200)


def _offered(request: HttpRequest, reached: QuerySet[Lawyer]) -> QuerySet[Lawyer]:
    """Return whom the page offers: those named in the address, else all without an account, those first whom no message
    can reach.
    """
    named = _numbers(request.GET.getlist("lawyer"))
    rows = reached.filter(pk__in=named) if named else reached.filter(account=None)
    words = request.GET.get("q", "").strip()
    if words:
        number = rules.plain_licence_number(words)
        rows = rows.filter(
            Q(name__contains=rules.plain_name(words))
            | Q(licence_number=number)
            | Q(firm__name__contains=words)
        )
    return rows.select_related("firm").order_by("phone", "email", "pk")


def _numbers(typed: list[str]) -> list[int]:
    """Return the primary keys among what an address or a form sends; at most one page of them."""
    return [int(text) for text in typed if text.isascii() and text.isdigit() and len(text) < 19][:AT_A_TIME]


def _printed(request: HttpRequest, lawyers: list[Lawyer], *, by: Account) -> HttpResponse:
    now = timezone.now()
    issued, left_out = activation.issue_slips(lawyers=lawyers, by=by, at=now)
    context = {
        "slips": [(lawyer, f"{code[:4]} {code[4:]}") for lawyer, code in issued],
        "left_out": left_out,
        "until": timezone.localdate(now + activation.CODE_HOLDS),
        "address": settings.SITE_ROOT_URL.rstrip("/") + reverse("people:activate_slip"),
    }
    return render(request, "people/slips_printed.html", context)
