"""How allauth behaves here: no open sign-up, and errors that say what to do."""

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _


class AccountAdapter(DefaultAccountAdapter):
    """Accounts are activated from the roster, never made by a stranger."""

    _wrong = _(
        "The number or the password is wrong. Try again, or set a new password with a slip or by e-mail."
    )
    _many = _("Too many wrong passwords. Wait five minutes and try again, or set a new password with a slip.")
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _wrong,
        "email_password_mismatch": _wrong,
        "too_many_login_attempts": _many,
        "account_inactive": _("This account is closed. Ask your lawyers' association."),
        "incorrect_password": _("The password is wrong. Type it again."),
        "enter_current_password": _("The present password is wrong. Type it again."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("people:settings")
