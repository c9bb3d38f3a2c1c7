"""What may stand in the addresses of the hours pages, and the forms of corrections and appeals."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.credits.appeals import Window
from courses.credits.wording import entry_words, span_words
from qianchang.groundwork import photos


class YearForm(forms.Form):
    """Which accounting year."""

    year = forms.IntegerField(min_value=2000, max_value=2100, required=False)


class SubjectForm(forms.Form):
    """Which entry or refused stretch a form is about, by number."""

    entry = forms.IntegerField(min_value=1, max_value=2**62, required=False)
    span = forms.IntegerField(min_value=1, max_value=2**62, required=False)


class AppealForm(forms.Form):
    """What a lawyer asks about, and in which words."""

    about = forms.ChoiceField(
        label=_("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one."), "invalid_choice": _("Choose one.")},
    )
    words = forms.CharField(
        label=_("What happened?"),
        help_text=_("For example: watched on two computers, and the second one's clock was wrong."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Say in a sentence what is wrong.")},
    )

    photo = forms.FileField(
        label=_("Photo (if it helps)"),
        help_text=_(
            "JPEG, PNG or WebP, at most 8 MB; it is made small here. Only you and the officers who answer see it."
        ),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )

    def __init__(self, *args: Any, window: Window, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        about = self.fields["about"]
        assert isinstance(about, forms.ChoiceField)  # noqa: S101 - declared above
        about.choices = [
            *((f"entry-{entry.pk}", entry_words(entry)) for entry in window.entries),
            *((f"span-{span.pk}", span_words(span)) for span in window.spans),
        ]

    def clean_photo(self) -> bytes:
        """Return the photo as it is kept: painted anew, or nothing."""
        sent = self.cleaned_data["photo"]
        if not sent:
            return b""
        try:
            return photos.repainted(sent, size_bytes=sent.size)
        except photos.UnusablePhoto as refusal:
            raise forms.ValidationError(str(refusal), code="photo") from refusal

    def subject(self) -> dict[str, int]:
        """Return the choice as a name (entry or span) and its number."""
        kind, _dash, number = self.cleaned_data["about"].partition("-")
        return {kind: int(number)}


class ReasonForm(forms.Form):
    """Why something has to be corrected."""

    reason = forms.CharField(
        label=_("Why it has to be corrected"),
        help_text=_("The lawyer and the colleague who decides read this."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say why this has to be corrected. The lawyer reads it.")},
    )


class RefusalForm(forms.Form):
    """Why a colleague's proposal is refused."""

    answer = forms.CharField(
        label=_("Why you refuse it"),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Say why you refuse it. Whoever proposed it reads this.")},
    )


class AnswerForm(forms.Form):
    """The answer to an appeal."""

    outcome = forms.ChoiceField(
        label=_("Outcome"),
        choices=[("corrected", _("Corrected")), ("refused", _("Not corrected"))],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose one.")},
    )
    words = forms.CharField(
        label=_("Answer to the lawyer"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Answer in words. The lawyer reads them.")},
    )
