"""Forms of the expert's and the reviewer's pages: what was typed, in order, nothing decided."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import Category, LecturePage, Topic
from qianchang.people.models import Association


class DetailsForm(forms.Form):
    """The details of a lecture, and which recording it is: an upload, or a recording that was sent before."""

    title = forms.CharField(
        label=_("Title of the lecture"),
        max_length=120,
        error_messages={"required": _("Write the title of the lecture.")},
    )
    topic = forms.ModelChoiceField(
        label=_("Field"),
        queryset=Topic.objects.none(),
        empty_label=_("Choose a field"),
        error_messages={"required": _("Choose the field of the lecture.")},
    )
    category = forms.ChoiceField(label=_("Hour category"), choices=Category.choices)
    introduction = forms.CharField(
        label=_("Introduction"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("For whom it is and which problem it solves, 80 to 300 characters"),
        error_messages={"required": _("Write for whom the lecture is and which problem it solves.")},
    )
    association = forms.ModelChoiceField(
        label=_("Supporting association"), queryset=Association.objects.none(), empty_label=None
    )
    dvd_consent = forms.BooleanField(
        label=_(
            "I agree that the association puts this lecture on DVD, free for lawyers of the beneficiary regions"
        ),
        required=False,
        initial=True,
    )
    upload = forms.UUIDField(required=False, widget=forms.HiddenInput)
    recording = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        associations: list[Association] | None = None,
        needs_recording: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.needs_recording = needs_recording
        self._fields()["topic"].queryset = Topic.objects.order_by("position", "pk")
        if associations is None or len(associations) == 1:
            # One association: nothing to choose, so nothing is asked.
            del self.fields["association"]
        else:
            ids = [association.pk for association in associations]
            self._fields()["association"].queryset = Association.objects.filter(pk__in=ids).order_by("code")

    def _fields(self) -> dict[str, Any]:
        return self.fields

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if (
            self.needs_recording
            and not self.errors
            and not cleaned.get("upload")
            and not cleaned.get("recording")
        ):
            self.add_error(
                None,
                _("Choose the recording first. The details can be saved as soon as the upload has begun."),
            )
        return cleaned

    @property
    def upload_id(self) -> uuid.UUID | None:
        """The upload that carries the recording, None when none was begun on this page."""
        found: uuid.UUID | None = self.cleaned_data.get("upload")
        return found

    def details(self) -> dict[str, Any]:
        """What `draft_lecture` and `edit_lecture` take by these names."""
        return {
            name: self.cleaned_data[name]
            for name in ("title", "topic", "category", "introduction", "dvd_consent")
        }

    @classmethod
    def of(cls, lecture: LecturePage, data: Any = None, *, needs_recording: bool = False) -> "DetailsForm":
        """The form filled with what the lecture says now."""
        return cls(
            data,
            needs_recording=needs_recording,
            initial={
                "title": lecture.title,
                "topic": lecture.topic_id,
                "category": lecture.category,
                "introduction": lecture.introduction,
                "dvd_consent": lecture.dvd_consent,
            },
        )
