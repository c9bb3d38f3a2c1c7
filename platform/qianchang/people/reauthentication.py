"""Who does something dangerous shows once more that it is them: password, code or passkey, for fifteen minutes.

For granting roles, unmasking, erasing, exporting, posting a month, revoking:

    @reauthentication.required
    def grant_role(request): ...        # a page that asks at its GET is open; its POST is not

    @reauthentication.required(reading=True)
    def export(request): ...            # the GET itself is the dangerous thing

What was typed into a form is kept and sent by itself after the password (files are not: ask before them).
"""

import time
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar, overload

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.core.exceptions import ImmediateHttpResponse, ReauthenticationRequired
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

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
