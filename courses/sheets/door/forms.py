"""What is typed at a door, by whoever has no account there and by the officer who writes from paper."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.sheets.door.queries import Expected


class WhoForm(forms.Form):
    """Somebody who does not sign in says who they are."""

    name = forms.CharField(
        label=_("Name"),
        max_length=60,
        widget=forms.TextInput({"autocomplete": "name", "autocapitalize": "off"}),
    )
    licence_number = forms.CharField(
        label=_("Licence number"),
        help_text=_("17 digits. Whoever has none leaves it empty."),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric", "autocomplete": "off"}),
    )


class TimesForm(forms.Form):
    """When somebody came and left, from paper: one of those who signed up, or a name and a licence number."""

    lawyer = forms.ChoiceField(label=_("Who signed up"), required=False)
    name = forms.CharField(label=_("Or a name"), max_length=60, required=False)
    licence_number = forms.CharField(
        label=_("Licence number"),
        help_text=_("17 digits. Whoever has none leaves it empty."),
        max_length=40,
        required=False,
        widget=forms.TextInput({"inputmode": "numeric"}),
    )
    in_at = forms.TimeField(
        label=_("Came into the room at"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TextInput({"placeholder": "9:00"}),
    )
    out_at = forms.TimeField(
        label=_("Left the room at"),
        required=False,
        input_formats=["%H:%M"],
        widget=forms.TextInput({"placeholder": "11:00"}),
    )

    def __init__(self, *args: Any, expected: tuple[Expected, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["lawyer"] = forms.ChoiceField(
            label=_("Who signed up"),
            required=False,
            choices=[("", "—"), *((str(each.lawyer_id), f"{each.name} {each.licence}") for each in expected)],
        )
        if not expected:
            del self.fields["lawyer"]
