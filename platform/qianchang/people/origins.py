"""Where a request came from, for the audit log."""

from collections.abc import Callable

from allauth.account.adapter import get_adapter
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase

from qianchang.groundwork import audit

Respond = Callable[[HttpRequest], HttpResponseBase]


def note_where_from(respond: Respond) -> Respond:
    """Middleware: what a request records says which address it came from, as the limits by address see it. The law wants
    such records kept for at least six months (engineering.md, section 6).
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        with audit.coming_from(_address_of(request)):
            return respond(request)

    return middleware


def _address_of(request: HttpRequest) -> str:
    try:
        return str(get_adapter(request).get_client_ip(request))[:45]
    except PermissionDenied:
        # A proxy too few: the settings count more of them than the request passed.
        return ""
