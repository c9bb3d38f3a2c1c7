"""Signed addresses of disc images: for one viewer, for a while, with byte ranges. Who may have one is decided above."""

import re
from datetime import datetime

from django.core import signing
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from media_pipeline.delivery import cookies
from media_pipeline.delivery.expiry import expires_at
from media_pipeline.delivery.sending import send
from media_pipeline.delivery.stored import StoredFile

_SALT = "media_pipeline.delivery.image"
CONTENT_TYPE = "application/x-iso9660-image"
_FILE = re.compile(r"discs/[0-9a-f-]{36}/\d{1,12}/disc\.iso", re.ASCII)


def link(stored_name: str, *, save_as: str, viewer_id: int, at: datetime) -> str:
    """Return the address of a stored image for one viewer, who saves it under the name `save_as`."""
    told = {"viewer": viewer_id, "expires": expires_at(at), "file": stored_name, "save_as": save_as}
    return reverse("delivery:image", args=[signing.dumps(told, salt=_SALT, compress=False)])


@require_safe
def image(request: HttpRequest, token: str) -> HttpResponseBase:
    """A disc image, or the part of it that is asked for, for the viewer that the address was made for."""
    try:
        told = signing.loads(token, salt=_SALT)
    except signing.BadSignature:
        return _refused(403)
    if timezone.now().timestamp() >= told["expires"] or cookies.viewer_of(request) != told["viewer"]:
        return _refused(403)
    if _FILE.fullmatch(told["file"]) is None:
        return _refused(404)
    try:
        response = send(request, StoredFile(told["file"], CONTENT_TYPE))
    except FileNotFoundError:
        return _refused(404)
    if not response.has_header("Location"):
        response["Cache-Control"] = "private, no-store"
        header = content_disposition_header(as_attachment=True, filename=told["save_as"])
        response["Content-Disposition"] = header or "attachment"
    return response


def _refused(status: int) -> JsonResponse:
    words = (
        _("This link is not yours or has run out. Open the page of the discs again.")
        if status == 403
        else _("This disc image is kept no longer. Have it made again on the page of the discs.")
    )
    response = JsonResponse({"detail": words}, status=status)
    response["Cache-Control"] = "no-store"
    return response
