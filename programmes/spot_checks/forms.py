"""The forms of spot checks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from programmes.plans import queries as plans
from programmes.plans.models import Plan
from programmes.quotas.wording import association_name
from programmes.spot_checks import rules
from programmes.spot_checks.draw import digits_of
from programmes.spot_checks.models import Answer, Finding, Sampled
from programmes.spot_checks.operations import LONGEST_SOURCE
from programmes.spot_checks.queries import Viewer
from qianchang.groundwork import photos
from qianchang.people.models import Association

ALL = ""


@dataclass(frozen=True)
class Choices:
    """What somebody can check: the plans of sessions that concern them, with both sides."""

    plans: tuple[Plan, ...]
    supporters: tuple[Association, ...]
    beneficiaries: tuple[Association, ...]


def choices_for(viewer: Viewer) -> Choices:
    """Return the plans and sides of the targets that somebody has a part in: two queries."""
    chosen_plans: dict[int, Plan] = {}
    supporters: dict[int, Association] = {}
    beneficiaries: dict[int, Association] = {}
    for target in plans.targets(plans.session_plans()):
        if target.beneficiary is None or not viewer.is_of(target.supporter_id, target.beneficiary.pk):
            continue
        chosen_plans[target.plan_id] = target.plan
        supporters[target.supporter_id] = target.supporter
        beneficiaries[target.beneficiary.pk] = target.beneficiary
    return Choices(tuple(chosen_plans.values()), tuple(supporters.values()), tuple(beneficiaries.values()))


def _day(label: Any, hint: Any = "") -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Give the day."), "invalid": _("Write the day like 2026-10-31.")},
    )


def _month(label: Any) -> forms.RegexField:
    return forms.RegexField(
        r"^20[0-9]{2}-(0[1-9]|1[0-2])$",
        label=label,
        widget=forms.TextInput(attrs={"placeholder": "2026-10", "size": 7}),
        error_messages={
            "required": _("Write the months like 2026-10."),
            "invalid": _("Write the months like 2026-10."),
        },
    )


class AnnounceForm(forms.Form):
    """Announces one check. A plan or a side without a choice is not asked for."""

    plan = forms.ChoiceField(label=_("Plan"))
    supporter = forms.ChoiceField(label=_("Supporting association"), required=False)
    beneficiary = forms.ChoiceField(label=_("Beneficiary association"), required=False)
    first_month = _month(_("Counted from month"))
    last_month = _month(_("Counted until month"))
    sample_size = forms.IntegerField(
        label=_("How many sessions to draw"),
        min_value=1,
        max_value=rules.LARGEST_SAMPLE,
        error_messages={"required": _("Say how many sessions are drawn.")},
    )
    seed_source = forms.CharField(
        label=_("Public number that decides"),
        max_length=LONGEST_SOURCE,
        help_text=_("One that nobody can know or choose today, and where everybody can read it."),
        error_messages={"required": _("Say which public number decides, and where everybody can read it.")},
    )
    seed_date = _day(_("Day of the number"))

    def __init__(self, *args: Any, choices: Choices, viewer: Viewer, today: date, **kwargs: Any) -> None:
        last = today.replace(day=1) - timedelta(days=1)
        kwargs.setdefault(
            "initial",
            {
                "first_month": f"{last:%Y-%m}",
                "last_month": f"{last:%Y-%m}",
                "sample_size": 5,
                "seed_source": _(
                    "“Double colour ball” of the China Welfare Lottery: six red, one blue, in order"
                ),
                "seed_date": today + timedelta(days=7),
            },
        )
        super().__init__(*args, **kwargs)
        self.choices, self.viewer = choices, viewer
        self._offer("plan", [(plan.code, str(plan)) for plan in choices.plans])
        self._offer_sides("supporter", choices.supporters)
        self._offer_sides("beneficiary", choices.beneficiaries)

    def _offer_sides(self, name: str, sides: Sequence[Association]) -> None:
        options = [(each.code, association_name(each)) for each in sides]
        self._offer(name, options if len(options) == 1 else [(ALL, _("All")), *options])

    def _offer(self, name: str, options: Sequence[tuple[str, Any]]) -> None:
        field = cast(forms.ChoiceField, self.fields[name])
        field.choices = list(options)
        if len(options) == 1:
            field.initial = options[0][0]
            field.required = False
            field.widget = forms.HiddenInput()

    def _chosen(self, name: str, rows: Sequence[Any]) -> Any:
        code = self.cleaned_data.get(name) or (rows[0].code if len(rows) == 1 else ALL)
        return next((row for row in rows if row.code == code), None)

    def clean(self) -> dict[str, Any] | None:
        """Refuse a choice in which neither side is the officer's own."""
        cleaned = super().clean()
        sides = [self._chosen(name, rows) for name, rows in self._sides()]
        if self.viewer.mine is not None and not any(
            side is not None and side.pk in self.viewer.mine for side in sides
        ):
            raise forms.ValidationError(_("Choose your own association on one of the sides."), code="own")
        return cleaned

    def _sides(self) -> list[tuple[str, Sequence[Association]]]:
        return [("supporter", self.choices.supporters), ("beneficiary", self.choices.beneficiaries)]

    def said(self) -> dict[str, Any]:
        """Return what was filled in as the operation takes it."""
        names = ("first_month", "last_month", "sample_size", "seed_source", "seed_date")
        return {
            "plan": self._chosen("plan", self.choices.plans),
            **{name: self._chosen(name, rows) for name, rows in self._sides()},
            **{name: self.cleaned_data[name] for name in names},
        }


class DrawForm(forms.Form):
    """The public number, typed twice: it is entered once and for ever."""

    public_number = forms.CharField(
        label=_("The number, from left to right"),
        max_length=120,
        error_messages={"required": _("Type the number.")},
    )
    again = forms.CharField(
        label=_("The same again"), max_length=120, error_messages={"required": _("Type the number again.")}
    )

    def clean(self) -> dict[str, Any] | None:
        """Refuse two different numbers."""
        cleaned = super().clean() or {}
        first, second = cleaned.get("public_number"), cleaned.get("again")
        if first and second and digits_of(first) != digits_of(second):
            self.add_error("again", _("This is not the number above. Compare it with the source."))
        return cleaned


class CallOffForm(forms.Form):
    """Why a check is called off."""

    reason = forms.CharField(
        label=_("Why the check is called off"),
        max_length=500,
        error_messages={"required": _("Say why the check is called off; both sides read it.")},
    )


class _WithPhoto(forms.Form):
    """A form with a photo, which is painted anew before it is kept."""

    photo = forms.FileField(
        label=_("Photo (if it helps)"),
        help_text=_("JPEG, PNG or WebP, at most 8 MB; it is made small here."),
        required=False,
        widget=forms.FileInput(attrs={"accept": "image/jpeg,image/png,image/webp"}),
        error_messages={"empty": _("This file is empty. Choose another one.")},
    )

    def clean_photo(self) -> bytes:
        """Return the photo as it is kept, or nothing."""
        sent = self.cleaned_data["photo"]
        if not sent:
            return b""
        try:
            return photos.repainted(sent, size_bytes=sent.size)
        except photos.UnusablePhoto as refusal:
            raise forms.ValidationError(str(refusal), code="photo") from refusal


class FindingForm(_WithPhoto):
    """What was found of one drawn session."""

    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=Finding.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether the session is in order or faulty.")},
    )
    words = forms.CharField(
        label=_("What was found"),
        required=False,
        max_length=2000,
        help_text=_("Needed for a fault. No names of lawyers: the session and its sheet say enough."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    kind = forms.ChoiceField(
        label=_("Kind of fault"), required=False, choices=[("", "—"), *Finding.Kind.choices[1:]]
    )
    addressee = forms.ChoiceField(label=_("Mended by"), required=False)
    deadline_date = _day(_("Mended until"))

    field_order = ("outcome", "kind", "words", "photo", "addressee", "deadline_date")

    def __init__(self, *args: Any, sampled: Sampled, today: date, **kwargs: Any) -> None:
        entry = sampled.line.entry
        self.sides = {side.code: side for side in (entry.supporter, entry.beneficiary)}
        kwargs.setdefault(
            "initial",
            {
                "addressee": entry.supporter.code,
                "deadline_date": today + timedelta(days=rules.MEND_WITHIN_DAYS),
            },
        )
        super().__init__(*args, **kwargs)
        self.fields["deadline_date"].required = False
        addressee = cast(forms.ChoiceField, self.fields["addressee"])
        addressee.choices = [(code, association_name(side)) for code, side in self.sides.items()]

    def said(self) -> dict[str, Any]:
        """Return what was filled in as the operation takes it."""
        names = ("outcome", "kind", "words", "photo", "deadline_date")
        return {
            **{name: self.cleaned_data[name] for name in names},
            "addressee": self.sides.get(self.cleaned_data["addressee"]),
        }


class ReplyForm(_WithPhoto):
    """What was mended."""

    words = forms.CharField(
        label=_("What was mended, or why there is nothing to mend"),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": _("Say what was mended, or why there is nothing to mend.")},
    )

    field_order = ("words", "photo")


class AnswerForm(forms.Form):
    """Whether a reply is enough."""

    outcome = forms.ChoiceField(
        label=_("Result"),
        choices=Answer.Outcome.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Say whether it is mended, explained or not enough.")},
    )
    words = forms.CharField(
        label=_("Remark (needed when it is not enough)"),
        required=False,
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    new_deadline_date = _day(_("New day, when it is not enough"))

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"new_deadline_date": today + timedelta(days=rules.MEND_WITHIN_DAYS)})
        super().__init__(*args, **kwargs)
        self.fields["new_deadline_date"].required = False
