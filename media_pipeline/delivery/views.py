"""Serving media: one check of a signature and a cookie, then bytes. No segment asks the database anything, but once a
minute whether the viewer may still play it: what is not released any more is refused, whatever the link says.
"""

import hashlib
import re
from datetime import datetime

from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from media_pipeline.delivery import access, cookies, links, queries
from media_pipeline.delivery.sending import send
from media_pipeline.delivery.stored import stored_file

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
TEXT_TYPE = "text/vtt; charset=utf-8"
# Captions and chapters are edited: a browser asks again after this long, and hears "not modified" (seconds).
TEXT_SECONDS = 60
_PLAYLIST = re.compile(r"([a-z]+)\.m3u8", re.ASCII)
_CAPTIONS = re.compile(r"captions-([a-z]{2})\.vtt", re.ASCII)


@require_safe
def file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """A rendition, a picture, a playlist, captions or chapters, for the viewer that the token was made for."""
    at = timezone.now()
    try:
        link = links.read(token, at=at)
    except links.LinkRefused:
        return _forbidden()
    if cookies.viewer_of(request) != link.viewer_id:
        return _forbidden()
    if not access.still_lets_play(viewer_id=link.viewer_id, public_id=link.public_id):
        return _forbidden()
    if playlist := _PLAYLIST.fullmatch(name):
        return _playlist(request, link, playlist[1], at)
    if captions := _CAPTIONS.fullmatch(name):
        return _text(request, queries.captions(link, captions[1]))
    if name == links.CHAPTERS:
        return _text(request, queries.chapters(link))
    stored = stored_file(link, name)
    if stored is None:
        return _missing()
    try:
        response = send(request, stored)
    except FileNotFoundError:
        return _missing()
    return response if response.has_header("Cache-Control") else _cached(response, link, at)


@require_safe
def not_here(request: HttpRequest, **_address: object) -> HttpResponse:
    """A link that only nginx can check, past nginx."""
    return _forbidden()


def _playlist(request: HttpRequest, link: links.Link, mode: str, at: datetime) -> HttpResponseBase:
    text = queries.playlist(link, mode)
    if text is None:
        return _missing()
    return _cached(HttpResponse(text, content_type=PLAYLIST_TYPE), link, at)


def _text(request: HttpRequest, text: str | None) -> HttpResponseBase:
    if text is None:
        return _missing()
    response = HttpResponse(text, content_type=TEXT_TYPE)
    response["ETag"] = f'"{hashlib.sha256(text.encode()).hexdigest()[:32]}"'
    response["Cache-Control"] = f"private, max-age={TEXT_SECONDS}"
    return get_conditional_response(request, etag=response["ETag"], response=response) or response


def _cached(response: HttpResponseBase, link: links.Link, at: datetime) -> HttpResponseBase:
    """A browser may keep it as long as the link holds; nobody in between may."""
    response["Cache-Control"] = f"private, max-age={max(0, link.expires - int(at.timestamp()))}, immutable"
    return response


def _forbidden() -> HttpResponse:
    words = _("This media link is not yours or has run out. Reload the lecture's page.")
    return _uncached(JsonResponse({"detail": words}, status=403))


def _missing() -> HttpResponse:
    return _uncached(
        JsonResponse({"detail": _("There is no such file. Reload the lecture's page.")}, status=404)
    )


def _uncached(response: HttpResponse) -> HttpResponse:
    response["Cache-Control"] = "no-store"
    return response
