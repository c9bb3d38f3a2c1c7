"""What the body of a request may be, before anything reads it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _

Respond = Callable[[HttpRequest], HttpResponseBase]

# What Django parses as a form, and writes to the disk while it does.
_FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")


def refuse_large_forms(respond: Respond) -> Respond:
    """Middleware: answer 413 to a form over `FORM_MAX_BYTES`, and 415 to any form under `BYTES_ONLY_PREFIXES`.

    Checking the CSRF token parses a form, which writes its files to the disk, before anybody knows who sends it: without
    this, a visitor without an account fills the disk. It stands before everything that may read a body.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.content_type not in _FORMS:
            return respond(request)
        if request.path_info.startswith(tuple(settings.BYTES_ONLY_PREFIXES)):
            return _refusal(
                415, _("Recordings are not sent as a form. Reload the page and send the file there.")
            )
        if _length_of(request) > settings.FORM_MAX_BYTES:
            return _refusal(413, _("What you send is too large for a form. Choose smaller files."))
        return respond(request)

    return middleware


def _length_of(request: HttpRequest) -> int:
    """Return the length that the request announces (bytes). Django reads no more than that, and nothing without it."""
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:
        return 0


def _refusal(status: int, words: str) -> HttpResponse:
    return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
