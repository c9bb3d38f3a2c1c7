"""Forms of one lawyer's page at the office: moved, left, suspended or back, an officer's decision, its end.

Each form translates to one operation (`carry_out`), and says what was done (`done`).
"""

from datetime import date, datetime
from difflib import get_close_matches
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from qianchang.people import facts, practice, registrations, rules
from qianchang.people.models import Account, EligibilityOverride, Firm, Lawyer, Practice, Region
from qianchang.people.permissions import Act, associations_where

NOBODY_SAID = _("Fill this in.")


def day(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    """Return the field of a day, as every form of dated facts has it."""
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(attrs={"type": "date"}),
        error_messages={"required": NOBODY_SAID, "invalid": _("Write the day as 2026-10-31.")},
    )


def document() -> forms.CharField:
    """Return the field of the document that a fact rests on."""
    return forms.CharField(
        label=_("Basis document"),
        help_text=_("Its number or title, as it can be found again."),
        max_length=120,
        error_messages={"required": NOBODY_SAID},
    )


class LawyerForm(forms.Form):
    """One thing that an officer records about one lawyer."""

    done: Any = ""

    def __init__(self, *args: Any, lawyer: Lawyer, by: Account, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.lawyer, self.by, self.today = lawyer, by, today


class TransferForm(LawyerForm):
    """Moved to another firm."""

    done = _("Recorded: the lawyer is at the new firm from that day on.")
    firm = forms.CharField(
        label=_("New firm"),
        help_text=_("Its whole name, as on the roster."),
        max_length=120,
        error_messages={"required": NOBODY_SAID},
    )
    on = day(_("First day there"))
    source = document()

    def clean_firm(self) -> Firm:
        """Return the firm of this name among those of the officer's associations; near names are proposed."""
        name = rules.plain_name(self.cleaned_data["firm"])
        reach = associations_where(self.by, Act.IMPORT_ROSTER, on=self.today)
        firms = Firm.objects.filter(Q() if reach is None else Q(association__in=reach))
        found = list(firms.filter(name=name).order_by("association__code")[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(
                _(
                    "Several associations have a firm of this name. Ask the one of the firm to enter the lawyer."
                )
            )
        near = get_close_matches(
            name, firms.values_list("name", flat=True).distinct()[:5000], n=1, cutoff=0.6
        )
        if near:
            raise forms.ValidationError(
                _("No firm of your roster has this name. Is it %(near)s?"), params={"near": near[0]}
            )
        raise forms.ValidationError(
            _("No firm of your roster has this name. A firm comes to it with the import of the roster.")
        )

    def carry_out(self, *, at: datetime) -> None:
        typed = self.cleaned_data
        registrations.transfer_lawyer(
            lawyer=self.lawyer, firm=typed["firm"], on=typed["on"], source=typed["source"], by=self.by, at=at
        )


class LeaveForm(LawyerForm):
    """Left the roster."""

    done = _("Recorded: the lawyer is on no roster from that day on. Hours and records stay.")
    on = day(_("First day away"))
    source = document()

    def carry_out(self, *, at: datetime) -> None:
        typed = self.cleaned_data
        registrations.end_registration(
            lawyer=self.lawyer, on=typed["on"], source=typed["source"], by=self.by, at=at
        )


class PracticeForm(LawyerForm):
    """A stretch of practice, or a suspension."""

    done = _("Recorded. The yearly duty is reckoned with it from now on.")
    kind = forms.ChoiceField(label=_("What"), choices=Practice.Kind.choices)
    valid_from = day(_("From"))
    valid_until = day(
        _("Until"),
        _("The first day on which it no longer holds. Empty while it lasts; record it again to end it."),
        required=False,
    )
    source = document()

    def carry_out(self, *, at: datetime) -> None:
        typed = self.cleaned_data
        practice.record_practice(
            lawyer=self.lawyer,
            kind=typed["kind"],
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
            source=typed["source"],
            by=self.by,
            at=at,
        )


class OverrideForm(LawyerForm):
    """An officer's decision about eligibility."""

    done = _("Decided. Enrolments from now on count with it; those that stand keep what was frozen on them.")
    category = forms.ChoiceField(label=_("As what"), choices=EligibilityOverride.Category.choices)
    counts = forms.ChoiceField(
        label=_("Decision"),
        choices=(("yes", _("counts")), ("no", _("does not count"))),
        widget=forms.RadioSelect,
    )
    valid_from = day(_("From"))
    valid_until = day(_("Until"), _("Empty: until somebody ends it."), required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, error_messages={"required": NOBODY_SAID})
    source = document()

    def carry_out(self, *, at: datetime) -> None:
        typed = self.cleaned_data
        facts.override_eligibility(
            lawyer=self.lawyer,
            category=typed["category"],
            counts=typed["counts"] == "yes",
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
            reason=typed["reason"],
            source=typed["source"],
            by=self.by,
            at=at,
        )


class EndOverrideForm(LawyerForm):
    """The end of a decision."""

    done = _("Ended. From that day on rule and lists decide again.")
    decision = forms.ModelChoiceField(
        label=_("Decision"),
        queryset=EligibilityOverride.objects.none(),
        error_messages={"required": NOBODY_SAID, "invalid_choice": _("This decision has ended already.")},
    )
    until = day(_("First day without it"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["decision"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = self.lawyer.eligibility_overrides.filter(valid_until__isnull=True)
        field.label_from_instance = decision_in_words  # type: ignore[method-assign, assignment]
        field.empty_label = None

    def carry_out(self, *, at: datetime) -> None:
        typed = self.cleaned_data
        facts.end_fact(fact=typed["decision"], until=typed["until"], by=self.by, at=at)


class FirmMoveForm(forms.Form):
    """A firm moved to another region."""

    region = forms.CharField(
        label=_("New region"),
        help_text=_("Its code by GB/T 2260, such as 451026, or its whole name."),
        max_length=60,
        error_messages={"required": NOBODY_SAID},
    )
    on = day(_("First day there"))
    source = document()

    def __init__(self, *args: Any, firm: Firm, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix, self.firm = "", firm

    def clean_region(self) -> Region:
        """Return the region of this code or name."""
        typed = self.cleaned_data["region"].strip()
        found = list(Region.objects.filter(Q(code=typed) | Q(name_zh=rules.plain_name(typed)))[:2])
        if len(found) == 1:
            return found[0]
        if found:
            raise forms.ValidationError(_("Several regions have this name. Give the code."))
        raise forms.ValidationError(_("No region has this code or name. Look it up in the document."))

    def carry_out(self, *, by: Account, at: datetime) -> None:
        """Record the move; the firm stays with its association. Raises UnableToMove."""
        typed = self.cleaned_data
        registrations.move_firm(
            firm=self.firm, region=typed["region"], on=typed["on"], source=typed["source"], by=by, at=at
        )


def decision_in_words(decision: EligibilityOverride) -> str:
    """Return a decision as one line: as what, counts or not, since when."""
    words = _now("counts") if decision.counts else _now("does not count")
    return f"{decision.get_category_display()} · {words} · {decision.valid_from or ''}"


REFUSALS = (facts.UnableToRecordFact, practice.UnableToRecordPractice, registrations.UnableToMove)

# By the name of the button. Who may import the roster may do the first three, who may decide the last two.
AnyForm = TransferForm | LeaveForm | PracticeForm | OverrideForm | EndOverrideForm
ROSTER_FORMS: dict[str, type[AnyForm]] = {
    "transfer": TransferForm,
    "leave": LeaveForm,
    "practice": PracticeForm,
}
DECISION_FORMS: dict[str, type[AnyForm]] = {"decide": OverrideForm, "end": EndOverrideForm}
