"""The forms of the association desk."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date as Day
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from courses import api as courses
from programmes.plans import queries as plans
from programmes.plans.models import Plan, Target
from programmes.quotas import rules, wording
from programmes.quotas.scope import Scope
from qianchang.people.models import Association


@dataclass(frozen=True)
class Choices:
    """What somebody can schedule: the session plans that concern them, with both sides."""

    plans: tuple[Plan, ...]
    supporters: tuple[Association, ...]
    beneficiaries: tuple[Association, ...]


def choices_for(scope: Scope) -> Choices:
    """Return the plans and sides of the targets that somebody has a part in."""
    targets = [
        target
        for target in plans.targets(plans.session_plans())
        if target.beneficiary is not None
        and scope.sees(supporter_id=target.supporter_id, beneficiary_id=target.beneficiary.pk)
    ]
    return Choices(
        plans=tuple({target.plan_id: target.plan for target in targets}.values()),
        supporters=tuple({target.supporter_id: target.supporter for target in targets}.values()),
        beneficiaries=tuple(_beneficiaries(targets).values()),
    )


def _beneficiaries(targets: Sequence[Target]) -> dict[int, Association]:
    return {target.beneficiary.pk: target.beneficiary for target in targets if target.beneficiary is not None}


class SessionForm(forms.Form):
    """Schedules one session. A side or a plan without a choice is not asked for."""

    plan = forms.ChoiceField(label=_("Plan"))
    supporter = forms.ChoiceField(label=_("Supporting association"))
    lecture = forms.ChoiceField(
        label=_("Lecture"),
        error_messages={
            "required": _("Choose the lecture."),
            "invalid_choice": _("Choose a lecture of the list."),
        },
    )
    mode = forms.ChoiceField(
        label=_("Delivery mode"), error_messages={"required": _("Choose how it is held.")}
    )
    beneficiary = forms.ChoiceField(
        label=_("Beneficiary region"), error_messages={"required": _("Choose the region.")}
    )
    date = forms.DateField(
        label=_("Date"),
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Give the day."), "invalid": _("Write the day like 2026-10-31.")},
    )
    place = forms.CharField(
        label=_("Place"),
        max_length=120,
        required=False,
        help_text=_("Town and room. Not needed for network video."),
    )

    def __init__(self, *args: Any, choices: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.choices = choices
        lectures = courses.lectures_for_sessions(list(choices.supporters))
        self._offer("plan", [(plan.code, str(plan)) for plan in choices.plans])
        self._offer("supporter", [(each.code, wording.association_name(each)) for each in choices.supporters])
        self._offer(
            "lecture", [("", _("Choose a lecture")), *((str(number), title) for number, title in lectures)]
        )
        self._offer("mode", [(mode.code, str(mode.label)) for mode in courses.delivery_modes()])
        self._offer("beneficiary", [(each.code, wording.region_of(each)) for each in choices.beneficiaries])

    def _offer(self, name: str, options: Sequence[tuple[str, Any]]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = list(options)
        if len(options) == 1 and name != "lecture":
            field.initial = options[0][0]
            field.required = False
            field.widget = forms.HiddenInput()

    def clean_date(self) -> Day:
        day: Day = self.cleaned_data["date"]
        if day.year not in rules.YEARS:
            raise forms.ValidationError(self.fields["date"].error_messages["invalid"], code="invalid")
        return day

    def _chosen(self, name: str, rows: Sequence[Any]) -> Any:
        code = self.cleaned_data.get(name) or rows[0].code
        return next(row for row in rows if row.code == code)

    def said(self) -> dict[str, Any]:
        """Return what was filled in as the operation takes it."""
        return {
            "plan": self._chosen("plan", self.choices.plans),
            "supporter": self._chosen("supporter", self.choices.supporters),
            "beneficiary": self._chosen("beneficiary", self.choices.beneficiaries),
            "lecture_id": int(self.cleaned_data["lecture"]),
            "mode_code": self.cleaned_data["mode"],
            "date": self.cleaned_data["date"],
            "place": self.cleaned_data["place"],
        }
