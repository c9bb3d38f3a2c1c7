"""Pages of requests: one's own (光盘申请), a new one, and the desk that answers them."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.catalogue.models import LecturePage
from courses.discs import asking, board, rules
from courses.discs.asking import Asker
from courses.discs.doors import (
    PAGE,
    account_of,
    address_with,
    numbers_in,
    scope_or_403,
    scope_or_404,
    tried,
)
from courses.discs.forms import DeclineForm, RequestForm
from courses.discs.models import Disc, DiscRequest
from courses.discs.scope import DiscScope
from qianchang.people.models import Account
from qianchang.people.permissions import Act
from qianchang.people.queries import lawyer_of, region_line

# Lectures that one search offers; whoever misses one types more of its title.
FOUND = 12


def _asker(request: HttpRequest) -> tuple[Account, Asker]:
    account = account_of(request)
    asker = asking.asker_of(account, at=timezone.now())
    if asker is None:
        raise PermissionDenied(Act.REQUEST_DISC.value)
    return account, asker


@login_required
@require_safe
def my_discs(request: HttpRequest) -> HttpResponse:
    """光盘申请: what one asked for, and the discs that are in one's county."""
    account, _asker_here = _asker(request)
    asked = DiscRequest.objects.filter(asked_by=account).select_related("association", "region")
    page = Paginator(asked.order_by("-asked_at", "-pk"), PAGE).get_page(request.GET.get("page"))
    lawyer = lawyer_of(account)
    here = Disc.objects.none()
    if lawyer is not None:
        regions = [region.pk for region in region_line(lawyer.firm.region)]
        here = Disc.objects.filter(state=Disc.State.RECEIVED, region__in=regions).select_related("master")
    context = {
        "page": page,
        "lines": board.request_lines(list(page.object_list)),
        "here": here.order_by("-number")[:PAGE],
        "is_lawyer": lawyer is not None,
    }
    return render(request, "courses/discs/my_discs.html", context)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponse:
    """A new request: up to four lectures, to whom, why. The lectures stand in the address, so that it works without a
    script.
    """
    account, asker = _asker(request)
    now = timezone.now()
    said = request.POST if request.method == "POST" else request.GET
    numbers = numbers_in(said)
    open_now = asking.lectures_for(asker, search="", at=now).filter(pk__in=numbers)
    rows: dict[int, LecturePage] = {each.pk: each for each in open_now}
    chosen = [rows[number] for number in numbers if number in rows]
    form = RequestForm(
        request.POST if request.method == "POST" else None,
        associations=asker.associations,
        own_county=asker.county,
        free=asker.free,
    )
    if request.method == "POST" and tried(
        form,
        lambda: asking.ask_for_disc(
            lectures=chosen,
            to=form.recipient_of(),
            reason=form.cleaned_data["reason"],
            by=account,
            at=now,
        ),
    ):
        messages.success(request, _("Your request is in. You see here when the disc is sent."))
        return redirect("discs:my")
    search = said.get("q", "").strip()[:60]
    offered = asking.lectures_for(asker, search=search, at=now).exclude(pk__in=list(rows))
    kept = [each.pk for each in chosen]
    context = {
        "form": form,
        "chosen": [
            (each, address_with(said, [number for number in kept if number != each.pk])) for each in chosen
        ],
        "offered": [(each, address_with(said, [*kept, each.pk])) for each in offered[:FOUND]],
        "full": len(chosen) >= rules.MOST_LECTURES_ASKED,
        "most": rules.MOST_LECTURES_ASKED,
        "search": search,
    }
    return render(request, "courses/discs/ask.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Take one's own request back."""
    account = account_of(request)
    found = get_object_or_404(DiscRequest, pk=pk, asked_by=account)
    try:
        asking.withdraw(request=found, by=account, at=timezone.now())
    except asking.UnableToAsk as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The request is withdrawn."))
    return redirect("discs:my")


# --- The desk -----------------------------------------------------------------------------------------------


@login_required
@require_safe
def requests(request: HttpRequest) -> HttpResponse:
    """The requests that somebody sees at the desk."""
    scope = scope_or_403(request)
    page = Paginator(board.requests_seen_by(scope), PAGE).get_page(request.GET.get("page"))
    context = {"page": page, "lines": board.request_lines(list(page.object_list))}
    return render(request, "courses/discs/requests.html", context)


@login_required
@require_safe
def disc_request(request: HttpRequest, pk: int) -> HttpResponse:
    """One request: what is asked for, and making the disc or answering with words."""
    scope, found = _request_or_404(request, pk)
    return _request_page(request, scope, found)


def _request_or_404(request: HttpRequest, pk: int) -> tuple[DiscScope, DiscRequest]:
    scope = scope_or_404(request)
    found = board.requests_seen_by(scope).filter(pk=pk).select_related("asked_by", "declined_by").first()
    if found is None:
        raise Http404
    return scope, found


def _request_page(
    request: HttpRequest, scope: DiscScope, found: DiscRequest, form: Form | None = None
) -> HttpResponse:
    line = board.request_lines([found])[0]
    numbers = [each.lecture_id for each in found.lectures.order_by("position")]
    waits = line.state == rules.RequestState.ASKED
    context: dict[str, Any] = {
        "line": line,
        "form": form or DeclineForm(),
        "may_answer": waits and asking.may_answer(scope.account, found, at=timezone.now()),
        "compose_url": reverse("discs:compose")
        + "?"
        + urlencode([*(("lecture", number) for number in numbers), ("request", found.pk)]),
    }
    return render(request, "courses/discs/request.html", context, status=422 if form else 200)


@login_required
@require_POST
def decline(request: HttpRequest, pk: int) -> HttpResponse:
    """Answer a request with words."""
    scope, found = _request_or_404(request, pk)
    if not asking.may_answer(scope.account, found, at=timezone.now()):
        raise PermissionDenied(Act.SEND_DISCS.value)
    form = DeclineForm(request.POST)
    if not tried(
        form,
        lambda: asking.decline(
            request=found, answer=form.cleaned_data["answer"], by=scope.account, at=timezone.now()
        ),
    ):
        return _request_page(request, scope, found, form)
    messages.success(request, _("Answered. Whoever asked reads it at “My discs”."))
    return redirect("discs:requests")
