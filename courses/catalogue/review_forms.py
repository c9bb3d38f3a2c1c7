"""Forms of the review desk and of versions: what was typed, in order, nothing decided."""

from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import Lecturer
from courses.catalogue.version_rules import MOST_NEW_PERCENT
from media_pipeline import api as media
from qianchang.groundwork import photos


class WhenForm(forms.Form):
    """When an approved lecture goes into the catalogue: at once, or at a time."""

    publish_at = forms.DateTimeField(
        label=_("Time of publishing"),
        help_text=_("Empty: at once. For example 2026-11-25 08:00"),
        required=False,
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
        error_messages={"invalid": _("Write the time as 2026-11-25 08:00, or leave it empty.")},
    )

    def time(self) -> datetime | None:
        """The set time; None for at once."""
        found: datetime | None = self.cleaned_data["publish_at"]
        return found


class ReasonForm(forms.Form):
    """Why a lecture goes back to its expert. With remarks noted, nothing more need be said."""

    reason = forms.CharField(
        label=_("What has to be changed"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what has to be changed, so that the expert knows what to do.")},
    )

    def __init__(self, *args: Any, remarks: int = 0, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if remarks:
            self.fields["reason"].required = False
            self.fields["reason"].label = _("Anything else (optional)")


class WithdrawForm(forms.Form):
    """Why a lecture leaves the catalogue."""

    reason = forms.CharField(
        label=_("Why it is withdrawn"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write why the lecture is withdrawn.")},
    )


class RemarkForm(forms.Form):
    """One remark at a time of the recording."""

    time = forms.CharField(
        label=_("At"),
        help_text=_("32:10; empty: the whole lecture"),
        required=False,
        max_length=12,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    words = forms.CharField(
        label=_("What has to be changed there"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what has to be changed, so that the expert knows what to do.")},
    )

    def clean_time(self) -> int | None:
        """The time in milliseconds; None for the whole lecture."""
        typed = self.cleaned_data["time"].strip()
        if not typed:
            return None
        at_ms = media.read_time(typed)
        if at_ms is None:
            raise forms.ValidationError(_("Write the time as 32:10 or 1:05:00."))
        return at_ms


class PaperConsentForm(forms.Form):
    """The sheet that a speaker signed."""

    lecturer = forms.ModelChoiceField(label=_("Speaker"), queryset=Lecturer.objects.none(), empty_label=None)
    dvd = forms.BooleanField(label=_("The sheet agrees to DVDs as well"), required=False)
    scan = forms.FileField(
        label=_("Photo or scan of the signed sheet"),
        help_text=_("JPEG, PNG or WebP, at most 8 MB; it is made small here. Only reviewers see it."),
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={
            "required": _("Add a photo or scan of the signed sheet."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def __init__(self, *args: Any, speakers: list[Lecturer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        fields: dict[str, Any] = self.fields
        fields["lecturer"].queryset = Lecturer.objects.filter(pk__in=[each.pk for each in speakers])

    def clean_scan(self) -> bytes:
        """The scan as it is kept: painted anew."""
        sent = self.cleaned_data["scan"]
        try:
            return photos.repainted(sent, size_bytes=sent.size)
        except photos.UnusablePhoto as refusal:
            raise forms.ValidationError(str(refusal), code="scan") from refusal


class ReplacementForm(forms.Form):
    """Another recording for a published lecture."""

    note = forms.CharField(
        label=_("What changed"),
        help_text=_("For example: better sound; two statutes brought up to date at 32:10"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        error_messages={"required": _("Write what changed, so that the reviewer knows where to look.")},
    )
    upload = forms.UUIDField(
        widget=forms.HiddenInput,
        error_messages={
            "required": _("Choose the file first. It is handed in as soon as the upload has begun.")
        },
    )


class AcceptForm(forms.Form):
    """How much of a new recording is new, in the reviewer's eyes."""

    percent = forms.IntegerField(
        label=_("How much is new, in per cent"),
        max_value=100,
        error_messages={"required": _("Write how much is new, in per cent.")},
    )

    def __init__(self, data: Any = None, *, least: int) -> None:
        super().__init__(data, initial={"percent": least})
        self.fields["percent"].widget.attrs.update({"min": least, "max": 100})
        self.fields["percent"].help_text = _(
            "Measured: %(least)d. You may write more, not less; above %(most)d it is another lecture."
        ) % {"least": least, "most": MOST_NEW_PERCENT}
