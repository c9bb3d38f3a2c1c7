"""Forms of the discs."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any, cast
from uuid import uuid4

from django import forms
from django.utils.translation import gettext_lazy as _

from courses.discs import rules, wording
from courses.discs.making import Recipient
from courses.discs.moving import Parcel
from courses.schedule.queries import counties_of
from qianchang.people.models import Association, Region

BY_PARCEL, BY_HAND = "parcel", "hand"


def _day(label: Any) -> forms.DateField:
    return forms.DateField(
        label=label,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": _("Give the day."), "invalid": _("Write the day like 2026-10-31.")},
    )


class _ToSomewhere(forms.Form):
    """For whom discs are: an association, or a county of it by its name; to whom and where they are sent.

    A list of all counties of all regions would be larger than the page; a county is typed as it is called.
    """

    beneficiary = forms.ChoiceField(label=_("For"))
    county = forms.CharField(
        label=_("County"),
        max_length=60,
        required=False,
        help_text=_("Leave it empty for the association itself."),
    )
    recipient = forms.CharField(label=_("Recipient"), max_length=60, help_text=_("Name and telephone number"))
    address = forms.CharField(label=_("Address"), max_length=200, widget=forms.Textarea(attrs={"rows": 2}))

    def __init__(self, *args: Any, associations: Sequence[Association], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.associations = {str(each.pk): each for each in associations}
        field = cast(forms.ChoiceField, self.fields["beneficiary"])
        field.choices = [(key, each.name) for key, each in self.associations.items()]
        if len(self.associations) == 1:
            field.initial = next(iter(self.associations))

    def clean(self) -> dict[str, Any]:
        """Look the county up in the association's region."""
        said = super().clean() or self.cleaned_data
        association, typed = (
            self.associations.get(said.get("beneficiary", "")),
            said.get("county", "").strip(),
        )
        said["region"] = None
        if association is not None and typed:
            found = list(counties_of(association).filter(name_zh__startswith=typed)[:2])
            exact = [county for county in found if county.name_zh == typed]
            if len(exact or found) != 1:
                self.add_error(
                    "county",
                    forms.ValidationError(
                        _(
                            "There is no one county called “%(county)s” in this region. Type its whole name, like 那坡县."
                        ),
                        params={"county": typed},
                    ),
                )
            else:
                said["region"] = (exact or found)[0]
        return said

    def recipient_of(self) -> Recipient:
        """Return for whom it is, as the operations take it."""
        said = self.cleaned_data
        association = self.associations[said["beneficiary"]]
        return Recipient(association, said["region"], said["recipient"], said["address"])


class ComposeForm(forms.Form):
    """The title of a master, and in whose name it is made."""

    title = forms.CharField(
        label=_("Title of the disc"),
        max_length=60,
        help_text=_("It stands on the face and in the menu."),
        error_messages={"required": _("Give the disc a title: it stands on its face and in its menu.")},
    )
    maker = forms.ChoiceField(label=_("Made by"))

    def __init__(self, *args: Any, makers: Sequence[Association], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.makers = {str(each.pk): each for each in makers}
        field = cast(forms.ChoiceField, self.fields["maker"])
        field.choices = [(key, each.name) for key, each in self.makers.items()]
        if len(self.makers) == 1:
            field.widget = forms.HiddenInput()
            field.initial = next(iter(self.makers))

    def maker_of(self) -> Association:
        """Return in whose name it is made."""
        return self.makers[self.cleaned_data["maker"]]


class RegisterForm(_ToSomewhere):
    """For whom a disc is that was not sent yet."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["recipient"].required = self.fields["address"].required = False


class MakeForm(RegisterForm):
    """How many discs of a master, and for whom."""

    count = forms.IntegerField(
        label=_("How many discs"), min_value=1, max_value=rules.MOST_DISCS_AT_ONCE, initial=1
    )

    # Made with the page, so that pressing the button twice makes the discs once.
    batch = forms.UUIDField(widget=forms.HiddenInput(), required=False, initial=uuid4)

    field_order = ("count", "beneficiary", "county", "recipient", "address")


class DispatchForm(_ToSomewhere):
    """One parcel: which discs, to whom, with whom, and when."""

    serials = forms.CharField(
        label=_("Serial numbers"),
        max_length=400,
        help_text=_("As they stand on the discs: D-0057 D-0058"),
        error_messages={"required": _("Type the serial number of at least one disc.")},
    )
    how = forms.ChoiceField(
        label=_("How"),
        choices=[(BY_PARCEL, _("by post or courier")), (BY_HAND, _("somebody takes it along"))],
        widget=forms.RadioSelect,
        initial=BY_PARCEL,
    )
    carrier = forms.CharField(label=_("Post or courier"), max_length=40, required=False)
    tracking_number = forms.CharField(label=_("Number of the parcel"), max_length=40, required=False)
    sent_date = _day(_("Day of dispatch"))

    field_order = (
        "serials", "beneficiary", "county", "recipient", "address", "how", "carrier", "tracking_number", "sent_date",
    )  # fmt: skip

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        kwargs["initial"] = {"sent_date": today, "how": BY_PARCEL, **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)

    def clean_serials(self) -> list[str]:
        """Return the serial numbers as they stand on the discs."""
        serials, others = rules.read_serials(self.cleaned_data["serials"])
        if others:
            raise forms.ValidationError(
                _("“%(word)s” is no serial number. Type them like D-0057, with spaces between."),
                params={"word": others[0]},
            )
        if not serials:
            raise forms.ValidationError(_("Type the serial number of at least one disc."))
        return serials

    def parcel(self) -> Parcel:
        """Return how the discs travel."""
        if self.cleaned_data["how"] == BY_HAND:
            return Parcel(rules.BY_HAND)
        return Parcel(self.cleaned_data["carrier"], self.cleaned_data["tracking_number"])


class StepForm(forms.Form):
    """When something happened to a disc, and who has it, or how it was lost."""

    day = _day(_("Day"))
    words = forms.CharField(label=_("Remark"), max_length=200, required=False)

    def __init__(self, *args: Any, today: date, words: Any = "", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["day"].initial = today
        if words:
            self.fields["words"].label = words


class RequestForm(_ToSomewhere):
    """A request: for where, to whom, why."""

    reason = forms.CharField(
        label=_("Why a disc is needed"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write in a few words why a disc is needed.")},
    )

    def __init__(self, *args: Any, own_county: Region | None, free: bool, **kwargs: Any) -> None:
        """`free`: an officer types any county of the own region; others ask for `own_county` and nowhere else."""
        super().__init__(*args, **kwargs)
        if not free:
            self.fields["beneficiary"].widget = forms.HiddenInput()
            self.fields["recipient"].help_text = _("Name and telephone number of the county contact")
            self.fields["county"].widget = forms.HiddenInput()
            self.fields["county"].initial = own_county.name_zh if own_county is not None else ""


class DeclineForm(forms.Form):
    """Words instead of a disc."""

    answer = forms.CharField(
        label=_("Answer of the association"),
        max_length=200,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write why no disc is sent, and what helps instead.")},
    )


class AnswerForm(forms.Form):
    """The answer sheet of somebody who watched alone: which lecture of the disc, when, its codes, and the statement."""

    licence_number = forms.CharField(
        label=_("Licence number"),
        max_length=17,
        error_messages={"required": _("Type the licence number that stands on the paper.")},
    )
    version = forms.ChoiceField(
        label=_("Lecture"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose the lecture that was watched.")},
    )
    watched_date = _day(_("Watched on"))
    codes = forms.CharField(
        label=_("Codes"),
        max_length=120,
        help_text=_("In their order, with spaces between: 4071 2290"),
        error_messages={"required": _("Copy the codes that the disc shows.")},
    )
    agreed = forms.BooleanField(
        label=_("The statement is signed"),
        error_messages={"required": _("Hours need the signed statement. Tick it if the paper is signed.")},
    )

    def __init__(
        self, *args: Any, lectures: Sequence[tuple[int, str]], own: bool, today: date, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["watched_date"].initial = today
        cast(forms.ChoiceField, self.fields["version"]).choices = [(str(pk), title) for pk, title in lectures]
        if own:
            del self.fields["licence_number"]
            self.fields["agreed"].label = wording.STATEMENT
            self.fields["agreed"].error_messages["required"] = _(
                "Hours need your statement. Tick it if it is true."
            )

    def typed(self) -> list[str]:
        """Return the codes, each for itself."""
        return [each for each in re.split(r"[\s,，、;；]+", self.cleaned_data["codes"]) if each]
