"""Forms of sticks and their records."""

from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _

from courses.offline.models import Stick
from courses.offline.rules import MOST_BYTES

UNREADABLE = _("Choose the file that the stick saved.")


class RecordForm(forms.Form):
    """The record that a stick saved."""

    record = forms.FileField(
        label=_("Record of the stick"),
        help_text=_(
            "The file that the stick saved. Its name begins with the number of the stick, like U-0012."
        ),
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.txt,application/json,text/plain"}),
        error_messages={"required": UNREADABLE, "empty": UNREADABLE},
        allow_empty_file=True,
        max_length=255,
    )

    def clean_record(self) -> UploadedFile:
        """Refuse what no stick has saved before it is read."""
        file: UploadedFile = self.cleaned_data["record"]
        if (file.size or 0) > MOST_BYTES:
            raise forms.ValidationError(
                _(
                    "This file is much larger than any record of a stick. Choose the file that the stick saved."
                ),
                code="too_large",
            )
        return file


class NewStickForm(forms.Form):
    """Which lectures go on a stick, and in which way."""

    way = forms.ChoiceField(label=_("How to watch"), choices=Stick.Way.choices, widget=forms.RadioSelect)
    lecture = forms.TypedMultipleChoiceField(label=_("Lectures"), coerce=int, required=False)

    def __init__(self, data: Any = None, *, lectures: list[int], **more: Any) -> None:
        super().__init__(data, **more)
        self.fields["lecture"].choices = [(each, str(each)) for each in lectures]  # type: ignore[attr-defined]


class RevokeForm(forms.Form):
    """How a stick was lost."""

    reason = forms.CharField(
        label=_("How was it lost?"),
        max_length=200,
        error_messages={"required": _("Say how the stick was lost.")},
    )
