"""What officers write for a return."""

from django import forms
from django.utils.translation import gettext_lazy as _


class ReturnForm(forms.Form):
    """The text of a monthly return. `number` is that of the text that stood on the page."""

    remarks = forms.CharField(
        label=_("Remarks"),
        required=False,
        max_length=4000,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("What happened this month, in a few sentences."),
    )
    addressees = forms.CharField(
        label=_("Addressees"),
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("One a line."),
    )
    signatories = forms.CharField(
        label=_("Signatories"),
        required=False,
        max_length=400,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("One a line."),
    )
    number = forms.IntegerField(widget=forms.HiddenInput, min_value=0, required=False)
