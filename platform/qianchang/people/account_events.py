"""What happens when somebody signs in, or changes how they do: the end of the session, and an entry in the audit log."""

from typing import Any

from allauth.account import signals as account_signals
from allauth.mfa import signals as factor_signals
from allauth.mfa.models import Authenticator
from allauth.socialaccount import signals as outside_signals
from allauth.socialaccount.models import SocialAccount
from django.contrib.auth.signals import user_logged_in
from django.db.models.signals import post_save, pre_save
from django.http import HttpRequest
from django.utils import timezone

from qianchang.groundwork import audit
from qianchang.people import activation, outside_identity, sessions
from qianchang.people.models import Account, RoleGrant


def listen() -> None:
    """Connect all of it, once, when the apps are ready."""
    user_logged_in.connect(_begin_session, dispatch_uid="people: session begins")
    factor_signals.authenticator_added.connect(_factor_added, dispatch_uid="people: factor added")
    factor_signals.authenticator_removed.connect(_factor_removed, dispatch_uid="people: factor removed")
    factor_signals.authenticator_reset.connect(_codes_renewed, dispatch_uid="people: codes renewed")
    outside_signals.social_account_added.connect(_identity_added, dispatch_uid="people: identity added")
    outside_signals.social_account_removed.connect(_identity_removed, dispatch_uid="people: identity removed")
    for signal in (
        account_signals.password_changed,
        account_signals.password_set,
        account_signals.password_reset,
    ):
        signal.connect(_password_changed, dispatch_uid="people: password changed")
    post_save.connect(_role_granted, sender=RoleGrant, dispatch_uid="people: role granted")
    pre_save.connect(outside_identity.forget_claims, sender=SocialAccount, dispatch_uid="people: claims")


def _begin_session(sender: object, request: HttpRequest, user: Account, **_later: Any) -> None:
    sessions.begin(request, user, at=timezone.now())


def _role_granted(sender: object, instance: RoleGrant, created: bool, **_later: Any) -> None:
    if created and instance.role != RoleGrant.Role.EXPERT:
        activation.take_back_codes(instance.account)


def _factor_added(sender: object, user: Account, authenticator: Authenticator, **_later: Any) -> None:
    _record("second factor added", user, kind=str(authenticator.type))


def _factor_removed(sender: object, user: Account, authenticator: Authenticator, **_later: Any) -> None:
    _record("second factor removed", user, kind=str(authenticator.type))


def _codes_renewed(sender: object, user: Account, authenticator: Authenticator, **_later: Any) -> None:
    _record("recovery codes renewed", user, kind=str(authenticator.type))


def _identity_added(sender: object, sociallogin: Any, **_later: Any) -> None:
    _record("outside identity connected", sociallogin.user)


def _identity_removed(sender: object, socialaccount: SocialAccount, **_later: Any) -> None:
    _record("outside identity removed", socialaccount.user)


def _password_changed(sender: object, user: Account, **_later: Any) -> None:
    _record("password changed", user)


def _record(verb: str, account: Account, **details: str) -> None:
    audit.record(
        verb, object_type="account", object_key=str(account.pk), by=account, at=timezone.now(), **details
    )
