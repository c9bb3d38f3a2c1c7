"""Pages where discs are made: composing a master, the masters, and making discs of one."""

from datetime import date
from typing import Any

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
from django.views.decorators.http import require_http_methods, require_safe

from courses.discs import asking, board, composing, making
from courses.discs.doors import PAGE, address_with, numbers_in, scope_or_403, scope_or_404, tried
from courses.discs.forms import ComposeForm, MakeForm
from courses.discs.models import Disc, DiscMaster, DiscRequest
from courses.discs.scope import DiscScope, sent_to
from media_pipeline import api as media
from qianchang.groundwork.queries import in_parts
from qianchang.people.models import Association
from qianchang.people.permissions import Act

# Lectures that one search offers; whoever misses one types more of its title.
FOUND = 12


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def compose(request: HttpRequest) -> HttpResponse:
    """组盘: choose lectures, see what still fits, give the master a title. Lectures stand in the address, so that it works
    without a script and can be sent to somebody.
    """
    scope, now = scope_or_403(request, Act.SEND_DISCS), timezone.now()
    if not scope.sends:
        raise PermissionDenied(Act.SEND_DISCS.value)
    said = request.POST if request.method == "POST" else request.GET
    numbers = numbers_in(said)
    makers = list(Association.objects.filter(pk__in=scope.gives | scope.receives).order_by("code"))
    found = composing.composition(scope, numbers, at=now)
    form = ComposeForm(request.POST if request.method == "POST" else None, makers=makers)
    made: list[DiscMaster] = []
    if request.method == "POST" and tried(
        form,
        lambda: made.append(
            composing.compose_master(
                title=form.cleaned_data["title"],
                lectures=numbers,
                maker=form.maker_of(),
                by=scope.account,
                at=now,
            )
        ),
    ):
        messages.success(request, _("The master is composed. Now make discs of it."))
        asked_for = said.get("request", "")
        to = reverse("discs:master", args=[made[0].pk])
        return redirect(f"{to}?request={asked_for}" if asked_for.isdecimal() else to)
    search = said.get("q", "").strip()[:60]
    offered = composing.lectures_for(scope, search=search, at=now).exclude(
        pk__in=[each.lecture.pk for each in found.lectures]
    )
    context = {
        "form": form,
        "found": found,
        "most": media.minutes_that_fit(),
        "offered": [(lecture, address_with(said, [*numbers, lecture.pk])) for lecture in offered[:FOUND]],
        "more": offered[FOUND : FOUND + 1].exists() if len(offered[:FOUND]) == FOUND else False,
        "chosen": [
            (each, address_with(said, [number for number in numbers if number != each.lecture.pk]))
            for each in found.lectures
        ],
        "search": search,
        "request_number": said.get("request", "") if said.get("request", "").isdecimal() else "",
    }
    return render(request, "courses/discs/compose.html", context, status=422 if form.errors else 200)


@login_required
@require_safe
def masters(request: HttpRequest) -> HttpResponse:
    """The masters that the reader's side composed or has discs of."""
    scope = scope_or_403(request)
    page = Paginator(board.masters_seen_by(scope), PAGE).get_page(request.GET.get("page"))
    return render(request, "courses/discs/masters.html", {"page": page, "sends": scope.sends})


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def master(request: HttpRequest, pk: int) -> HttpResponse:
    """One master: its lectures, its checksum, its discs; and making more of them."""
    scope = scope_or_404(request)
    found = board.masters_seen_by(scope).filter(pk=pk).first()
    if found is None:
        raise Http404
    now, today = timezone.now(), timezone.localdate()
    asked_for = _request_of(request, scope)
    targets = _targets(scope, found, on=today)
    form = MakeForm(
        request.POST if request.method == "POST" else None,
        associations=targets,
        initial=_of_request(asked_for),
    )
    if request.method == "POST":
        if not targets:
            raise PermissionDenied(Act.SEND_DISCS.value)
        made: list[Disc] = []
        if tried(
            form,
            lambda: made.extend(
                making.make_discs(
                    master=found,
                    count=form.cleaned_data["count"],
                    to=form.recipient_of(),
                    request=asked_for,
                    batch=form.cleaned_data["batch"],
                    by=scope.account,
                    at=now,
                )
            ),
        ):
            words = ngettext(
                "%(count)d disc has its number: %(serials)s. The image is being made.",
                "%(count)d discs have their numbers: %(serials)s. The images are being made.",
                len(made),
            )
            serials = "、".join(disc.serial for disc in made)
            messages.success(request, words % {"count": len(made), "serials": serials})
            return redirect("discs:board")
    own = Disc.objects.filter(scope.discs(), master=found).select_related("master", "region", "beneficiary")
    context = {
        "master": found,
        "lectures": found.lectures.all(),
        "sha256": in_parts(found.sha256),
        "lines": board.lines(list(own.order_by("-number")[:PAGE]), scope, on=today),
        "form": form,
        "makes": bool(targets),
        "asked_for": asked_for,
    }
    return render(request, "courses/discs/master.html", context, status=422 if form.errors else 200)


def _targets(scope: DiscScope, found: DiscMaster, *, on: date) -> list[Association]:
    """Return for whom somebody may make discs of a master: a maker for everybody whom one helps, others for themselves."""
    if found.maker_id in scope.gives:
        return sent_to(scope, on=on)
    own = Association.objects.filter(pk__in=scope.receives).select_related("parent__parent")
    return list(own.order_by("code"))


def _request_of(request: HttpRequest, scope: DiscScope) -> DiscRequest | None:
    number = (request.POST if request.method == "POST" else request.GET).get("request", "")
    if not (number.isascii() and number.isdecimal() and len(number) < 10):
        return None
    found = board.requests_seen_by(scope).filter(pk=int(number), withdrawn_at=None, declined_at=None).first()
    if found is None or not asking.may_answer(scope.account, found, at=timezone.now()):
        return None
    return found


def _of_request(found: DiscRequest | None) -> dict[str, Any]:
    if found is None:
        return {}
    return {
        "beneficiary": str(found.association_id),
        "county": found.region.name_zh if found.region else "",
        "recipient": found.recipient,
        "address": found.address,
    }
