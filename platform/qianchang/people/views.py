"""Settings: how somebody wants the pages."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from qianchang.people import operations, second_factor
from qianchang.people.forms import LanguageForm, SettingsForm
from qianchang.people.models import Account
from qianchang.people.viewer import DATA_SAVER_COOKIE, TEXT_SIZE_COOKIE, Viewer

COOKIE_AGE = 365 * 24 * 3600


@require_http_methods(["GET", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """Text size, data saver and language: on the account, and in cookies for guests."""
    viewer = Viewer(request)
    now = {"text_size": viewer.text_size, "data_saver": "on" if viewer.data_saver else "off"}
    cap = request.user.monthly_cap_mb if isinstance(request.user, Account) else None
    form = SettingsForm(
        request.POST if request.method == "POST" else None, initial={**now, "monthly_cap_mb": cap}
    )
    if request.method == "POST" and form.is_valid():
        chosen = {name: form.cleaned_data[name] or now[name] for name in now}
        if isinstance(request.user, Account):
            operations.change_preferences(
                account=request.user,
                text_size=chosen["text_size"],
                data_saver=chosen["data_saver"] == "on",
                # An empty field is no limit; a switch in the header sends no field at all.
                monthly_cap_mb=form.cleaned_data["monthly_cap_mb"]
                if "monthly_cap_mb" in request.POST
                else cap,
                at=timezone.now(),
            )
        response = HttpResponseRedirect(_next_page(request))
        for cookie, name in ((TEXT_SIZE_COOKIE, "text_size"), (DATA_SAVER_COOKIE, "data_saver")):
            response.set_cookie(
                cookie,
                chosen[name],
                max_age=COOKIE_AGE,
                samesite="Lax",
                secure=request.is_secure(),
                httponly=True,
            )
        if "next" not in request.POST:
            messages.success(request, _("Saved."))
        return response
    language = LanguageForm(initial={"language": get_language()})
    return render(
        request,
        "people/settings.html",
        {"form": form, "language_form": language, **_signing_in(request)},
    )


def _signing_in(request: HttpRequest) -> dict[str, object]:
    """Return what the page says about the second factor, and whether an outside provider is configured."""
    account = request.user
    if not isinstance(account, Account):
        return {}
    return {
        "has_second_factor": second_factor.has_one(account),
        "second_factor_required": second_factor.is_required_of(account, on=timezone.localdate()),
        "outside_provider": bool(settings.OIDC_URL),
    }


def _next_page(request: HttpRequest) -> str:
    """Return the page to go back to: the one named in the form if it is one of ours, else the settings."""
    wanted = request.POST.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    return reverse("people:settings")
