"""Forms of the account pages."""

from typing import Any

from allauth.account.forms import ChangePasswordForm, LoginForm, ResetPasswordKeyForm, SetPasswordForm
from django import forms
from django.conf import settings
from django.contrib.auth import password_validation
from django.utils.translation import get_language_info, ngettext
from django.utils.translation import gettext_lazy as _

from qianchang.people import rules
from qianchang.people.models import Account

PASSWORD_HINT = _("At least 10 characters, not one that is often used. Four words are easy to keep.")


def _ask_kindly(fields: dict[str, forms.Field]) -> None:
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
        remember.help_text = _("Not on a computer that others use.")
        _ask_kindly(self.fields)

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


class _NewPasswordMixin:
    """The password rules in one sentence, where allauth has Django's list of them."""

    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["password1"].label = _("New password")
        self.fields["password1"].help_text = PASSWORD_HINT
        self.fields["password2"].label = _("New password, again")
        for field in self.fields.values():
            # The label says it; a grey copy inside the field is gone as soon as one types.
            field.widget.attrs.pop("placeholder", None)
        _ask_kindly(self.fields)


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


class ActivationForm(forms.Form):
    """What a lawyer types from the licence and the slip, and the password they choose."""

    licence_number = forms.CharField(
        label=_("Licence number"),
        help_text=_("17 digits, as on your licence."),
        max_length=40,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "username"}),
    )
    name = forms.CharField(
        label=_("Name"),
        help_text=_("As on your licence."),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    code = forms.CharField(
        label=_("Code on the slip"),
        help_text=_("8 digits. Your county contact or your association prints the slip."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    password = forms.CharField(
        label=_("New password"),
        help_text=PASSWORD_HINT,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    password_again = forms.CharField(
        label=_("New password, again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _ask_kindly(self.fields)

    def clean_licence_number(self) -> str:
        number = rules.plain_licence_number(self.cleaned_data["licence_number"])
        if not rules.is_licence_number(number):
            raise forms.ValidationError(_("A licence number has 17 digits. Check the number on the licence."))
        return number

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        password = values.get("password")
        if password and "password_again" in values and values["password_again"] != password:
            self.add_error("password_again", _("The two passwords differ. Type the same one twice."))
        elif password:
            # Before the code is looked at: a weak password should not cost a try.
            owner = Account(username=values.get("licence_number", ""), display_name=values.get("name", ""))
            try:
                password_validation.validate_password(password, owner)
            except forms.ValidationError as refusal:
                self.add_error("password", refusal)
        return values


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
