"""The forms of releases: to whom and for how long a lecture is opened, and shared collections."""

import re
from datetime import date, datetime, time, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.timezone import localdate, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.catalogue.models import LecturePage
from courses.catalogue.queries import beneficiary_associations
from courses.catalogue.registries import ReleaseTerms
from courses.enrolment import registries
from courses.enrolment.releasing import collections_for
from qianchang.people.models import Association, Region

_BETWEEN_NAMES = re.compile(r"[、，,;；\n]+")


class ReleaseForm(forms.Form):
    """To whom a lecture is opened, and from which day to which. Nothing is chosen beforehand; several targets may be."""

    everybody = forms.BooleanField(
        label=gettext_lazy("Everybody: every lawyer on the platform"), required=False
    )
    associations = forms.MultipleChoiceField(
        label=gettext_lazy("Beneficiary associations"), required=False, widget=forms.CheckboxSelectMultiple
    )
    programmes = forms.MultipleChoiceField(
        label=gettext_lazy("Beneficiaries of a programme"),
        help_text=gettext_lazy("Those that are beneficiaries on the day, now and later."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    collections = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Shared collections"),
        help_text=gettext_lazy("Your own lawyers and those of every association paired with yours."),
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    regions = forms.CharField(
        label=gettext_lazy("Regions"),
        help_text=gettext_lazy("Names or codes, several with commas: everything in them is included."),
        max_length=500,
        required=False,
    )
    begins_on = forms.DateField(
        label=gettext_lazy("From"),
        help_text=gettext_lazy("Empty: at once."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )
    ends_on = forms.DateField(
        label=gettext_lazy("Last day"),
        help_text=gettext_lazy("Empty: until you end it."),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    # What a template shows at once; the rest stands below "more ways".
    MORE = ("programmes", "collections", "regions")

    def __init__(self, data: Any, *, lecture: LecturePage, at: datetime) -> None:
        """Ask about a lecture. `at` says which associations are beneficiaries and which days are over."""
        super().__init__(data, label_suffix="")
        self._today = localdate(at)
        choices: dict[str, Any] = {
            "associations": [(each.code, each.name) for each in beneficiary_associations(on=self._today)],
            "programmes": list(registries.programmes().items()),
            "collections": [(each.pk, each.localised_name) for each in collections_for(lecture)],
        }
        for name, offered in choices.items():
            field: Any = self.fields[name]
            field.choices = offered
            if not offered and name != "associations":
                del self.fields[name]

    @property
    def more_fields(self) -> list[forms.BoundField]:
        """The fields below "more ways", but the dates."""
        return [self[name] for name in self.MORE if name in self.fields]

    @property
    def shows_more(self) -> bool:
        """Whether "more ways" stands open: something was written there."""
        return self.is_bound and any(self.data.get(name) for name in (*self.MORE, "begins_on", "ends_on"))

    def clean_regions(self) -> tuple[str, ...]:
        """The codes of the regions that were written, each by its name or its code."""
        written = [each.strip() for each in _BETWEEN_NAMES.split(self.cleaned_data["regions"])]
        return tuple(dict.fromkeys(_region(each) for each in written if each))

    def clean_begins_on(self) -> date | None:
        """The first day, which is not over."""
        begins: date | None = self.cleaned_data["begins_on"]
        if begins is not None and begins < self._today:
            raise forms.ValidationError(_("This day is over. Leave it empty to open the lecture at once."))
        return begins

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        begins, ends = cleaned.get("begins_on"), cleaned.get("ends_on")
        if ends is not None and ends < (begins or self._today):
            self.add_error("ends_on", _("The last day lies before the first one. Check both days."))
        if not self.errors and self.terms().to_nobody:
            self.add_error("associations", _("Choose who may watch: at least one association, or everybody."))
        return cleaned

    def terms(self) -> ReleaseTerms:
        """What was chosen. A first day that is today means at once, and the last day that there is means no end."""
        chosen = self.cleaned_data
        begins, ends = chosen.get("begins_on"), chosen.get("ends_on")
        return ReleaseTerms(
            everybody=chosen.get("everybody", False),
            associations=tuple(chosen.get("associations", ())),
            regions=tuple(chosen.get("regions", ())),
            programmes=tuple(chosen.get("programmes", ())),
            collections=tuple(chosen.get("collections", ())),
            begins_at=_midnight(begins) if begins is not None and begins > self._today else None,
            ends_at=_midnight(ends + timedelta(days=1)) if ends is not None and ends < date.max else None,
        )


class CollectionForm(forms.Form):
    """A shared collection (精品课程): whose it is and what it is called."""

    association = forms.ModelChoiceField(
        label=gettext_lazy("Association"),
        queryset=Association.objects.none(),
        to_field_name="code",
        error_messages={"required": gettext_lazy("Choose the association that shares it.")},
    )
    name = forms.CharField(
        label=gettext_lazy("Name of the collection"),
        max_length=60,
        error_messages={"required": gettext_lazy("Give the collection a name.")},
    )
    name_en = forms.CharField(label=gettext_lazy("English name"), max_length=80, required=False)

    def __init__(self, data: Any, *, associations: list[Association]) -> None:
        super().__init__(data, label_suffix="")
        field: Any = self.fields["association"]
        field.queryset = Association.objects.filter(pk__in=[each.pk for each in associations]).order_by(
            "code"
        )
        field.label_from_instance = lambda association: association.name
        if len(associations) == 1:
            field.initial, field.empty_label = associations[0].code, None


def _region(written: str) -> str:
    found = list(Region.objects.filter(Q(code=written) | Q(name_zh=written) | Q(name_en__iexact=written))[:4])
    if not found:
        raise forms.ValidationError(
            _("There is no region “%(name)s”. Write its full name, such as 百色市, or its code.")
            % {"name": written}
        )
    if len(found) > 1:
        codes = _(", ").join(each.code for each in found)
        raise forms.ValidationError(
            _("Several regions are called “%(name)s”. Write the code of the one you mean: %(codes)s.")
            % {"name": written, "codes": codes}
        )
    return found[0].code


def _midnight(day: date) -> datetime:
    return make_aware(datetime.combine(day, time.min))
