"""The viewer's cookie: a link that was copied to somebody else plays nothing there, and no segment needs the database."""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase

from media_pipeline.delivery.links import address, expires_at

VIEWER_COOKIE = "qc_viewer"
_VIEWER_SALT = "media_pipeline.delivery.viewer"


def set_viewer_cookie(response: HttpResponseBase, viewer_id: int, at: datetime) -> None:
    """Tell this browser's media requests whose they are, for as long as a link of now holds.

    The answer that hands out `playback_links` has to carry it.
    """
    expires = expires_at(at)
    response.set_cookie(
        VIEWER_COOKIE,
        signing.Signer(salt=_VIEWER_SALT).sign(f"{viewer_id}.{expires}"),
        max_age=settings.MEDIA_LINK_SECONDS,
        path=address("-", "-").removesuffix("-/-"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def viewer_of(request: HttpRequest, *, at: datetime) -> int | None:
    """Return the viewer that a media request's cookie names, or None without a cookie of ours that still holds."""
    try:
        payload = signing.Signer(salt=_VIEWER_SALT).unsign(request.COOKIES.get(VIEWER_COOKIE, ""))
    except signing.BadSignature:
        return None
    viewer_id, _, expires = payload.partition(".")
    return int(viewer_id) if at.timestamp() < int(expires) else None
