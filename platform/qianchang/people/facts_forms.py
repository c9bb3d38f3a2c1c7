"""Forms of the dated facts: what counts as what, who is paired with whom, and their end."""

from datetime import datetime
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qianchang.people import facts, rules
from qianchang.people.lawyer_forms import NOBODY_SAID, day, document
from qianchang.people.models import Account, Association, Designation, Firm, Lawyer, Pairing, Region

UNTIL_HINT = _("The first day on which it no longer holds. Empty while it lasts.")


class DesignationForm(forms.Form):
    """A region or an association counts as something."""

    kind = forms.ChoiceField(label=_("As what"), choices=Designation.Kind.choices)
    code = forms.CharField(
        label=_("Code"),
        help_text=_("Of the region by GB/T 2260, such as 451026, or of the association, such as CN-GX."),
        max_length=20,
        error_messages={"required": NOBODY_SAID},
    )
    valid_from = day(_("From"), _("Empty where the document names no first day."), required=False)
    valid_until = day(_("Until"), UNTIL_HINT, required=False)
    source = document()

    def clean_code(self) -> str:
        """Return the code, of a region or an association that we have."""
        code: str = self.cleaned_data["code"].strip().upper()
        unit: Region | Association | None = (
            Region.objects.filter(code=code).first() or Association.objects.filter(code=code).first()
        )
        if unit is None:
            raise forms.ValidationError(
                _("No region and no association has this code. Look it up in the document.")
            )
        self.cleaned_data["name"] = unit.name_zh
        return code

    def carry_out(self, *, by: Account, at: datetime) -> None:
        """Record the fact. Raises UnableToRecordFact."""
        typed = self.cleaned_data
        facts.record_designation(
            kind=typed["kind"],
            code=typed["code"],
            name=typed["name"],
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
            source=typed["source"],
            by=by,
            at=at,
        )


class PairingForm(forms.Form):
    """Two associations, two firms or two lawyers are paired. Each side is named in words: an association or a firm by
    its name or code, a lawyer by the licence number.
    """

    kind = forms.ChoiceField(label=_("Kind"), choices=Pairing.Kind.choices)
    supporting = forms.CharField(
        label=_("Who helps"),
        help_text=_("Name or code of an association, name of a firm, or licence number of a lawyer."),
        max_length=120,
        error_messages={"required": NOBODY_SAID},
    )
    beneficiary = forms.CharField(
        label=_("Who is helped"),
        help_text=_("Of the same sort: two associations, two firms or two lawyers."),
        max_length=120,
        error_messages={"required": NOBODY_SAID},
    )
    programme_code = forms.CharField(
        label=_("Programme"), help_text=_("Its code, if it belongs to one."), max_length=20, required=False
    )
    valid_from = day(_("From"), _("Empty where the document names no first day."), required=False)
    valid_until = day(_("Until"), UNTIL_HINT, required=False)
    source = document()

    def __init__(self, *args: Any, seen: Q, **kwargs: Any) -> None:
        """`seen` cuts lawyers to those whom the officer may see: to nobody else does a licence number answer."""
        super().__init__(*args, **kwargs)
        self._seen = seen

    def clean_supporting(self) -> Association | Firm | Lawyer:
        return _side(self.cleaned_data["supporting"], self._seen)

    def clean_beneficiary(self) -> Association | Firm | Lawyer:
        return _side(self.cleaned_data["beneficiary"], self._seen)

    def carry_out(self, *, by: Account, at: datetime) -> None:
        """Record the pair. Raises UnableToRecordFact."""
        typed = self.cleaned_data
        facts.record_pairing(
            kind=typed["kind"],
            supporting=typed["supporting"],
            beneficiary=typed["beneficiary"],
            programme_code=typed["programme_code"].strip(),
            valid_from=typed["valid_from"],
            valid_until=typed["valid_until"],
            source=typed["source"],
            by=by,
            at=at,
        )


class EndForm(forms.Form):
    """The end of one of the facts on the page."""

    fact = forms.ModelChoiceField(
        queryset=Designation.objects.none(),
        widget=forms.HiddenInput,
        error_messages={"required": NOBODY_SAID, "invalid_choice": _("This has ended already.")},
    )
    until = day(_("First day without it"))

    def __init__(self, *args: Any, model: type[Designation] | type[Pairing], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["fact"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = model._default_manager.filter(valid_until__isnull=True)
        # The fact as the page names it above the form; None when the address or the form names none that lasts.
        named = str(self.data.get("fact") or self.initial.get("fact") or "")
        self.fact_ended = field.queryset.filter(pk=named).first() if named.isdigit() else None

    def carry_out(self, *, by: Account, at: datetime) -> None:
        """End the fact. Raises UnableToRecordFact."""
        facts.end_fact(fact=self.cleaned_data["fact"], until=self.cleaned_data["until"], by=by, at=at)


def _side(typed: str, seen: Q) -> Association | Firm | Lawyer:
    number, name = rules.plain_licence_number(typed), rules.plain_name(typed)
    if rules.is_licence_number(number):
        lawyer = Lawyer.objects.filter(seen, licence_number=number).first()
        if lawyer is None:
            raise forms.ValidationError(_("Nobody on a roster that you see has this licence number."))
        return lawyer
    association = Association.objects.filter(Q(code__iexact=name) | Q(name_zh=name)).first()
    if association is not None:
        return association
    firms = list(Firm.objects.filter(name=name)[:2])
    if len(firms) == 1:
        return firms[0]
    if firms:
        raise forms.ValidationError(_("Several firms have this name. Pair their associations or lawyers."))
    raise forms.ValidationError(
        _("No association and no firm has this name, nor this code. Write it in full.")
    )
