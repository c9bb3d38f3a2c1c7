"""Accounts and their roles, as administrators look after them: who there is, opening, closing, granting, ending.

Whoever opens accounts must not be two people: nobody grants a role to themselves, makes one of their own last longer or
closes the own account, and an administrator is no officer. The last administrator stays.
"""

from dataclasses import dataclass
from datetime import date, datetime

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction
from django.db.models import Prefetch, Q, QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from qianchang.groundwork import audit
from qianchang.people import officers, operations, sessions
from qianchang.people.models import Account, Association, Region, RoleGrant
from qianchang.people.notices.posting import post
from qianchang.people.permissions import Act, require
from qianchang.people.unmasking import plain_reason

# What the list can be cut to beside a role.
CLOSED, NEVER_SIGNED_IN = "closed", "never"


class UnableToChangeAccount(Exception):
    """The account stays as it is. The message is a sentence for the person."""


@dataclass(frozen=True)
class Person:
    """One account as the page of it shows it."""

    account: Account
    grants: list[RoleGrant]
    factors: int
    is_self: bool


def listed(*, words: str = "", which: str = "") -> QuerySet[Account]:
    """Return accounts with their grants, by name: those whose name, user name or e-mail address has the words in it, cut
    to a role, to closed ones or to those who never signed in.
    """
    found = Account.objects.order_by("display_name", "username", "pk")
    if words:
        found = found.filter(
            Q(display_name__icontains=words) | Q(username__istartswith=words) | Q(email__icontains=words)
        )
    if which in RoleGrant.Role.values:
        found = found.filter(role_grants__role=which).distinct()
    elif which == CLOSED:
        found = found.filter(is_active=False)
    elif which == NEVER_SIGNED_IN:
        found = found.filter(last_login=None)
    grants = RoleGrant.objects.select_related("association", "region").order_by("role", "pk")
    return found.prefetch_related(Prefetch("role_grants", queryset=grants))


def person(pk: int, *, viewer: Account) -> Person | None:
    """Return one account with all its grants, the newest first, and how many second factors it has. Three queries."""
    account = Account.objects.filter(pk=pk).first()
    if account is None:
        return None
    grants = account.role_grants.select_related("association", "region").order_by("-valid_from", "-pk")
    factors = Authenticator.objects.filter(user_id=pk).exclude(type=Authenticator.Type.RECOVERY_CODES)
    return Person(account, list(grants), factors.count(), account.pk == viewer.pk)


@transaction.atomic
def open_account(*, username: str, name: str, email: str, by: Account, at: datetime) -> Account:
    """Open an account for an officer, an editor or an expert, and mail a link with which its owner sets the password.

    Raises UnableToOpenAccount, or PermissionDenied.
    """
    require(by, Act.MANAGE_USERS, on=localdate(at))
    account = operations.open_account(username=username, name=name, email=email, by=by, at=at)
    key = f"{user_pk_to_url_str(account)}-{default_token_generator.make_token(account)}"
    uid, token = key.split("-", 1)
    link = reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token})
    days = settings.PASSWORD_RESET_TIMEOUT // (24 * 3600)
    post(event="account_ready", account=account, at=at, key=str(account.pk), link=link, days=days)
    return account


@transaction.atomic
def grant(
    *,
    account: Account,
    role: str,
    association: Association | None,
    region: Region | None,
    valid_from: date,
    valid_until: date | None,
    by: Account,
    at: datetime,
) -> RoleGrant:
    """Grant a role of an account that is open. Raises UnableToGrantRole, UnableToChangeAccount or PermissionDenied."""
    require(by, Act.MANAGE_USERS, on=localdate(at))
    if not account.is_active:
        raise UnableToChangeAccount(_("This account is closed. Open it again first."))
    return operations.grant_role(
        account=account,
        role=role,
        association=association,
        region=region,
        valid_from=valid_from,
        valid_until=valid_until,
        by=by,
        at=at,
    )


@transaction.atomic
def end_grant(*, grant: RoleGrant, until: date, by: Account, at: datetime) -> RoleGrant:
    """End a role on a day. Raises UnableToGrantRole, UnableToChangeAccount or PermissionDenied."""
    require(by, Act.MANAGE_USERS, on=localdate(at))
    if grant.pk in _hold_administrators_still():
        _refuse_last_administrator(grant.account, on=max(until, localdate(at)))
    return operations.end_role(grant=grant, until=until, by=by, at=at)


@transaction.atomic
def close_account(*, account: Account, reason: str, by: Account, at: datetime) -> Account:
    """Close an account: nobody signs in with it, every session of it ends, and nothing of it is deleted. Closing a closed
    one changes nothing. Raises UnableToChangeAccount, unmasking.ReasonMissing or PermissionDenied.
    """
    require(by, Act.MANAGE_USERS, on=localdate(at))
    said = plain_reason(reason)
    if account.pk == by.pk:
        raise UnableToChangeAccount(_("Nobody closes the own account. Ask another administrator."))
    _hold_administrators_still()
    _refuse_last_administrator(account, on=localdate(at))
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if not locked.is_active:
        return locked
    locked.is_active = False
    locked.save(update_fields=["is_active"])
    sessions.end_sessions(account=locked, by=by, at=at)
    _record("closed", locked, by=by, at=at, reason=said)
    return locked


@transaction.atomic
def reopen_account(*, account: Account, reason: str, by: Account, at: datetime) -> Account:
    """Let somebody sign in again. Opening an open one changes nothing. Raises ReasonMissing or PermissionDenied, and
    UnableToChangeAccount for somebody who was erased.
    """
    require(by, Act.MANAGE_USERS, on=localdate(at))
    said = plain_reason(reason)
    locked = Account.objects.select_for_update().get(pk=account.pk)
    if locked.is_active:
        return locked
    if locked.erased_at is not None:
        raise UnableToChangeAccount(_("The person was erased. Open a new account."))
    locked.is_active = True
    locked.save(update_fields=["is_active"])
    _record("opened again", locked, by=by, at=at, reason=said)
    return locked


def _hold_administrators_still() -> set[int]:
    """Lock the grants of administrators, and return their numbers: two who end each other at the same moment would both
    find the other one. In one order, or the two would wait for each other.
    """
    held = RoleGrant.objects.select_for_update().filter(role=RoleGrant.Role.ADMINISTRATOR).order_by("pk")
    return {grant.pk for grant in held}


def _refuse_last_administrator(account: Account, *, on: date) -> None:
    # The others may run out later: then that day would be the first without anybody.
    ends = RoleGrant.objects.filter(role=RoleGrant.Role.ADMINISTRATOR, valid_until__gt=on)
    days = {on, *ends.exclude(account=account).values_list("valid_until", flat=True)}
    if any(officers.administrators(on=day) == [account.pk] for day in days if day is not None):
        raise UnableToChangeAccount(
            _("This is the last administrator. Make somebody else administrator first.")
        )


def _record(verb: str, account: Account, *, by: Account, at: datetime, reason: str) -> None:
    audit.record(verb, object_type="account", object_key=str(account.pk), by=by, at=at, reason=reason)
