"""Forms of the lecture page that work without script."""

from django import forms


class PresenceForm(forms.Form):
    """Which code, and the four digits somebody read."""

    index = forms.IntegerField(min_value=1)
    code = forms.CharField(max_length=20)
