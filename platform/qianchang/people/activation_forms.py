"""Forms on the way to an account: what the licence says, the code, and the password."""

from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from qianchang.people import rules
from qianchang.people.forms import PASSWORD_HINT, ask_kindly
from qianchang.people.models import Account


class _OnTheLicence(forms.Form):
    """What everybody types first."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        ask_kindly(self.fields)

    def clean_licence_number(self) -> str:
        number = rules.plain_licence_number(self.cleaned_data["licence_number"])
        if not rules.is_licence_number(number):
            raise forms.ValidationError(_("A licence number has 17 digits. Check the number on the licence."))
        return number


class _WithPassword(forms.Form):
    """The password somebody chooses, twice."""

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
        ask_kindly(self.fields)

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


class CodeRequestForm(_OnTheLicence):
    """What has to stand on the roster so that a code goes out."""

    phone = forms.CharField(
        label=_("Mobile number"),
        help_text=_("The one that your association has on the roster."),
        max_length=30,
        widget=forms.TextInput(attrs={"inputmode": "tel", "autocomplete": "tel"}),
    )

    def clean_phone(self) -> str:
        phone = rules.plain_phone(self.cleaned_data["phone"])
        if not rules.is_mobile_number(phone):
            raise forms.ValidationError(_("A mobile number has 11 digits and begins with 1. Check it."))
        return phone


class SentCodeForm(_WithPassword):
    """The code of the message, and the password."""

    code = forms.CharField(
        label=_("Activation code"),
        help_text=_("6 digits, from the message."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    field_order = ("code", "password", "password_again")


class SlipForm(_OnTheLicence, _WithPassword):
    """What stands on licence and slip, and the password."""

    code = forms.CharField(
        label=_("Code on the slip"),
        help_text=_("8 digits. Your county contact or your association prints the slip."),
        max_length=20,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"}),
    )
    field_order = ("licence_number", "name", "code", "password", "password_again")
