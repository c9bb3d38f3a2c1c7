"""The forms of sessions that are scheduled: one event for one or several regions, and the stops of a tour."""

from typing import Any

from django import forms
from django.forms.renderers import get_default_renderer
from django.utils.translation import gettext_lazy as _

from courses import api as courses
from courses.api import Stop
from programmes.plans.models import Plan
from programmes.quotas import rules, wording
from programmes.quotas.forms import Choices, SessionForm
from qianchang.people.models import Association

FIRST_ROWS, MORE_ROWS = 6, 3


def _hour() -> forms.TimeField:
    return forms.TimeField(
        label=_("Begins at"),
        required=False,
        input_formats=["%H:%M", "%H：%M", "%H:%M:%S"],
        widget=forms.TimeInput(
            attrs={"type": "text", "inputmode": "numeric", "autocomplete": "off", "placeholder": "09:30"},
            format="%H:%M",
        ),
        error_messages={"invalid": _("Write the hour like 09:30.")},
    )


class EventForm(SessionForm):
    """Schedules one event: for one region, or for several that hear it together."""

    begins_at = _hour()
    others = forms.MultipleChoiceField(
        label=_("Other regions that hear it together"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("One event: each region gets a session of its own and confirms it itself"),
    )
    planned = forms.BooleanField(
        label=_("Only planned yet"),
        required=False,
        help_text=_("The region's lawyers are told once it is scheduled"),
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, choices=choices, **kwargs)
        regions = [(each.code, wording.region_of(each)) for each in choices.beneficiaries]
        if len(regions) > 1:
            self.fields["others"].choices = regions  # type: ignore[attr-defined]
        else:
            del self.fields["others"]

    def said(self) -> dict[str, Any]:
        """Return what was filled in as session_planning.schedule_event takes it."""
        said = super().said()
        first = said.pop("beneficiary")
        others = self.cleaned_data.get("others", [])
        chosen = [each for each in self.choices.beneficiaries if each.code in others]
        return {
            **said,
            "beneficiaries": [first, *(each for each in chosen if each.pk != first.pk)],
            "begins_at": self.cleaned_data["begins_at"],
            "planned": self.cleaned_data["planned"],
        }


class TourForm(forms.Form):
    """What a tour is called, who gives it, and which lecture its stops hear on which plan."""

    title = forms.CharField(
        label=_("Name of the tour"),
        max_length=120,
        error_messages={"required": _("Give the tour a name.")},
    )
    supporter = forms.ChoiceField(label=_("Supporting association"))
    plan = forms.ChoiceField(label=_("Plan"))
    lecture = forms.ChoiceField(
        label=_("Lecture"),
        help_text=_("Of all stops below; stops with another lecture are added afterwards"),
        error_messages={
            "required": _("Choose the lecture."),
            "invalid_choice": _("Choose a lecture of the list."),
        },
    )

    def __init__(self, *args: Any, choices: Choices, is_begun: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        if is_begun:
            del self.fields["title"]
        lectures = courses.lectures_for_sessions(list(choices.supporters))
        self.fields["lecture"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a lecture")),
            *((str(number), title) for number, title in lectures),
        ]
        for name, options in (
            ("supporter", [(each.code, wording.association_name(each)) for each in choices.supporters]),
            ("plan", [(each.code, str(each)) for each in choices.plans]),
        ):
            field = self.fields[name]
            field.choices = options  # type: ignore[attr-defined]
            if len(options) == 1:
                field.initial, field.required, field.widget = options[0][0], False, forms.HiddenInput()

    @property
    def chosen_lecture(self) -> int:
        """The lecture that was chosen, by number."""
        return int(self.cleaned_data["lecture"])

    @property
    def chosen_supporter(self) -> Association:
        """The association that was chosen; the only one where there is no choice."""
        code = self.cleaned_data.get("supporter") or self.choices.supporters[0].code
        return next(each for each in self.choices.supporters if each.code == code)

    @property
    def chosen_plan(self) -> Plan:
        """The plan that was chosen; the only one where there is no choice."""
        code = self.cleaned_data.get("plan") or self.choices.plans[0].code
        return next(each for each in self.choices.plans if each.code == code)


class StopForm(forms.Form):
    """One stop of a tour. A row without day and place is no stop."""

    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Give the day."), "invalid": _("Write the day like 2026-10-31.")},
    )
    begins_at = _hour()
    place = forms.CharField(
        label=_("Place"), max_length=120, error_messages={"required": _("Give the place.")}
    )
    beneficiary = forms.ChoiceField(
        label=_("Beneficiary region"),
        required=False,
        error_messages={"invalid_choice": _("Choose the region.")},
    )

    def __init__(self, *args: Any, regions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["beneficiary"].choices = [("", _("as above")), *regions]  # type: ignore[attr-defined]

    def clean_date(self) -> Any:
        day = self.cleaned_data["date"]
        if day.year not in rules.YEARS:
            raise forms.ValidationError(self.fields["date"].error_messages["invalid"], code="invalid")
        return day


class BaseStops(forms.BaseFormSet[StopForm]):
    """The stops in the order of their rows: a region that is not said is that of the row above."""

    form = StopForm
    renderer = get_default_renderer()
    min_num, validate_min, validate_max = 0, False, True
    can_order = can_delete = can_delete_extra = False
    extra = max_num = absolute_max = 0

    def __init__(self, data: Any = None, *, choices: Choices, prefix: str) -> None:
        self.choices = choices
        regions = [(each.code, wording.region_of(each)) for each in choices.beneficiaries]
        super().__init__(data, prefix=prefix, form_kwargs={"regions": regions})

    def clean(self) -> None:
        """Refuse rows that stand under nothing, and a list without a stop."""
        if any(self.errors):
            return
        said = [form.cleaned_data for form in self.forms if form.cleaned_data.get("date")]
        if not said:
            raise forms.ValidationError(_("Give at least one stop: a day and a place."))
        if not said[0]["beneficiary"]:
            raise forms.ValidationError(_("Choose the region of the first stop."))

    def stops(self, lecture: int) -> list[Stop]:
        """Return the stops that were filled in, all of one lecture."""
        regions = {each.code: each for each in self.choices.beneficiaries}
        found: list[Stop] = []
        region = ""
        for form in self.forms:
            said = form.cleaned_data
            if not said.get("date"):
                continue
            region = said["beneficiary"] or region
            found.append(
                Stop(
                    lecture_id=lecture,
                    beneficiary=regions[region],
                    date=said["date"],
                    place=said["place"],
                    begins_at=said["begins_at"],
                )
            )
        return found


class StopFormSet(BaseStops):
    """The first stops of a tour."""

    extra = max_num = absolute_max = FIRST_ROWS


class MoreStopFormSet(BaseStops):
    """Stops that are added to a tour."""

    extra = max_num = absolute_max = MORE_ROWS
