"""The second factor: of whom it is asked, and what they reach until they have one."""

from collections.abc import Callable
from datetime import date, datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import sessions
from qianchang.people.models import Account, Association
from qianchang.people.permissions import Act, R, grants_of, require

# Recovery codes help somebody back in; alone they are no second factor.
KINDS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
_HAS_ONE = "has_second_factor"
# What sets one up, and what nobody must be kept from: signing out, and reading the page.
_OPEN_PREFIXES = (
    "/account/2fa/",
    "/account/reauthenticate/",
    "/account/logout/",
    "/account/login/",
    "/account/password/",
    "/account/settings/",
    "/account/sessions/",
    "/i18n/",
    "/static/",
    "/healthz",
    # What a lawyer has watched is their own, nothing of a desk is in it, and nothing of it may be lost.
    "/api/v1/playbacks/",
    # Signed links, given out by pages that are guarded; asking who is signed in would cost each segment two questions.
    "/media/",
)


def is_required_of(account: Account, *, on: date) -> bool:
    """Tell whether somebody has to sign in with a second factor on a day: officers of an association that asks for it
    from that day or earlier, or lies below one; and administrators where `QIANCHANG_ADMIN_SECOND_FACTOR` says so.
    """
    for grant in grants_of(account, on=on):
        if grant.role == R.ADMINISTRATOR and settings.ADMIN_SECOND_FACTOR:
            return True
        here = grant.association if grant.role != R.EXPERT else None
        while here is not None:
            since = here.second_factor_required_from
            if since is not None and since <= on:
                return True
            here = here.parent
    return False


def has_one(account: Account) -> bool:
    """Tell whether an account has an authenticator app or a passkey. One query."""
    found: bool = Authenticator.objects.filter(user_id=account.pk, type__in=KINDS).exists()
    return found


def may_remove(authenticator: Authenticator, *, on: date) -> bool:
    """Tell whether a factor may go: not the last one of somebody of whom one is asked. Recovery codes always may."""
    if authenticator.type not in KINDS:
        return True
    account = Account.objects.get(pk=authenticator.user_id)
    others = Authenticator.objects.filter(user_id=account.pk, type__in=KINDS).exclude(pk=authenticator.pk)
    return bool(others.exists()) or not is_required_of(account, on=on)


@transaction.atomic
def require_of_officers(
    *, association: Association, from_date: date | None, by: Account, at: datetime
) -> Association:
    """Ask the officers of an association, and of those below it, for a second factor from a day on; None asks nobody any
    more. The same again changes nothing. Raises PermissionDenied for whoever may not manage users.
    """
    require(by, Act.MANAGE_USERS, on=localdate(at), association=association)
    if association.second_factor_required_from == from_date:
        return association
    association.second_factor_required_from = from_date
    association.save(update_fields=["second_factor_required_from"])
    audit.record(
        "second factor required",
        object_type="association",
        object_key=association.code,
        by=by,
        at=at,
        from_date=from_date.isoformat() if from_date else None,
    )
    return association


@transaction.atomic
def reset(*, account: Account, reason: str, by: Account, at: datetime) -> int:
    """Take all second factors and recovery codes of somebody who lost them away, end their sessions, and return how many
    there were. Raises PermissionDenied for whoever may not manage users, and for one's own.
    """
    require(by, Act.MANAGE_USERS, on=localdate(at))
    if by.pk == account.pk:
        raise ResetYourself(_("Another administrator has to do this for you."))
    if not reason.strip():
        raise ReasonMissing(_("Write how you made sure that it is this person."))
    count, _kinds = Authenticator.objects.filter(user_id=account.pk).delete()
    sessions.end_sessions(account=account, by=by, at=at)
    audit.record(
        "second factor reset",
        object_type="account",
        object_key=str(account.pk),
        by=by,
        at=at,
        reason=reason.strip()[:200],
    )
    return int(count)


class UnableToReset(Exception):
    """The second factor stays; the message says why."""


class ResetYourself(UnableToReset):
    """Four eyes: nobody takes the own second factor away by this door."""


class ReasonMissing(UnableToReset):
    """The audit log wants to know why."""


class SecondFactorMiddleware:
    """Lets somebody of whom a second factor is asked, and who has none, reach only the pages that set one up; and sees to it
    that the session of whoever has a desk by now ends as one.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path.startswith(_OPEN_PREFIXES):
            return self._get_response(request)
        if isinstance(request.user, Account) and not hasattr(request, "previewed_by"):
            sessions.shorten(request, request.user, at=timezone.now())
        if not self._is_missing(request):
            return self._get_response(request)
        sentence = _("Your association asks for a second factor. Set one up first; it takes two minutes.")
        if request.path.startswith("/api/"):
            return JsonResponse({"detail": sentence}, status=403)
        messages.warning(request, sentence)
        return HttpResponseRedirect(reverse("mfa_index"))

    @staticmethod
    def _is_missing(request: HttpRequest) -> bool:
        # In a preview it is the administrator who sits there, not the role that is shown. A guest's session is not read.
        account = getattr(request, "previewed_by", None) or request.user
        if not isinstance(account, Account) or hasattr(request, "previewed_by"):
            return False
        if request.session.get(_HAS_ONE):
            return False
        if not is_required_of(account, on=timezone.localdate()):
            return False
        if not has_one(account):
            return True
        request.session[_HAS_ONE] = True
        return False
