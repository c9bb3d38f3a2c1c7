"""How allauth behaves here: no open sign-up, errors that say what to do, secrets that are not readable in a backup."""

import base64
import hashlib
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialLogin
from allauth.socialaccount.providers.base import AuthProcess
from cryptography.fernet import Fernet, MultiFernet
from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from qianchang.people import outside_identity, reauthentication, second_factor
from qianchang.people.models import Account


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are activated from the roster, never made by a stranger."""

    _wrong = _(
        "The number or the password is wrong. Try again, or set a new password with a code, a slip or by e-mail."
    )
    _many = _("Too many wrong passwords. Wait five minutes and try again, or set a new password with a slip.")
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _wrong,
        "email_password_mismatch": _wrong,
        "too_many_login_attempts": _many,
        "rate_limited": _("Too many tries. Wait five minutes and try again."),
        "account_inactive": _("This account is closed. Ask your lawyers' association."),
        "incorrect_password": _("The password is wrong. Type it again."),
        "enter_current_password": _("The present password is wrong. Type it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Return the address in the mail: the site's own, whichever of its names somebody asked under."""
        uid, token = key.split("-", 1)
        return _at_home(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: Any) -> str:
        """Return the address in the mail that confirms an e-mail address."""
        return _at_home(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:settings")

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again for allauth's own dangerous acts exactly when we ask for ours: signing in counts too."""
        asked: bool = super().is_reauthentication_required(app=app, **kwargs)
        return asked and not reauthentication.is_fresh(context.request)


def _at_home(path: str) -> str:
    return settings.SITE_ROOT_URL.rstrip("/") + path


class SecondFactorAdapter(DefaultMFAAdapter):
    """Second factors: their secrets are encrypted with the site's secret, and the last one stays where one is required."""

    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": _("The code is wrong or too old. Type the one that the app shows now."),
        "cannot_delete_authenticator": _(
            "Your association asks for a second factor. Add another one before you remove this."
        ),
        "cannot_generate_recovery_codes": _(
            "Set up an app or a passkey first; recovery codes stand in for it."
        ),
    }

    def get_totp_label(self, user: Account) -> str:
        # Not the user name: a lawyer's is the licence number, and an app's list is seen by others.
        return str(user)

    def encrypt(self, text: str) -> str:
        return _vault().encrypt(text.encode()).decode("ascii")

    def decrypt(self, encrypted_text: str) -> str:
        return _vault().decrypt(encrypted_text.encode("ascii")).decode()

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        return second_factor.may_remove(authenticator, on=timezone.localdate())

    def generate_authenticator_name(self, user: Account, type: Authenticator.Type) -> str:
        number = Authenticator.objects.filter(user_id=user.pk, type=type).count() + 1
        return ngettext("Passkey %(number)d", "Passkey %(number)d", number) % {"number": number}

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        return {**super().get_public_key_credential_rp_entity(), "name": settings.MFA_TOTP_ISSUER}


def _vault() -> MultiFernet:
    """Return what encrypts with the site's secret and decrypts with the earlier ones as well."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    keys = [
        hashlib.sha256(b"qianchang second factor\0" + secret.encode()).digest()
        for secret in map(str, secrets)
    ]
    return MultiFernet([Fernet(base64.urlsafe_b64encode(key)) for key in keys])


class OutsideIdentityAdapter(DefaultSocialAccountAdapter):
    """An outside provider says who somebody is; whether there is an account for them is said here alone."""

    error_messages = {
        **DefaultSocialAccountAdapter.error_messages,
        "connected_other": _("This identity is already connected to another account here."),
        "no_password": _("Set a password first: without it nobody could sign in any more."),
    }

    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Connect an identity that the provider vouches for by licence number; send away whom nobody knows."""
        if sociallogin.is_existing or sociallogin.state.get("process") == AuthProcess.CONNECT:
            return
        account = outside_identity.account_of(sociallogin.account.extra_data)
        if account is None:
            page = render(request, "socialaccount/no_account.html", status=403)
            raise ImmediateHttpResponse(page)
        sociallogin.connect(request, account)

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: Any) -> str:
        return reverse("socialaccount_connections")
