"""allauth's forms of the second factor, in our words."""

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm, ReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import AddWebAuthnForm, EditWebAuthnForm
from django import forms
from django.utils.translation import gettext_lazy as _

from qianchang.people.forms import ask_kindly


class _CodeMixin:
    """One field for a code, that calls a keypad up on telephones."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        code = self.fields["code"]
        code.label = _("Verification code")
        code.widget.attrs = {"autocomplete": "one-time-code", "inputmode": "numeric"}
        ask_kindly(self.fields)


class _NameMixin:
    """The name that somebody gives a passkey."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name of the passkey")
        self.fields["name"].help_text = _("So that you know it again: office PC, telephone.")
        ask_kindly(self.fields)


class SwitchOnForm(_CodeMixin, ActivateTOTPForm):
    """The first code of an app."""


class SecondStepForm(_CodeMixin, AuthenticateForm):
    """The code after the password: of the app, or a recovery code."""


class IsItYouForm(_CodeMixin, ReauthenticateForm):
    """The code before a dangerous act."""


class NewPasskeyForm(_NameMixin, AddWebAuthnForm):
    """A new passkey."""


class RenamePasskeyForm(_NameMixin, EditWebAuthnForm):
    """Another name for a passkey."""
