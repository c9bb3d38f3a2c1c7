"""One's own data: what there is, a file of it, consents, and erasure. And the page that tells everybody about it."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from qianchang.groundwork import personal_data, retention
from qianchang.people import reauthentication
from qianchang.people.models import Account, ConsentText, ErasureRequest
from qianchang.people.privacy import consents, erasure, own_data
from qianchang.people.privacy.forms import EraseMeForm

# In this order people are told what is kept: who they are, what they earned, what they watched; the rest follows.
ROOMS = (
    "people",
    "account",
    "credits",
    "certificates",
    "attendance",
    "enrolment",
    "catalogue",
    "recordings",
    "uploads",
)


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What the platform holds, why, for how long, and whom to ask. Open to everybody."""
    context = {
        "kinds": _purposes(),
        "periods": retention.periods(),
        "days": settings.ERASURE_DAYS,
        "hours": settings.DATA_EXPORT_HOURS,
        "contact": settings.PRIVACY_CONTACT,
        "texts": consents.texts_in_force(on=localdate()),
    }
    return render(request, "people/privacy/privacy.html", context)


@never_cache
@login_required
@require_safe
def my_data(request: HttpRequest) -> HttpResponse:
    """What there is about oneself, the files that were asked for, and the way out."""
    account, at = _account(request), timezone.now()
    context = {
        "exports": own_data.exports_of(account),
        "now": at,
        "hours": settings.DATA_EXPORT_HOURS,
        "wish": _open_wish(account),
        "asked": consents.asked_of(account, at=at),
    }
    return render(request, "people/privacy/my_data.html", context)


@login_required
@require_POST
@reauthentication.required
def ask_for_export(request: HttpRequest) -> HttpResponse:
    """Begin a file with everything about oneself."""
    export = own_data.request_export(account=_account(request), at=timezone.now())
    if export.state == export.State.READY:
        messages.success(request, _("Your file is ready."))
    else:
        messages.info(request, _("Your file is being made. It appears here in a few minutes."))
    return redirect("privacy:my_data")


@never_cache
@login_required
@require_safe
@reauthentication.required(reading=True)
def fetch_export(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Give the file to its owner, and to nobody else."""
    try:
        path = own_data.open_file(account=_account(request), public_id=public_id, at=timezone.now())
    except own_data.ExportUnknown as error:
        raise Http404 from error
    answer = FileResponse(path.open("rb"), as_attachment=True, filename=f"qianchang-{localdate()}.zip")
    answer["Cache-Control"] = "private, no-store"
    return answer


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@reauthentication.required
def erase_me(request: HttpRequest) -> HttpResponse:
    """Ask to be erased, or take it back; or say no to what an officer proposed."""
    account, at = _account(request), timezone.now()
    wish = _open_wish(account)
    form = EraseMeForm(request.POST if request.method == "POST" and wish is None else None)
    if request.method == "POST":
        try:
            if wish is not None:
                stay = erasure.withdraw if wish.own_wish else erasure.refuse
                stay(request=wish, by=account, at=at)
                messages.success(request, _("You stay. Nothing was erased."))
                return redirect("privacy:my_data")
            if form.is_valid():
                erasure.ask_for_own(account=account, at=at)
                messages.success(request, _("You have asked to be erased."))
                return redirect("privacy:erase_me")
        except erasure.UnableToErase as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "wish": wish, "days": settings.ERASURE_DAYS, "fates": _fates()}
    return render(request, "people/privacy/erase_me.html", context)


@never_cache
@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def consent(request: HttpRequest) -> HttpResponse:
    """The texts in force, with a button under each."""
    account, at = _account(request), timezone.now()
    if request.method == "POST":
        in_force = [text.pk for text in consents.texts_in_force(on=localdate(at))]
        text = get_object_or_404(ConsentText, pk__in=in_force, pk=_number(request.POST.get("text", "")))
        try:
            if request.POST.get("do") == "withdraw":
                consents.withdraw(account=account, text=text, at=at)
                messages.success(request, _("Taken back."))
            else:
                consents.give(account=account, text=text, at=at)
                messages.success(request, _("Thank you. Your answer is kept."))
        except consents.UnableToWithdraw as refusal:
            messages.error(request, str(refusal))
        return redirect("privacy:consent")
    return render(request, "people/privacy/consent.html", {"asked": consents.asked_of(account, at=at)})


def remind_of_consent(request: HttpRequest, user: Account, **_signal: object) -> None:
    """Say at sign-in that a text waits for an answer. Nothing is blocked by it."""
    if isinstance(user, Account) and consents.is_due(user, at=timezone.now()):
        messages.info(
            request,
            _("Please read how your data are used, and agree: Settings, My data."),
            fail_silently=True,
        )


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise PermissionDenied
    return request.user


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 15 else 0


def _open_wish(account: Account) -> ErasureRequest | None:
    """Return the erasure of an account that waits, at the own wish or proposed by an officer."""
    return ErasureRequest.objects.filter(account=account, state=ErasureRequest.State.WAITING).first()


def _purposes() -> list[str]:
    """Return what is kept about people, in words, each once."""
    return list(dict.fromkeys(str(each.purpose) for each in _given()))


def _fates() -> dict[str, list[str]]:
    """Return what becomes of each kind of thing when a person is erased."""
    found: dict[str, list[str]] = {}
    for each in _given():
        words = found.setdefault(each.fate.name.lower(), [])
        if str(each.purpose) not in words:
            words.append(str(each.purpose))
    return found


def _given() -> list[personal_data.Holding]:
    """Return the tables that a person's own file shows, what everybody has first."""
    found = [each for each in personal_data.holdings() if each.given]
    return sorted(found, key=lambda each: (_place_of(each.model), each.model))


def _place_of(model: str) -> int:
    room = model.split(".")[0]
    return ROOMS.index(room) if room in ROOMS else len(ROOMS)
