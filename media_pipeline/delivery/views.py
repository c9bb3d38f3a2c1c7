"""Serving media: one check of a signature and a cookie, then bytes. No segment asks the database anything."""

import os
from datetime import datetime

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
    StreamingHttpResponse,
)
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from media_pipeline.delivery import cookies, links, queries
from media_pipeline.delivery.ranges import ByteRange, RangeNotSatisfiable, blocks, parse_range
from media_pipeline.recordings import files

PLAYLIST_TYPE = "application/vnd.apple.mpegurl"
STORAGE_LINK_SECONDS = 3600


@require_safe
def file(request: HttpRequest, token: str, name: str) -> HttpResponseBase:
    """One rendition, its playlist, or the master playlist, for the viewer that the token was made for."""
    at = timezone.now()
    try:
        link = links.read(token, at=at)
    except links.LinkRefused:
        return _forbidden()
    if cookies.viewer_of(request, at=at) != link.viewer_id:
        return _forbidden()
    mode, _dot, kind = name.rpartition(".")
    if kind == "m3u8":
        text = queries.playlist(link, mode)
        return _playlist(text, link, at) if text else _missing()
    if kind != "mp4" or mode not in link.fences:
        return _missing()
    return _rendition(request, link, mode, at)


def _rendition(request: HttpRequest, link: links.Link, mode: str, at: datetime) -> HttpResponseBase:
    name = files.rendition_name(link.public_id, link.fences[mode], mode)
    there = files.storage()
    path = files.local_path(there, name)
    if path is None:
        # Object storage serves ranges better than we do; its own link is short-lived and signed as well.
        redirect = HttpResponseRedirect(there.url(name, expire=STORAGE_LINK_SECONDS))  # type: ignore[call-arg]
        redirect["Cache-Control"] = "no-store"
        return redirect
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return _missing()
    size = os.fstat(source.fileno()).st_size
    etag = f'"{link.public_id.hex}-{link.fences[mode]}-{mode}"'
    wanted = request.headers.get("Range")
    if request.headers.get("If-Range", etag) != etag:
        wanted = None
    try:
        chosen = parse_range(wanted, size)
    except RangeNotSatisfiable:
        source.close()
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{size}"
        return response
    sent = chosen or ByteRange(0, size - 1)
    if request.method == "HEAD":
        source.close()
        response = HttpResponse(status=206 if chosen else 200)
    else:
        response = StreamingHttpResponse(blocks(source, sent), status=206 if chosen else 200)
    response["Content-Type"] = "audio/mp4" if mode == "audio" else "video/mp4"
    response["Content-Length"] = str(sent.length)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = etag
    # Named, so that the gzip middleware keeps its hands off: a compressed range is no range.
    response["Content-Encoding"] = "identity"
    if chosen:
        response["Content-Range"] = f"bytes {chosen.first}-{chosen.last}/{size}"
    return _cached(response, link, at)


def _playlist(text: str, link: links.Link, at: datetime) -> HttpResponseBase:
    return _cached(HttpResponse(text, content_type=PLAYLIST_TYPE), link, at)


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
