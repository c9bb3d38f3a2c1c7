"""Forms of the certificate pages."""

from django import forms
from django.utils.translation import gettext_lazy as _


class NumberForm(forms.Form):
    """A certificate number as somebody types it from a paper."""

    number = forms.CharField(max_length=60, required=False)


class SearchForm(forms.Form):
    """What an officer looks for: a certificate number, a licence number or a name."""

    q = forms.CharField(max_length=60, required=False)


class RevokeForm(forms.Form):
    """Why a certificate is void."""

    reason = forms.CharField(
        label=_("Why it is void"),
        help_text=_("Kept with your name. The public page says only that it was revoked, and when."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why the certificate is void.")},
    )
