"""What a reader is told whose file is not in the vault (groundwork/vault.py), wherever a page asked for it."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render

from qianchang.groundwork.vault import MissingFile, StoreUnreachable

log = logging.getLogger(__name__)
# After so many seconds a browser or a proxy may ask a storage again that did not answer.
ASK_AGAIN_SECONDS = 60


class SayThatAFileIsMissing:
    """Middleware: a page that says so, 404 where the vault has no such file and 503 where it cannot be asked. Both are
    logged with the digest, which the operator looks for in a backup.
    """

    def __init__(self, respond: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self._respond(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Answer for a view that met one of the two; anything else is none of ours."""
        if isinstance(exception, MissingFile):
            log.error(
                "The vault has no file %s as it was kept: %s asked for it", exception, request.path_info
            )
            return _page(request, str(exception), status=404)
        if isinstance(exception, StoreUnreachable):
            log.error("The store of the vault does not answer for %s: %r", exception, exception.__cause__)
            answer = _page(request, "", status=503)
            answer["Retry-After"] = str(ASK_AGAIN_SECONDS)
            return answer
        return None


def _page(request: HttpRequest, digest: str, *, status: int) -> HttpResponse:
    answer = render(request, "groundwork/missing_file.html", {"digest": digest[:12]}, status=status)
    answer["Cache-Control"] = "private, no-store"
    return answer
