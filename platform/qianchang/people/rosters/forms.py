"""Forms of the roster pages."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from qianchang.people.models import Association
from qianchang.people.rosters import columns, wording
from qianchang.people.rosters.columns import Field
from qianchang.people.unmasking import MOST_CHARACTERS
from qianchang.people.unmasking import Field as Hidden


class FileForm(forms.Form):
    """The file of a roster, and whose roster it is."""

    association = forms.ModelChoiceField(
        queryset=Association.objects.none(),
        label=_("Whose roster"),
        empty_label=None,
        error_messages={
            "required": _("Say whose roster this is."),
            "invalid_choice": _("Choose one of your associations."),
        },
    )
    file = forms.FileField(
        label=_("Roster file"),
        help_text=_("xlsx, xls or csv, up to 20 MB. The file is read and not kept."),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.tsv,.txt"}),
        error_messages={
            "required": _("Choose the file with the roster."),
            "empty": _("The file is empty. Choose the one with the list."),
            "missing": _("Choose the file with the roster."),
        },
    )

    def __init__(self, *args: Any, associations: Sequence[Association], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choice: Any = self.fields["association"]
        choice.queryset = Association.objects.filter(pk__in=[each.pk for each in associations])
        choice.label_from_instance = lambda each: each.name
        if len(associations) == 1:
            choice.widget = forms.HiddenInput()
            choice.initial = associations[0].pk


class ColumnsForm(forms.Form):
    """Which column holds what, and as of which day the roster stands."""

    stands_on = forms.DateField(
        label=_("The roster stands as of"),
        help_text=_("Who changed firms is registered there from this day on."),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={
            "required": _("Give the day as of which the roster stands."),
            "invalid": _("This is no date: write it like 2026-10-31"),
        },
    )

    def __init__(self, *args: Any, headings: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("not in this file")), *((str(index), name) for index, name in enumerate(headings))]
        for field in Field:
            self.fields[field.value] = forms.ChoiceField(
                label=wording.FIELDS[field],
                choices=choices,
                required=field in columns.REQUIRED,
                error_messages={
                    "required": _("Choose the column that holds this."),
                    "invalid_choice": _("Choose one of the columns of the file."),
                },
            )

    def chosen(self) -> dict[Field, int]:
        """Return which column holds which field."""
        return {field: int(self.cleaned_data[field]) for field in Field if self.cleaned_data[field]}

    def stands(self) -> date:
        """Return the day as of which the roster stands."""
        day: date = self.cleaned_data["stands_on"]
        return day


class ReasonForm(forms.Form):
    """Why somebody needs what is hidden, or a file of it."""

    reason = forms.CharField(
        label=_("What you need it for"),
        help_text=_("Kept in the log with your name. No names or numbers in it."),
        max_length=MOST_CHARACTERS,
        error_messages={"required": _("Say in a few words what you need it for.")},
    )


class UnmaskForm(ReasonForm):
    """Which hidden value of a lawyer somebody needs, and why."""

    field = forms.ChoiceField(
        label=_("Show"),
        choices=[
            (Hidden.LICENCE_NUMBER.value, _("Licence number")),
            (Hidden.PHONE.value, _("Telephone number")),
            (Hidden.EMAIL.value, _("E-mail address")),
        ],
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose what you need.")},
    )
    field_order = ("field", "reason")
