"""The files of a stick, as one ZIP that can be fetched in parts."""

from typing import cast

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from courses.offline import contents, queries, scope
from courses.offline.models import Bundle, Stick
from media_pipeline.api import ByteRange, RangeNotSatisfiable, parse_range
from qianchang.groundwork import audit, vault
from qianchang.people.models import Account


@login_required
@require_safe
def record(request: HttpRequest, number: str, bundle: int) -> HttpResponse:
    """One record file as it was brought back: what the hours from a stick stand on."""
    stick = queries.stick_of(number)
    if stick is None or not scope.reaches(cast(Account, request.user), stick, on=timezone.localdate()):
        raise Http404
    found = get_object_or_404(Bundle, stick=stick, pk=bundle)
    answer = HttpResponse(vault.read(found.sha256), content_type="application/json")
    answer["Content-Disposition"] = f'attachment; filename="{stick.number}-{found.number}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer


@login_required
@require_safe
def files(request: HttpRequest, number: str) -> HttpResponseBase:
    """Everything that lies on a stick. Written as it is sent: a cut download goes on where it was."""
    account, now = cast(Account, request.user), timezone.now()
    stick = queries.stick_of(number)
    today = timezone.localdate(now)
    if (
        stick is None
        or not scope.reaches(account, stick, on=today)
        or not scope.may_fetch(account, stick, on=today)
    ):
        raise Http404
    if stick.expires_at <= now:
        return redirect("offline:stick", stick.number)
    brought_to = "offline:own_records" if stick.kind == Stick.Kind.PERSON else "offline:bundles"
    try:
        archive = contents.archive_of(
            stick, records_url=request.build_absolute_uri(reverse(brought_to)), by=account
        )
    except FileNotFoundError:
        messages.error(request, _("A file of this stick is being made anew. Try again in an hour."))
        return redirect("offline:stick", stick.number)
    tag = f'"{archive.tag}"'
    wanted = request.headers.get("Range") if request.headers.get("If-Range", tag) == tag else None
    try:
        chosen = parse_range(wanted, archive.size)
    except RangeNotSatisfiable:
        response: HttpResponseBase = HttpResponse(status=416)
        response["Content-Range"] = f"bytes */{archive.size}"
        return response
    sent = chosen or ByteRange(0, archive.size - 1)
    status = 206 if chosen else 200
    if request.method == "HEAD":
        response = HttpResponse(status=status)
    else:
        if sent.first == 0:
            audit.record("stick fetched", object_type="stick", object_key=stick.number, by=account, at=now)
        response = StreamingHttpResponse(archive.read(sent.first, sent.length), status=status)
    response["Content-Type"] = "application/zip"
    response["Content-Length"] = str(sent.length)
    response["Accept-Ranges"] = "bytes"
    response["ETag"] = tag
    # It has names in it: the browser asks again, and nobody in between keeps it.
    response["Cache-Control"] = "private, no-cache"
    # Named, so that the gzip middleware keeps its hands off: a compressed range is no range.
    response["Content-Encoding"] = "identity"
    disposition = content_disposition_header(True, f"{stick.number}.zip")
    response["Content-Disposition"] = disposition or "attachment"
    if chosen:
        response["Content-Range"] = f"bytes {chosen.first}-{chosen.last}/{archive.size}"
    return response
