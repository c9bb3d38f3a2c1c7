"""Forms of the account pages."""

from typing import Any

from allauth.account.forms import (
    AddEmailForm,
    ChangePasswordForm,
    LoginForm,
    ReauthenticateForm,
    ResetPasswordForm,
    ResetPasswordKeyForm,
    SetPasswordForm,
)
from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext_lazy as _

from qianchang.people import rules, sessions
from qianchang.people.models import Account

PASSWORD_HINT = _("At least 10 characters, not one that is often used. Four words are easy to keep.")


def ask_kindly(fields: dict[str, forms.Field]) -> None:
    """Say what to do about an empty field, where Django only says that it is required."""
    for field in fields.values():
        field.error_messages["required"] = _("Fill this in.")


class SignInForm(LoginForm):
    """Sign in with licence number, user name or e-mail."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        login, password, remember = (self.fields[name] for name in ("login", "password", "remember"))
        login.label = _("Licence number")
        login.help_text = _("17 digits. Officers and experts use their user name or e-mail address.")
        login.widget.attrs = {"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"}
        password.label = _("Password")
        # allauth puts a link to the reset page here; the page has its own, beside the one to the slip.
        password.help_text = ""
        password.widget.attrs.pop("placeholder", None)
        remember.label = _("Remember this computer for 30 days")
        remember.help_text = _(
            "Not on a computer that others use. An officer's desk ends with the browser, after 12 hours at the latest."
        )
        ask_kindly(self.fields)

    def login(self, request: HttpRequest, redirect_url: str | None = None) -> HttpResponse:
        """Sign in. A desk is never remembered, whatever was ticked: whoever sits down at it later is somebody else."""
        if sessions.has_desk(self.user, at=timezone.now()):
            self.cleaned_data["remember"] = False
        answer: HttpResponse = super().login(request, redirect_url=redirect_url)
        return answer

    def clean_login(self) -> str:
        """Return the name to sign in with. Digits are a licence number, and have to be 17."""
        typed: str = super().clean_login()
        number = rules.plain_licence_number(typed)
        if not number.isascii() or not number.isdigit():
            return typed
        if not rules.is_licence_number(number):
            sentence = ngettext(
                "A licence number has 17 digits, this one has %(count)d. Check it on the licence.",
                "A licence number has 17 digits, this one has %(count)d. Check it on the licence.",
                len(number),
            )
            raise forms.ValidationError(sentence, params={"count": len(number)}, code="licence_number")
        return number


class _PlainMixin:
    """Fields without a grey copy of their label inside, which is gone as soon as one types."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.widget.attrs.pop("placeholder", None)
        ask_kindly(self.fields)


class PasswordAgainForm(_PlainMixin, ReauthenticateForm):
    """The password before a dangerous act."""


class LinkByMailForm(_PlainMixin, ResetPasswordForm):
    """The address to which the link for a new password goes."""


class OtherAddressForm(_PlainMixin, AddEmailForm):
    """Another e-mail address of an account."""


class _NewPasswordMixin(_PlainMixin):
    """The password rules in one sentence, where allauth has Django's list of them."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password2"].label = _("New password, again")


class NewPasswordForm(_NewPasswordMixin, SetPasswordForm):
    """The first password of an account that has none."""


class NewPasswordByLinkForm(_NewPasswordMixin, ResetPasswordKeyForm):
    """A new password by the link in a mail."""


class OtherPasswordForm(_NewPasswordMixin, ChangePasswordForm):
    """Another password, for somebody who is signed in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["oldpassword"].label = _("Present password")
        self.fields["oldpassword"].help_text = ""


class SettingsForm(forms.Form):
    """How somebody wants the pages. A field that was not sent stays as it is, for a switch in the header."""

    text_size = forms.ChoiceField(
        label=_("Text size"), choices=Account.TextSize.choices, widget=forms.RadioSelect, required=False
    )
    data_saver = forms.ChoiceField(
        label=_("Data saver"),
        choices=[("on", _("On: no pictures in lists, light video first")), ("off", _("Off"))],
        widget=forms.RadioSelect,
        required=False,
    )
    monthly_cap_mb = forms.IntegerField(
        label=_("Data for recordings in a month, on each computer (MB)"),
        help_text=_(
            "The player warns at 80 % and asks before it goes beyond. Empty: no limit. An hour takes about 11 MB as audio "
            "and slides, 29 MB as light video."
        ),
        min_value=10,
        max_value=1_000_000,
        required=False,
    )


class LanguageForm(forms.Form):
    """The language of the pages; goes to Django's own `set_language`."""

    # Each language under its own name: who cannot read this page looks for it.
    language = forms.ChoiceField(
        label=_("Language of the pages"),
        choices=[(code, get_language_info(code)["name_local"]) for code, _name in settings.LANGUAGES],
        widget=forms.RadioSelect,
    )
