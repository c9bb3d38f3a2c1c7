"""The forms of a plan: years of a proposal, cells, terms of a target, a document."""

from collections.abc import Mapping, Sequence
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from programmes.plans import documents, targets
from programmes.plans.models import Target
from programmes.plans.pages import field_name
from programmes.plans.planner import Place
from programmes.plans.rules import ASSIGNED, INEXACT
from qianchang.people.models import Account

MOST_YEARS = 20
NUMBER_WANTED = _("Write a whole number, 0 or more.")


class YearsForm(forms.Form):
    """From which year a proposal begins, and how many years it has; empty: as the documents say."""

    first = forms.IntegerField(
        label=_("First year"),
        required=False,
        min_value=targets.YEARS[0],
        max_value=targets.YEARS[-1],
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": _("Write the year like 2026.")},
    )
    count = forms.IntegerField(
        label=_("How many years"),
        help_text=_("Empty: as the documents say."),
        required=False,
        min_value=1,
        max_value=MOST_YEARS,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
        error_messages={"invalid": NUMBER_WANTED},
    )

    def clean(self) -> dict[str, Any]:
        """Refuse a number of years that nothing says the beginning of."""
        typed = super().clean() or self.cleaned_data
        if typed.get("count") is not None and typed.get("first") is None and "first" not in self.errors:
            self.add_error("first", _("Give the first year as well."))
        return typed


class CellsForm(forms.Form):
    """A number for each cell, and a reason for each number that is departed from and may be."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self,
        *args: Any,
        places: Mapping[Place, int],
        labels: Mapping[Place, str],
        soft: Sequence[Target],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.places = {field_name(place): place for place in places}
        self.soft = {f"reason-{target.key}": target for target in soft}
        for name, place in self.places.items():
            self.fields[name] = forms.IntegerField(
                label=labels[place],
                min_value=0,
                max_value=targets.MOST,
                initial=places[place],
                error_messages={
                    "required": NUMBER_WANTED,
                    "invalid": NUMBER_WANTED,
                    "min_value": NUMBER_WANTED,
                },
            )
        for name in self.soft:
            self.fields[name] = forms.CharField(required=False, max_length=1000)

    def quantities(self) -> dict[Place, int]:
        """Return the number of each cell."""
        return {place: self.cleaned_data[name] for name, place in self.places.items()}

    def reasons(self) -> dict[str, str]:
        """Return the reasons by the keys of the targets."""
        return {target.key: self.cleaned_data[name] for name, target in self.soft.items()}

    def faults(self) -> dict[str, tuple[str, str]]:
        """Return what was typed and what is wrong with it, for each box that holds no number."""
        return {
            name: (str(self[name].value()), str(self.errors[name][0]))
            for name in self.places
            if name in self.errors
        }

    def typed(self, place: Place) -> int:
        """Return what stands in the box of a cell, and 0 for what is no number."""
        value = str(self[field_name(place)].value())
        return int(value) if value.isdecimal() and len(value) < 7 else 0


def soft_targets(rows: Sequence[Target]) -> list[Target]:
    """Return the targets that a breakdown may depart from with a reason."""
    return [target for target in rows if target.strength not in (ASSIGNED, *INEXACT)]


class TermsForm(forms.Form):
    """Who answers for a target, until when, and whether a shortfall carries over."""

    seen = forms.IntegerField(widget=forms.HiddenInput)
    owner = forms.ModelChoiceField(
        label=_("Who answers for it"),
        queryset=Account.objects.none(),
        required=False,
        empty_label=_("Nobody yet"),
        error_messages={"invalid_choice": _("Choose somebody of the list.")},
    )
    deadline_date = forms.DateField(
        label=_("Deadline"),
        required=False,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"invalid": _("Write the day like 2026-10-31.")},
    )
    carry_over = forms.BooleanField(label=_("What a year lacks is owed in the next one"), required=False)

    def __init__(self, *args: Any, target: Target, owners: Sequence[Account], **kwargs: Any) -> None:
        initial = {
            "seen": target.revision,
            "owner": target.owner_id,
            "deadline_date": target.deadline_date,
            "carry_over": target.carry_over,
        }
        super().__init__(*args, **{"initial": initial, "label_suffix": "", **kwargs})
        numbers = {each.pk for each in owners} | ({target.owner_id} if target.owner_id else set())
        field = cast("forms.ModelChoiceField[Account]", self.fields["owner"])
        field.queryset = Account.objects.filter(pk__in=numbers).order_by("display_name", "pk")


class DocumentForm(forms.Form):
    """A file of a basis document."""

    file = forms.FileField(
        label=_("File of the document"),
        help_text=_("PDF, JPEG, PNG or Word, at most 10 MB."),
        widget=forms.FileInput(attrs={"accept": ",".join(f".{kind.value}" for kind in documents.KINDS)}),
        error_messages={
            "required": _("Choose the file first."),
            "empty": _("This file is empty. Choose another one."),
        },
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Return the name of the file and its bytes, at most one more than may come."""
        sent = self.cleaned_data["file"]
        return str(sent.name), sent.read(documents.MOST_BYTES + 1)
