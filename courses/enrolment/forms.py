"""Forms of classes: their terms, their lists, and which one a lawyer chooses."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.catalogue.models import CoursePage
from courses.enrolment.classes import MOST_SEATS, Terms
from courses.enrolment.named_lists import MOST_CHARACTERS
from courses.enrolment.spreadsheets import MOST_BYTES
from courses.enrolment.wording import CATEGORIES
from qianchang.people.models import Association

# What the number of a row can be, and how many digits it has.
_MOST_ROW, _MOST_DIGITS = 2**62, 19


class ClassChoiceForm(forms.Form):
    """Which class somebody means, by number."""

    run = forms.IntegerField(min_value=1, max_value=_MOST_ROW, required=False)


class CourseField(forms.ModelChoiceField):
    """Courses by the title that the reader's language has."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.localised_title)


class AssociationsField(forms.ModelMultipleChoiceField):
    """Associations by their names in the reader's language."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.name)


class TermsForm(forms.Form):
    """What an association decides about a class."""

    name = forms.CharField(
        label=_("Name of the class"),
        help_text=_("For example: Spring 2027. Lawyers see it."),
        max_length=60,
        error_messages={"required": _("Give the class a name.")},
    )
    begins_date = forms.DateField(
        label=_("First day"),
        help_text=_("Empty: at once."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    last_date = forms.DateField(
        label=_("Last day"),
        help_text=_("Empty: no end."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    enrol_last_date = forms.DateField(
        label=_("Last day of enrolment"),
        help_text=_("For lawyers; you can enrol them until the class is over."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    seats = forms.IntegerField(
        label=_("Seats"),
        help_text=_("Empty: no limit. Whoever comes when it is full waits in order."),
        min_value=1,
        max_value=MOST_SEATS,
        required=False,
        error_messages=dict.fromkeys(
            ("invalid", "min_value", "max_value"),
            _("Give the number of seats, from 1 to 5000, or leave it empty."),
        ),
    )
    categories = forms.MultipleChoiceField(
        label=_("For whom"),
        help_text=_("Whoever is one of them; none ticked: everybody."),
        choices=[(category.value, words) for category, words in CATEGORIES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )
    named_for = forms.CharField(
        label=_("By name only"),
        help_text=_(
            "Whom you put on your list by name, for example: directors of law firms. Then nobody joins alone."
        ),
        max_length=60,
        required=False,
    )
    invited = AssociationsField(
        label=_("Only of these associations"),
        help_text=_("With those below them; none ticked: all of yours."),
        queryset=Association.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        required=False,
    )

    def __init__(self, *args: Any, below: Sequence[Association], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        invited = self.fields["invited"]
        assert isinstance(invited, forms.ModelMultipleChoiceField)  # noqa: S101 - declared above
        invited.queryset = Association.objects.filter(pk__in=[each.pk for each in below]).order_by("code")
        if not below:
            del self.fields["invited"]

    def terms(self) -> Terms:
        """What was decided."""
        return Terms(**{**self.cleaned_data, "invited": tuple(self.cleaned_data.get("invited", ()))})


class NewClassForm(TermsForm):
    """A class that is opened: of which course."""

    course = CourseField(
        label=_("Course"),
        queryset=CoursePage.objects.none(),
        error_messages={"required": _("Choose the course.")},
    )
    field_order = ["course"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        course = self.fields["course"]
        assert isinstance(course, forms.ModelChoiceField)  # noqa: S101 - declared above
        course.queryset = CoursePage.objects.live().order_by("title")

    def terms(self) -> Terms:
        decided = {name: value for name, value in self.cleaned_data.items() if name != "course"}
        return Terms(**{**decided, "invited": tuple(decided.get("invited", ()))})


class ListForm(forms.Form):
    """A named list: pasted, or as a file."""

    names = forms.CharField(
        label=_("Licence numbers"),
        help_text=_("One or more on a line. Names may stand beside them; they are checked then."),
        max_length=MOST_CHARACTERS,
        required=False,
        strip=False,
        widget=forms.Textarea(attrs={"rows": 8}),
    )
    file = forms.FileField(
        label=_("Or a file"),
        help_text=_("Excel (xlsx, xls), ods or csv, up to 2 MB. The first sheet counts."),
        required=False,
        widget=forms.FileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv,.txt"}),
    )

    def clean_file(self) -> bytes | None:
        """The file's bytes; one too many is enough to see that it is too long."""
        sent = self.cleaned_data["file"]
        return sent.read(MOST_BYTES + 1) if sent else None

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if not (cleaned.get("names") or "").strip() and not cleaned.get("file") and not self.errors:
            raise forms.ValidationError(_("Paste the licence numbers, or choose a file."))
        return cleaned


class ConfirmForm(forms.Form):
    """What an officer confirms: the list, the exceptions with their reason, and the digest of the answers seen."""

    names = forms.CharField(max_length=MOST_CHARACTERS, strip=False)
    excepted = forms.TypedMultipleChoiceField(coerce=int, required=False)
    reason = forms.CharField(max_length=500, required=False)
    seen = forms.CharField(max_length=64, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        excepted = self.fields["excepted"]
        assert isinstance(excepted, forms.TypedMultipleChoiceField)  # noqa: S101 - declared above
        # Any row number may be sent; whoever is not on the list by it is simply not there.
        numbers = [each for each in data.getlist("excepted") if each.isascii() and each.isdigit()]
        excepted.choices = [(each, each) for each in numbers if len(each) < _MOST_DIGITS]


class LeaveForm(forms.Form):
    """Why an officer takes somebody out of a class."""

    reason = forms.CharField(
        label=_("Why"),
        help_text=_("Kept with your name; the lawyer may ask for it."),
        max_length=500,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Say why, so that the lawyer knows.")},
    )
