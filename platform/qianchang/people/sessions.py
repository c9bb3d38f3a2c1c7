"""How long somebody stays signed in, and how all sessions of an account end at once.

A lawyer's PC may be remembered for 30 days. An officer's desk ends with the browser, and after 12 hours at the latest.
The class here is Django's own session in the database (`SESSION_ENGINE`) that knows of the desk's end.
"""

import time
from datetime import UTC, datetime
from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import AbstractBaseUser
from django.contrib.sessions.backends.db import SessionStore as DatabaseSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import F, Q
from django.http import HttpRequest
from django.utils.timezone import localdate

from qianchang.groundwork import audit
from qianchang.people.models import Account, RoleGrant
from qianchang.people.permissions import grants_of

DESK_SECONDS = 12 * 3600
_DESK_UNTIL = "desk_until"
# Experts teach, and lawyers learn; whoever holds another role has a desk.
_ROLES_WITHOUT_DESK = frozenset({RoleGrant.Role.EXPERT})


class SessionStore(DatabaseSession):
    """A session that ends when its desk does, whatever happens in it."""

    def get_expiry_age(self, **how: Any) -> int:
        """Return in how many seconds the session ends."""
        age: int = super().get_expiry_age(**how)
        until = self.get(_DESK_UNTIL)
        return age if until is None else max(0, min(age, int(until - time.time())))

    def get_expiry_date(self, **how: Any) -> datetime:
        """Return the moment at which the session ends."""
        date: datetime = super().get_expiry_date(**how)
        until = self.get(_DESK_UNTIL)
        return date if until is None else min(date, datetime.fromtimestamp(until, tz=UTC))


def has_desk(account: AbstractBaseUser | None, *, at: datetime) -> bool:
    """Tell whether an account holds a role with a desk at present: such sessions are short."""
    if not isinstance(account, Account):
        return False
    day = localdate(at)
    held = RoleGrant.objects.filter(account_id=account.pk, valid_from__lte=day)
    ends_later = Q(valid_until=None) | Q(valid_until__gt=day)
    return held.filter(ends_later).exclude(role__in=_ROLES_WITHOUT_DESK).exists()


def begin(request: HttpRequest, account: Account, *, at: datetime) -> None:
    """Give a session that has just begun its end: the desk's for officers, else what was chosen on the sign-in page, else
    that of the browser.
    """
    if has_desk(account, at=at):
        _begin_desk(request)
    elif "_session_expiry" not in request.session:
        request.session.set_expiry(0)


def shorten(request: HttpRequest, account: Account, *, at: datetime) -> None:
    """Give a session the end of a desk when a role came after it began, on a PC that was remembered perhaps. Asks for the
    roles at most, which every page of a desk does anyway.
    """
    if _DESK_UNTIL in request.session:
        return
    if any(grant.role not in _ROLES_WITHOUT_DESK for grant in grants_of(account, on=localdate(at))):
        _begin_desk(request)


def _begin_desk(request: HttpRequest) -> None:
    request.session[_DESK_UNTIL] = int(time.time()) + DESK_SECONDS
    request.session.set_expiry(0)


@transaction.atomic
def end_sessions(
    *, account: Account, by: Account | None, at: datetime, but: HttpRequest | None = None
) -> None:
    """End every session of an account, wherever it is open, at once; that of the request `but` goes on. One entry in the
    audit log.
    """
    Account.objects.filter(pk=account.pk).update(session_generation=F("session_generation") + 1)
    account.refresh_from_db(fields=["session_generation"])
    rows = UserSession.objects.filter(user_id=account.pk)
    Session.objects.filter(session_key__in=[row.session_key for row in rows]).delete()
    rows.delete()
    if but is not None:
        update_session_auth_hash(but, account)
        UserSession.objects.create_from_request(but)
    audit.record("sessions ended", object_type="account", object_key=str(account.pk), by=by, at=at)
