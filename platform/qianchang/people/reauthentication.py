"""Who does something dangerous shows once more that it is them: password, code or passkey, for fifteen minutes.

For granting roles, unmasking, erasing, exporting, posting a month, revoking:

    @reauthentication.required
    def grant_role(request): ...        # a page that asks at its GET is open; its POST is not

    @reauthentication.required(reading=True)
    def export(request): ...            # the GET itself is the dangerous thing

What was typed into a form is kept and carried out by itself after the password (files are not: ask before them): once,
within fifteen minutes, for the same account, and only by the very page that asked for it. What another tab typed, or
whoever left a form behind at an open session, is not carried out by a password that was typed for something else.
"""

import secrets
import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, overload
from urllib.parse import parse_qs, urlencode, urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from allauth.core.internal.httpkit import (
    add_query_params,
    del_query_params,
    deserialize_request,
    serialize_request,
)
from allauth.core.internal.urlkit import script_aware_resolve
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

# In the address that the page which asks comes back to: names what was typed.
_NAME = "typed"

View = TypeVar("View", bound=Callable[..., Any])
_READING = frozenset({"GET", "HEAD", "OPTIONS"})


def is_fresh(request: HttpRequest) -> bool:
    """Tell whether the person at this session signed in, or typed the password or a code again, in the last fifteen
    minutes (`ACCOUNT_REAUTHENTICATION_TIMEOUT`, seconds).
    """
    records = get_authentication_records(request, request.user)
    latest: float = max((float(record["at"]) for record in records), default=0.0)
    return time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def ask(request: HttpRequest) -> None:
    """Raise allauth's ReauthenticationRequired unless the session is fresh: its middleware then shows the page that asks
    and comes back to this request. For views that only know half-way that it is needed.

    Who has neither a password nor a second factor, only an outside provider, is asked to sign in anew.
    """
    if not request.user.is_authenticated or is_fresh(request):
        return
    if not get_adapter().get_reauthentication_methods(request.user):
        messages.info(request, _("Sign out and sign in again; then this step is open for fifteen minutes."))
        raise ImmediateHttpResponse(HttpResponseRedirect(reverse("account_logout")))
    raise ReauthenticationRequired


@overload
def required(view: View) -> View: ...
@overload
def required(*, reading: bool = False) -> Callable[[View], View]: ...
def required(view: View | None = None, *, reading: bool = False) -> View | Callable[[View], View]:
    """Decorate a view that must not be reached by whoever finds an open session. `reading`: its GET as well. Guests are
    left to the view, which sends them to sign in.
    """

    def decorate(inner: View) -> View:
        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
            if reading or request.method not in _READING:
                ask(request)
            return inner(request, *args, **kwargs)

        return guarded  # type: ignore[return-value]

    return decorate(view) if view is not None else decorate


class ReauthenticationMiddleware:
    """Sends whoever has to show once more that it is them to the page that asks. It stands behind allauth's, which keeps
    one form for whichever page asks next.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self._get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Keep the form that was sent, and nothing that was kept before."""
        if not isinstance(exception, ReauthenticationRequired):
            return None
        request.session.pop(STATE_SESSION_KEY, None)
        ways = get_adapter().get_reauthentication_methods(request.user)
        back = request.get_full_path()
        if ways and request.method == "POST":
            name = secrets.token_urlsafe(16)
            back = add_query_params(back, {_NAME: name})
            _keep(
                request,
                {
                    "name": name,
                    "account": request.user.pk,
                    "at": time.time(),
                    "request": serialize_request(request),
                },
            )
        asks = ways[0]["url"] if ways else reverse("account_login")
        return HttpResponseRedirect(f"{asks}?{urlencode({'next': back})}")


def _keep(request: HttpRequest, typed: dict[str, Any]) -> None:
    request.session[STATE_SESSION_KEY] = {"callback": f"{__name__}.{carry_out.__name__}", "state": typed}


def carry_out(request: HttpRequest, kept: dict[str, Any]) -> HttpResponse:
    """Do what was asked for before the password; allauth's pages call it after it. What does not fit (see above) is not
    done, and the page says so.
    """
    back = get_next_redirect_url(request) or reverse("people:settings")
    young = time.time() - kept["at"] < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    owned = young and kept["account"] == request.user.pk
    named = parse_qs(urlsplit(back).query).get(_NAME) == [kept["name"]]
    if owned and not named:
        _keep(request, kept)  # another page was asked about: this one still may
    if not owned or not named:
        messages.warning(
            request, _("What you typed was not carried out. Look at the page and send it again.")
        )
        return HttpResponseRedirect(del_query_params(back, _NAME))
    sent = deserialize_request(kept["request"], request)
    found = script_aware_resolve(sent.path)
    done: HttpResponse = found.func(sent, *found.args, **found.kwargs)
    return done
