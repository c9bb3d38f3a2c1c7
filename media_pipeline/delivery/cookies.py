"""The viewer's cookie: a link that was copied to somebody else plays nothing there, and no segment needs the database."""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from media_pipeline.delivery.expiry import expires_at

VIEWER_COOKIE = "qc_viewer"
_VIEWER_SALT = "media_pipeline.delivery.viewer"


def viewer_mark(viewer_id: int) -> str:
    """Return what the cookie of a viewer holds: who it is, signed. It opens nothing by itself.

    It is the same every time, so that opening a second lecture leaves the links of the first one alone, and so that
    nginx can check it as part of a link's own signature. Until when, the link says.
    """
    return signing.Signer(salt=_VIEWER_SALT).sign(str(viewer_id))


def set_viewer_cookie(response: HttpResponseBase, viewer_id: int, at: datetime) -> None:
    """Tell this browser's media requests whose they are, for as long as a link of `at` holds.

    The answer that hands out `playback_links` has to carry it.
    """
    response.set_cookie(
        VIEWER_COOKIE,
        viewer_mark(viewer_id),
        max_age=expires_at(at) - int(at.timestamp()),
        path=reverse("delivery:file", args=["-", "-"]).removesuffix("-/-"),
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


def viewer_of(request: HttpRequest) -> int | None:
    """Return the viewer that a media request's cookie names, or None without a cookie of ours."""
    try:
        return int(signing.Signer(salt=_VIEWER_SALT).unsign(request.COOKIES.get(VIEWER_COOKIE, "")))
    except (signing.BadSignature, ValueError):
        return None
