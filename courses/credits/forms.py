"""What may stand in the addresses of the hours pages."""

from django import forms


class YearForm(forms.Form):
    """Which accounting year."""

    year = forms.IntegerField(min_value=2000, max_value=2100, required=False)
