"""Pages of the discs: the board, a parcel, and one disc on its way."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from courses.discs import board, images, moving, queries
from courses.discs.doors import PAGE, disc_or_404, scope_or_403, tried
from courses.discs.forms import DispatchForm, RegisterForm, StepForm
from courses.discs.models import Disc
from courses.discs.scope import DiscScope, sent_to
from media_pipeline import api as media
from qianchang.people.permissions import Act, may


@login_required
@require_safe
def discs(request: HttpRequest) -> HttpResponse:
    """光盘: the board."""
    scope, today = scope_or_403(request), timezone.localdate()
    asked = {name: request.GET.get(name, "").strip()[:60] for name in ("state", "q", "overdue")}
    if asked["state"] not in Disc.State.values:
        asked["state"] = ""
    found = board.discs_seen_by(
        scope, state=asked["state"], search=asked["q"], overdue_on=today if asked["overdue"] else None
    )
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    columns = board.columns(scope)
    context = {
        "page": page,
        "lines": board.lines(list(page.object_list), scope, on=today),
        "columns": columns,
        "all": sum(column.count for column in columns),
        "asked": asked,
        "query": urlencode({name: value for name, value in asked.items() if value}),
        "sends": scope.sends,
        "asks": bool(scope.receives or scope.counties),
        "keys": may(scope.account, Act.KEY_IN_SHEET, on=today),
    }
    return render(request, "courses/discs/board.html", context)


@login_required
@require_safe
def sums(request: HttpRequest) -> HttpResponse:
    """The checksums of every made disc of the reader's scope, as `sha256sum -c` reads them."""
    scope = scope_or_403(request)
    made = board.discs_seen_by(scope).exclude(iso_sha256="").order_by("number")
    words = "".join(f"{disc.iso_sha256}  {disc.serial}.iso\n" for disc in made)
    answer = HttpResponse(words, content_type="text/plain; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="SHA256SUMS.txt"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@never_cache
@require_safe
def disc(request: HttpRequest, serial: str) -> HttpResponse:
    """One disc: where it is, its way, and what may be noted of it next."""
    scope, found = disc_or_404(request, serial)
    return _disc_page(request, scope, found)


def _disc_page(request: HttpRequest, scope: DiscScope, found: Disc, **forms: Form) -> HttpResponse:
    today = timezone.localdate()
    context: dict[str, Any] = {
        "shown": board.disc_page(found, scope, on=today),
        "receive_form": StepForm(today=today, words=_("Who has it now"), auto_id="id_receive_%s"),
        "back_form": StepForm(today=today, auto_id="id_back_%s"),
        "lost_form": StepForm(today=today, words=_("How it was lost"), auto_id="id_lost_%s"),
        "form": next(iter(forms.values()), None),
    } | forms
    return render(request, "courses/discs/disc.html", context, status=422 if forms else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def dispatch(request: HttpRequest) -> HttpResponse:
    """登记寄出: one parcel with one or several discs."""
    scope, now = scope_or_403(request, Act.SEND_DISCS), timezone.now()
    if not scope.sends:
        raise PermissionDenied(Act.SEND_DISCS.value)
    today = timezone.localdate(now)
    form = DispatchForm(
        request.POST if request.method == "POST" else None,
        associations=sent_to(scope, on=today),
        today=today,
        initial=_of_discs(scope, request.GET.get("serials", "")),
    )
    sent: list[Disc] = []
    if request.method == "POST" and tried(form, lambda: sent.extend(_send(scope, form))):
        words = ngettext(
            "Recorded: %(count)d disc is on its way.",
            "Recorded: %(count)d discs are on their way.",
            len(sent),
        )
        messages.success(request, words % {"count": len(sent)})
        return redirect(reverse("discs:labels") + "?" + urlencode([("serial", each.serial) for each in sent]))
    return render(request, "courses/discs/dispatch.html", {"form": form}, status=422 if form.errors else 200)


def _send(scope: DiscScope, form: DispatchForm) -> list[Disc]:
    """Record the dispatch that a form asks for. Raises UnableToMove, also for a number that is nobody's of the scope."""
    serials = form.cleaned_data["serials"]
    known = {each.serial: each for each in board.discs_seen_by(scope).filter(serial__in=serials)}
    for serial in serials:
        if serial not in known:
            raise moving.UnableToMove(
                _("There is no disc %(serial)s of yours. Compare the number with the disc.")
                % {"serial": serial}
            )
    return moving.dispatch(
        discs=[known[serial] for serial in serials],
        to=form.recipient_of(),
        parcel=form.parcel(),
        on=form.cleaned_data["sent_date"],
        by=scope.account,
        at=timezone.now(),
    )


def _of_discs(scope: DiscScope, serials: str) -> dict[str, Any]:
    """Fill the form of a parcel with what is known of the first disc in it."""
    first = queries.disc_by_serial(serials.split()[0]) if serials.split() else None
    if first is None or not scope.sees(first):
        return {"serials": ""}
    return {"serials": serials[:400], **_as_said(first)}


def _as_said(disc: Disc) -> dict[str, Any]:
    return {
        "beneficiary": str(disc.beneficiary_id),
        "county": disc.region.name_zh if disc.region else "",
        "recipient": disc.recipient,
        "address": disc.address,
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def register(request: HttpRequest, serial: str) -> HttpResponse:
    """改登记: a disc that was not sent yet goes to another county."""
    scope, found = disc_or_404(request, serial)
    if not scope.may_send(found):
        raise PermissionDenied(Act.SEND_DISCS.value)
    form = RegisterForm(
        request.POST if request.method == "POST" else None,
        associations=sent_to(scope, on=timezone.localdate()),
        initial=_as_said(found),
    )
    if request.method == "POST" and tried(
        form,
        lambda: moving.register(disc=found, to=form.recipient_of(), by=scope.account, at=timezone.now()),
    ):
        messages.success(request, _("Recorded."))
        return redirect("discs:disc", serial)
    context = {"form": form, "disc": found}
    return render(request, "courses/discs/register.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def step(request: HttpRequest, serial: str, kind: str) -> HttpResponse:
    """Note that a disc arrived, is back, or is lost."""
    scope, found = disc_or_404(request, serial)
    now = timezone.now()
    today = timezone.localdate(now)
    allowed = {
        "receive": scope.may_receive(found),
        "back": scope.may_send(found),
        "lost": scope.may_send(found) or scope.may_receive(found),
    }
    if kind not in allowed:
        raise Http404
    if not allowed[kind]:
        raise PermissionDenied(Act.RECEIVE_DISCS.value)
    form = StepForm(request.POST, today=today, auto_id=f"id_{kind}_%s")
    acts: dict[str, Callable[[], object]] = {
        "receive": lambda: moving.receive(
            disc=found,
            holder=form.cleaned_data["words"],
            on=form.cleaned_data["day"],
            by=scope.account,
            at=now,
        ),
        "back": lambda: moving.take_back(
            disc=found, note=form.cleaned_data["words"], on=form.cleaned_data["day"], by=scope.account, at=now
        ),
        "lost": lambda: moving.report_lost(
            disc=found, note=form.cleaned_data["words"], on=form.cleaned_data["day"], by=scope.account, at=now
        ),
    }
    if not tried(form, acts[kind]):
        return _disc_page(request, scope, found, **{f"{kind}_form": form})
    messages.success(request, _("Recorded."))
    return redirect("discs:disc", serial)


@login_required
@require_POST
def again(request: HttpRequest, serial: str) -> HttpResponse:
    """Have the image of a disc made once more."""
    scope, found = disc_or_404(request, serial)
    try:
        images.again(disc=found, by=scope.account, at=timezone.now())
    except images.UnableToMake as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The image is being made again."))
    return redirect("discs:disc", serial)


@login_required
@require_POST
def call_off(request: HttpRequest, serial: str) -> HttpResponse:
    """Have a disc made no longer."""
    scope, found = disc_or_404(request, serial)
    try:
        images.call_off(disc=found, by=scope.account, at=timezone.now())
    except images.UnableToMake as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Called off: the image is not made. You can have it made again."))
    return redirect("discs:disc", serial)


@login_required
@never_cache
@require_safe
def image(request: HttpRequest, serial: str) -> HttpResponse:
    """Take the image of a disc away, to be burnt: by an address that was signed for this reader."""
    scope, found = disc_or_404(request, serial)
    if not scope.may_send(found):
        raise PermissionDenied(Act.SEND_DISCS.value)
    if found.image is None:
        raise Http404
    at = timezone.now()
    try:
        link = media.disc_image_link(found.image, viewer_id=scope.account.pk, at=at)
    except (media.DiscImageUnknown, media.DiscImageGone):
        messages.error(
            request, _("The image is not there (any more). Have it made again; that takes a few minutes.")
        )
        return redirect("discs:disc", serial)
    answer = redirect(link)
    media.set_viewer_cookie(answer, viewer_id=scope.account.pk, at=at)
    return answer
