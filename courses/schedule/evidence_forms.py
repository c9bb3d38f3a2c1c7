"""The form of what is keyed in of how a session went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive
from django.utils.translation import gettext_lazy as _

from courses.schedule.checklist import KEYED_IN
from courses.schedule.models import SessionDetails, TrainingSession

LONGEST_TEXT = 4000


class DetailsForm(forms.ModelForm):
    """What a session's mode asks to be keyed in, or `only` some of it. Only written through evidence.write_details."""

    seen = forms.CharField(required=False, widget=forms.HiddenInput())

    class Meta:
        model = SessionDetails
        fields = ("agenda", "head_count", "host", "bridge", "sites", "disc_serials")
        labels = {
            "agenda": _("Agenda"),
            "head_count": _("Head count"),
            "host": _("Host"),
            "bridge": _("Bridge"),
            "sites": _("Sites"),
            "disc_serials": _("Disc serial number"),
        }
        help_texts = {
            "agenda": _("One line for each item, or hand in a scan below"),
            "head_count": _("How many people were there"),
            "host": _("Who led the conference and read the code aloud"),
            "bridge": _("Tool and number of the meeting"),
            "sites": _("One line for each place that listened"),
            "disc_serials": _("As printed on the discs"),
        }
        widgets = {
            "agenda": forms.Textarea(attrs={"rows": 3}),
            "sites": forms.Textarea(attrs={"rows": 3}),
            "head_count": forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        }

    def __init__(
        self, data: Any = None, *, session: TrainingSession, only: Sequence[str] | None = None
    ) -> None:
        details: SessionDetails | None = getattr(session, "details", None)
        super().__init__(data, instance=details)
        for name in [name for name in self.fields if name != "seen"]:
            asked = name in KEYED_IN.get(session.mode.code, ())
            if not asked or (only is not None and name not in only):
                del self.fields[name]
        self.fields["seen"].initial = details.changed_at.isoformat() if details is not None else ""
        for name in ("agenda", "sites"):
            if name in self.fields:
                self.fields[name].widget.attrs["maxlength"] = LONGEST_TEXT
                self.fields[name].validators.append(MaxLengthValidator(LONGEST_TEXT))

    def clean_seen(self) -> datetime | None:
        """When what stood on the page was written; None for nothing."""
        said = self.cleaned_data["seen"]
        try:
            seen = parse_datetime(said) if said else None
        except ValueError:
            seen = None
        if said and (seen is None or is_naive(seen)):
            raise forms.ValidationError(
                _("A colleague changed this a moment ago. Look at it, then write yours again."),
                code="invalid",
            )
        return seen

    @property
    def asks(self) -> bool:
        """Whether this mode has anything to key in."""
        return len(self.fields) > 1

    def said(self) -> dict[str, Any]:
        """Return what was filled in as the operation takes it."""
        return {name: value for name, value in self.cleaned_data.items() if name != "seen"}
