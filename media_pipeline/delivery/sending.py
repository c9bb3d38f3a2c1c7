"""Sending a stored file: by nginx, by the object storage, or by ourselves with byte ranges."""

import os
from pathlib import Path
from urllib.parse import quote

from django.conf import settings
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    StreamingHttpResponse,
)

from media_pipeline.delivery.ranges import ByteRange, RangeNotSatisfiable, blocks, parse_range
from media_pipeline.delivery.stored import StoredFile
from media_pipeline.recordings import files


def send(request: HttpRequest, stored: StoredFile) -> HttpResponseBase:
    """Answer with a stored file, or the part of it that is asked for. Raises FileNotFoundError."""
    there = files.storage()
    path = files.local_path(there, stored.name)
    if path is None:
        # Object storage serves ranges better than we do. Its own link is signed and short-lived, but names no viewer.
        seconds = settings.MEDIA_STORAGE_LINK_SECONDS
        place = there.url(stored.name, expire=seconds, http_method=request.method)  # type: ignore[call-arg]
        redirect = HttpResponseRedirect(place)
        redirect["Cache-Control"] = "no-store"
        return redirect
    if settings.MEDIA_ACCEL_PREFIX:
        if not path.is_file():
            raise FileNotFoundError(stored.name)
        response: HttpResponseBase = HttpResponse(content_type=stored.content_type)
        response["X-Accel-Redirect"] = settings.MEDIA_ACCEL_PREFIX + quote(stored.name)
        response["ETag"] = stored.etag
        return response
    return _send_ourselves(request, stored, path)


def _send_ourselves(request: HttpRequest, stored: StoredFile, path: Path) -> HttpResponseBase:
    source = path.open("rb")
    size = os.fstat(source.fileno()).st_size
    wanted = request.headers.get("Range")
    if request.headers.get("If-Range", stored.etag) != stored.etag:
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
    response["Content-Type"] = stored.content_type
    response["Content-Length"] = str(sent.length)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = stored.etag
    # Named, so that the gzip middleware keeps its hands off: a compressed range is no range.
    response["Content-Encoding"] = "identity"
    if chosen:
        response["Content-Range"] = f"bytes {chosen.first}-{chosen.last}/{size}"
    return response
