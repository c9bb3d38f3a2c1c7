"""The way to an account: a code by SMS or e-mail, or a printed slip. No answer here depends on the roster."""

from allauth.account.internal.flows.login import record_authentication
from allauth.account.utils import perform_login
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from qianchang.people import activation, sent_codes
from qianchang.people.activation_forms import CodeRequestForm, SentCodeForm, SlipForm
from qianchang.people.models import Account

# The request that the next page's code belongs to, in the session: nobody types a code for another one's request.
_REQUEST = "activation_request"


@sensitive_post_parameters("phone")
@never_cache
@require_http_methods(["GET", "POST"])
def activate(request: HttpRequest) -> HttpResponse:
    """Ask for a code: who knows licence number, name and phone of the roster gets one by SMS or e-mail."""
    form = CodeRequestForm(request.POST or None)
    if request.method == "POST" and _within_limit(request, form) and form.is_valid():
        typed = form.cleaned_data
        if not (
            ratelimit.consume(request, action="code_for_number", key=typed["licence_number"])
            and ratelimit.consume(request, action="code_for_phone", key=typed["phone"])
        ):
            form.add_error(
                None,
                _(
                    "Too many codes were asked for. Wait 15 minutes; if that is not enough, go on tomorrow or "
                    "activate with a slip from your association."
                ),
            )
        else:
            asked = sent_codes.request_code(
                licence_number=typed["licence_number"],
                name=typed["name"],
                phone=typed["phone"],
                at=timezone.now(),
            )
            request.session[_REQUEST] = asked.pk
            return HttpResponseRedirect(reverse("people:activate_code"))
    return render(request, "people/activate.html", {"form": form, "by_sms": bool(settings.SMS_SENDER)})


@sensitive_post_parameters("code", "password", "password_again")
@never_cache
@require_http_methods(["GET", "POST"])
def activate_code(request: HttpRequest) -> HttpResponse:
    """Type the code of the message, and choose a password."""
    asked = request.session.get(_REQUEST)
    if asked is None:
        return HttpResponseRedirect(reverse("people:activate"))
    form = SentCodeForm(request.POST or None)
    if request.method == "POST" and _within_limit(request, form) and form.is_valid():
        try:
            account = sent_codes.activate_with_code(
                request_id=asked,
                code=form.cleaned_data["code"],
                password=form.cleaned_data["password"],
                at=timezone.now(),
            )
        except activation.UnableToActivate as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            request.session.pop(_REQUEST, None)
            return _sign_in(request, account)
    return render(request, "people/activate_code.html", {"form": form, "by_sms": bool(settings.SMS_SENDER)})


@sensitive_post_parameters("code", "password", "password_again")
@never_cache
@require_http_methods(["GET", "POST"])
def activate_slip(request: HttpRequest) -> HttpResponse:
    """The first sign-in with a printed slip, and the way back for one who forgot the password."""
    form = SlipForm(request.POST or None)
    if request.method == "POST" and _within_limit(request, form) and form.is_valid():
        typed = form.cleaned_data
        try:
            account = activation.activate_lawyer(
                licence_number=typed["licence_number"],
                name=typed["name"],
                code=typed["code"],
                password=typed["password"],
                at=timezone.now(),
            )
        except activation.UnableToActivate as refusal:
            form.add_error(refusal.field or None, str(refusal))
        else:
            return _sign_in(request, account)
    return render(request, "people/activate_slip.html", {"form": form})


def _within_limit(request: HttpRequest, form: CodeRequestForm | SentCodeForm | SlipForm) -> bool:
    """Stop a walk through the roster: the operations count tries on one number, this counts those of one address."""
    if ratelimit.consume(request, action="activate"):
        return True
    form.add_error(None, _("Too many tries from this address. Wait a few minutes and try again."))
    return False


def _sign_in(request: HttpRequest, account: Account) -> HttpResponse:
    record_authentication(request, account, method="code")
    signed_in: HttpResponse = perform_login(request, account, redirect_url=settings.LOGIN_REDIRECT_URL)
    if request.user.is_authenticated:
        messages.success(request, _("Your account is active. Next time you sign in with this password."))
    else:  # a second factor is still asked for, or the account is closed
        messages.success(request, _("The new password holds from now on."))
    return signed_in
