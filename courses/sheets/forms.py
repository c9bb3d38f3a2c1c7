"""Forms of the rooms: when and where one is, and which ones are listed."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from courses.discs.models import Disc
from courses.discs.queries import disc_by_serial
from courses.schedule.models import TrainingSession
from courses.schedule.rules import DVD
from courses.sheets.models import Sheet
from qianchang.people.models import Region


class CountyField(forms.ModelChoiceField):
    """Counties by their names."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name_zh)


class ScreeningForm(forms.Form):
    """Where and when a session is shown, and by which disc."""

    region = CountyField(
        label=_("County"),
        queryset=Region.objects.none(),
        required=False,
        error_messages={"invalid_choice": _("Choose one of the counties in the list.")},
    )
    site = forms.CharField(
        label=_("Place"),
        help_text=_("Building and room"),
        max_length=120,
        error_messages={"required": _("Say where it is shown: the building and the room.")},
    )
    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={
            "required": _("Give the day on which it is shown."),
            "invalid": _("Write the date as 2026-10-18."),
        },
    )
    begins_at = forms.TimeField(
        label=_("Begins at"),
        help_text=_("For example 9:00"),
        required=False,
        widget=forms.TimeInput(format="%H:%M"),
        error_messages={"invalid": _("Write the time as 9:00.")},
    )
    ends_at = forms.TimeField(
        label=_("Ends at"),
        required=False,
        widget=forms.TimeInput(format="%H:%M"),
        error_messages={"invalid": _("Write the time as 9:00.")},
    )
    supervisor = forms.CharField(
        label=_("Supervisor"),
        help_text=_("Who starts the disc and watches over the sheet"),
        max_length=60,
        required=False,
    )
    serial = forms.CharField(
        label=_("Number of the disc"),
        help_text=_("As on its face, D-0057. Empty while it is not known."),
        max_length=20,
        required=False,
    )

    def __init__(
        self, *args: Any, session: TrainingSession, counties: QuerySet[Region], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        counted: Any = self.fields["region"]
        counted.queryset = counties
        if session.mode.code != DVD:
            del self.fields["serial"]

    def clean_serial(self) -> str:
        """Find the disc by its number."""
        typed = str(self.cleaned_data.get("serial") or "").strip()
        self.cleaned_data["disc"] = disc_by_serial(typed) if typed else None
        if typed and self.cleaned_data["disc"] is None:
            raise forms.ValidationError(_("No disc has this number. Look at its face."))
        return typed

    def clean(self) -> dict[str, Any]:
        """Leave the disc empty where none was named."""
        found: dict[str, Any] = super().clean() or self.cleaned_data
        disc: Disc | None = self.cleaned_data.get("disc")
        found["disc"] = disc
        return found


class FilterForm(forms.Form):
    """Which rooms are listed."""

    state = forms.ChoiceField(
        label=_("State"),
        required=False,
        choices=[("", _("All")), ("missing", _("Sheet is missing")), *Sheet.State.choices],
    )
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    session = forms.CharField(required=False, max_length=20, widget=forms.HiddenInput)
