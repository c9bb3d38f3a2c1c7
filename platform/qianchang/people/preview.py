"""Seeing the site as a role does, without being anybody: for support, instead of signing in as somebody else.

An administrator chooses a role, an association and a county; from then on pages are shown to a stand-in who exists
nowhere and holds that one role. Nothing can act: only reading is let through, and the database itself is read-only
meanwhile. The wall around people (walls.py) goes on asking in the administrator's own name, who may see every roster.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from psycopg.errors import ReadOnlySqlTransaction

from qianchang.groundwork import audit
from qianchang.people.models import Account, Association, Region, RoleGrant
from qianchang.people.permissions import Act, may, require

Respond = Callable[[HttpRequest], HttpResponseBase]

SESSION_KEY = "preview"
# Says that there may be a preview, so that nobody else's requests read their session for it.
COOKIE = "qianchang_preview"
ENDS_AT = "/manage/preview/end/"
READING = frozenset({"GET", "HEAD", "OPTIONS"})
# What may be looked at: an administrator is one already.
ROLES = tuple(role for role in RoleGrant.Role if role != RoleGrant.Role.ADMINISTRATOR)


class UnableToPreview(Exception):
    """There is nothing to look at like that. The message is a sentence for the person."""


@dataclass(frozen=True)
class Preview:
    """Which role is looked at, for which association and county, by their codes; empty for none."""

    role: str
    association: str = ""
    county: str = ""


@transaction.atomic
def begin(
    *, role: str, association: Association | None, county: Region | None, by: Account, at: datetime
) -> Preview:
    """Return what is looked at from now on, and record it. Raises UnableToPreview or PermissionDenied."""
    require(by, Act.PREVIEW_ROLE, on=localdate(at))
    if role not in ROLES:
        raise UnableToPreview(_("Choose one of the roles."))
    if association is None and role in RoleGrant.ROLES_OF_AN_ASSOCIATION:
        raise UnableToPreview(_("This role belongs to an association. Say which one."))
    if (role == RoleGrant.Role.COUNTY_CONTACT) != (county is not None):
        raise UnableToPreview(
            _("A county contact has a county, the other roles have none. Say which county.")
        )
    begun = Preview(role, association.code if association else "", county.code if county else "")
    _record("began preview", begun, by=by, at=at)
    return begun


def end(preview: Preview, *, by: Account, at: datetime) -> None:
    """Record that a preview is over."""
    _record("ended preview", preview, by=by, at=at)


def of(request: HttpRequest) -> Preview | None:
    """Return what this browser looks at, if it does."""
    kept = request.session.get(SESSION_KEY) if COOKIE in request.COOKIES else None
    return Preview(**kept) if kept else None


def keep(request: HttpRequest, preview: Preview | None) -> None:
    """Keep in the session what is looked at, or nothing any more."""
    if preview is None:
        request.session.pop(SESSION_KEY, None)
    else:
        request.session[SESSION_KEY] = asdict(preview)


def stand_in(preview: Preview) -> Account:
    """Return somebody who exists nowhere and holds the role. Two queries at most."""
    association = Association.objects.filter(code=preview.association).first()
    county = Region.objects.filter(code=preview.county).first()
    nobody = Account(pk=0, username="preview", display_name=_("preview"))
    nobody.dated_grants = [
        RoleGrant(
            account=nobody,
            role=preview.role,
            association=association,
            region=county,
            valid_from=timezone.localdate(),
        )
    ]
    relation: Any = Account._meta.get_field("lawyer")
    relation.set_cached_value(nobody, None)
    return nobody


class PreviewMiddleware:
    """Shows pages to the stand-in while an administrator looks at a role. It stands behind that of authentication."""

    def __init__(self, respond: Respond) -> None:
        self._respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer as usual, or as to the stand-in and without letting anything happen."""
        preview = of(request)
        if preview is None or request.path_info == ENDS_AT:
            return self._respond(request)
        account = request.user
        if not may(account, Act.PREVIEW_ROLE, on=timezone.localdate()):
            return self._respond(request)
        request.previewed_by = account  # type: ignore[attr-defined]
        request.user = stand_in(preview)
        if request.method not in READING:
            return _refusal(request)
        with _only_reading():
            response = self._respond(request)
        # Said here, because the database answers nothing more in a transaction that failed.
        return _refusal(request) if hasattr(request, "wrote_in_preview") else response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Note that a page would have written something."""
        if not hasattr(request, "previewed_by") or not _would_write(error):
            return None
        request.wrote_in_preview = True  # type: ignore[attr-defined]
        return HttpResponse(status=403)


@contextmanager
def _only_reading() -> Iterator[None]:
    """Let the database refuse every write."""
    if connection.vendor == "postgresql":
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION READ ONLY")
            yield
            # There is nothing to keep, and a transaction that failed cannot be kept.
            transaction.set_rollback(True)
        return
    connection.ensure_connection()
    connection.connection.execute("PRAGMA query_only = ON")
    try:
        yield
    finally:
        # Not through Django, which asks nothing more of a transaction that failed.
        if connection.connection is not None:
            connection.connection.execute("PRAGMA query_only = OFF")


def _would_write(error: Exception) -> bool:
    # As PostgreSQL and as SQLite say it.
    said_by_sqlite = isinstance(error, DatabaseError) and "readonly database" in str(error)
    return said_by_sqlite or isinstance(error.__cause__, ReadOnlySqlTransaction)


def _refusal(request: HttpRequest) -> HttpResponse:
    words = _("This is a preview: nothing is sent and nothing changes. End the preview to go on working.")
    if request.path_info.startswith("/api/"):
        return JsonResponse({"detail": words}, status=403, json_dumps_params={"ensure_ascii": False})
    return render(request, "people/manage/preview_refusal.html", {"words": words}, status=403)


def _record(verb: str, preview: Preview, *, by: Account, at: datetime) -> None:
    audit.record(
        verb,
        object_type="preview",
        object_key=preview.role,
        by=by,
        at=at,
        association=preview.association or None,
        county=preview.county or None,
    )
