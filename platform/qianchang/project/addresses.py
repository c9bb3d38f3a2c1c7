"""What an address may be, before anything looks at it."""

from collections.abc import Callable

from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponseBase

Respond = Callable[[HttpRequest], HttpResponseBase]


def refuse_null_characters(respond: Respond) -> Respond:
    """Middleware: answer 400 to an address with a null character, which PostgreSQL would answer with an error.

    No link of ours has one. Forms refuse it in their fields themselves.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if "\x00" in request.path_info or "%00" in request.META.get("QUERY_STRING", ""):
            raise BadRequest("null character in the address")
        return respond(request)

    return middleware
