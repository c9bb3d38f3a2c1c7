"""The forms of the registers. Each field says in its error what to do."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from programmes.placements import rules
from programmes.placements.models import CountyClass, Donation, HostShare, Topic, TrainingDay
from programmes.placements.rules import Part
from qianchang.people import rules as people_rules
from qianchang.people.models import Association, Firm, Lawyer, Pairing
from qianchang.people.walls import as_platform

NOBODY_SAID = _("Fill this in.")
CHOOSE = _("Choose one of the list.")


def _day(label: Any, hint: Any = "", *, required: bool = True) -> forms.DateField:
    return forms.DateField(
        label=label,
        help_text=hint,
        required=required,
        widget=forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}),
        error_messages={"required": NOBODY_SAID, "invalid": _("Write the day as 2026-10-31.")},
    )


def _year() -> forms.IntegerField:
    return forms.IntegerField(
        label=_("Year"),
        min_value=rules.YEARS.start,
        max_value=rules.YEARS.stop - 1,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"),
            _("Write the year with four digits, such as 2026."),
        ),
    )


def _choice(label: Any, choices: Sequence[tuple[str, Any]] = (), hint: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        help_text=hint,
        choices=list(choices),
        error_messages={"required": CHOOSE, "invalid_choice": CHOOSE},
    )


def _text(label: Any, hint: Any = "", *, length: int = 120, required: bool = True) -> forms.CharField:
    return forms.CharField(
        label=label,
        help_text=hint,
        max_length=length,
        required=required,
        error_messages={"required": NOBODY_SAID},
    )


def _count(label: Any, least: int = 0) -> forms.IntegerField:
    return forms.IntegerField(
        label=label,
        min_value=least,
        max_value=100_000,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_value"), _("Give a whole number.")
        ),
    )


def _lawyer() -> forms.CharField:
    return _text(_("Licence number"), _("17 digits, of a lawyer on a roster of your association."), length=40)


class Plain(forms.Form):
    """A form without colons behind its labels."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""


class OfALawyer(Plain):
    """A form that names a lawyer by the licence number; `seen` cuts to those whom the officer may enrol."""

    licence_number = _lawyer()

    def __init__(self, *args: Any, seen: Q, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._seen = seen

    def clean_licence_number(self) -> Lawyer:
        """Return the lawyer."""
        number = people_rules.plain_licence_number(self.cleaned_data["licence_number"])
        rows = Lawyer.objects.filter(self._seen, licence_number=number)
        lawyer = rows.select_related("firm", "association__parent__parent").first()
        if lawyer is None:
            raise forms.ValidationError(_("Nobody on a roster that you see has this licence number."))
        return lawyer


class NominationForm(OfALawyer):
    """Nominates a lawyer to a host for a year."""

    host = _choice(_("Host association"), hint=_("Behind each host its places a year."))
    year = _year()

    def __init__(self, *args: Any, shares: Sequence[HostShare], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._shares = {str(share.host_id): share for share in shares}
        field = self.fields["host"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
        field.choices = [(key, f"{share.host.name} · {share.places}") for key, share in self._shares.items()]

    def clean_host(self) -> HostShare:
        """Return the row of the chosen host, which names its supporter."""
        return self._shares[self.cleaned_data["host"]]


class ReasonForm(Plain):
    """Asks why."""

    reason = _text(_("Reason"), length=200)


class DaysForm(Plain):
    """Logs one day or a stretch of days."""

    part = _choice(_("Part"), TrainingDay.Part.choices)
    first = _day(_("First day"))
    last = _day(_("Last day"), _("Empty for one day only."), required=False)
    weekends = forms.BooleanField(label=_("Saturdays and Sundays too"), required=False)
    place = _text(_("Where"), _("The place of the class, or the law firm."))

    def clean_part(self) -> Part:
        """Return the part as the rules know it."""
        return Part(self.cleaned_data["part"])

    def days(self) -> list[date]:
        """Return the days that were typed."""
        typed = self.cleaned_data
        return rules.stretch(typed["first"], typed["last"] or typed["first"], weekends=typed["weekends"])


class StrikeForm(Plain):
    """Names the day to strike."""

    day = forms.ModelChoiceField(
        queryset=TrainingDay.objects.none(),
        error_messages={"required": CHOOSE, "invalid_choice": _("This day is struck already.")},
    )

    def __init__(self, *args: Any, trainee_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["day"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 - for the type checker
        field.queryset = TrainingDay.objects.filter(
            trainee=trainee_id, struck_at__isnull=True
        ).select_related("trainee__host__parent__parent")


class StipendForm(Plain):
    """Records a payment."""

    paid_date = _day(_("Paid on"))
    reference = _text(_("Voucher"), _("Its number, as it can be found in the books."), length=60)


class PlacesForm(Plain):
    """Says how many places a host has in a year."""

    host = _choice(_("Host association"))
    year = _year()
    places = _count(_("Places"))
    basis = _text(_("Basis document"), _("Its number or title, as it can be found again."))

    def __init__(self, *args: Any, hosts: Sequence[Association], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._hosts = _offer(self, "host", hosts)

    def clean_host(self) -> Association:
        """Return the chosen host."""
        return self._hosts[self.cleaned_data["host"]]


class FirmForm(Plain):
    """A form that names a law firm of the associations `among`."""

    firm = _text(_("Receiving law firm"), _("Its whole name, as on the roster."))

    def __init__(self, *args: Any, among: Collection[int] | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.among = among

    def firm_of(self, typed: str, associations: Collection[int]) -> Firm:
        """Return the firm of this name at or below some associations. Raises ValidationError."""
        reach = Q(association__in=associations) | Q(association__parent__in=associations)
        found = Firm.objects.filter(reach, name=people_rules.plain_name(typed))
        firms = list(found.select_related("association__parent__parent").order_by("pk")[:2])
        if len(firms) == 1:
            return firms[0]
        if firms:
            raise forms.ValidationError(
                _("Two associations have a firm of this name. Ask the receiving side for the right one.")
            )
        raise forms.ValidationError(
            _("The receiving association has no firm of this name. Write it as on the roster.")
        )


class DonationForm(FirmForm):
    """Enters a gift."""

    donor = _choice(_("Donor"))
    beneficiary = _choice(_("Beneficiary association"))
    year = _year()
    kind = _choice(_("What is given"), Donation.Kind.choices)
    quantity = _count(_("How many"), least=1)
    value_cny = forms.DecimalField(
        label=_("Value in yuan"),
        help_text=_("A vehicle or a subsidy: at least 50,000."),
        min_value=Decimal("0.01"),
        max_digits=12,
        decimal_places=2,
        error_messages=dict.fromkeys(
            ("required", "invalid", "min_value", "max_decimal_places", "max_digits", "max_whole_digits"),
            _("Give the value in yuan, with two places at most."),
        ),
    )
    description = _text(_("Description"), _("Make, plate or model."), required=False)

    field_order = (
        "donor", "beneficiary", "year", "kind", "quantity", "value_cny", "description", "firm",
    )  # fmt: skip

    def __init__(
        self, *args: Any, donors: Sequence[Association], beneficiaries: Sequence[Association], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self._donors = _offer(self, "donor", donors)
        self._beneficiaries = _offer(self, "beneficiary", beneficiaries)
        self.fields["firm"].required = False
        self.fields["firm"].help_text = _(
            "Its whole name, as on the roster. It can follow with the delivery."
        )

    def clean_donor(self) -> Association:
        """Return the chosen donor."""
        return self._donors[self.cleaned_data["donor"]]

    def clean_beneficiary(self) -> Association:
        """Return the chosen beneficiary association."""
        return self._beneficiaries[self.cleaned_data["beneficiary"]]

    def clean_firm(self) -> Firm | None:
        """Return the firm of the chosen association; None when it is not known yet."""
        typed, beneficiary = self.cleaned_data["firm"], self.cleaned_data.get("beneficiary")
        return self.firm_of(typed, [beneficiary.pk]) if typed and beneficiary else None


class DeliveryForm(FirmForm):
    """Records that a gift was handed over."""

    delivered_date = _day(_("Delivered on"))

    def clean_firm(self) -> Firm:
        """Return the firm."""
        return self.firm_of(self.cleaned_data["firm"], self.among or [])


class LeaveForm(ReasonForm):
    """Ends somebody's time in the pool."""

    until = _day(_("First day outside of the pool"))
    field_order = ("until", "reason")


class LawyerPairForm(Plain):
    """Pairs two lawyers. Each is named by licence number and name together: one alone answers to nobody."""

    kind = _choice(_("Kind"), Pairing.Kind.choices)
    supporting_number = _text(_("Who helps: licence number"), length=40)
    supporting_name = _text(_("Who helps: name"), length=60)
    beneficiary_number = _text(_("Who is helped: licence number"), length=40)
    beneficiary_name = _text(_("Who is helped: name"), length=60)
    valid_from = _day(_("From"))
    source = _text(_("Basis document"), _("Its number or title, as it can be found again."))

    def clean(self) -> dict[str, Any]:
        """Find both lawyers."""
        typed = super().clean() or self.cleaned_data
        for side in ("supporting", "beneficiary"):
            number, name = typed.get(f"{side}_number"), typed.get(f"{side}_name")
            if number and name:
                typed[side] = self._found(number, name)
                if typed[side] is None:
                    self.add_error(
                        f"{side}_number",
                        _("No lawyer on a roster has this licence number and this name. Check both."),
                    )
        return typed

    @staticmethod
    def _found(number: str, name: str) -> Lawyer | None:
        plain = people_rules.plain_licence_number(number)
        with as_platform("the other lawyer of a pair stands on another roster"):
            rows = Lawyer.objects.filter(licence_number=plain, name=" ".join(name.split()))
            return rows.select_related("firm", "association__parent__parent").first()


class EndPairForm(Plain):
    """Ends a pair."""

    until = _day(_("First day without the pair"))


class CountyClassForm(Plain):
    """Records a class for county lawyers."""

    organiser = _choice(_("Organiser"))
    kind = _choice(_("Kind"), CountyClass.Kind.choices)
    title = _text(_("Name of the class"))
    first = _day(_("First day"))
    last = _day(_("Last day"))
    place = _text(_("Place"), required=False)
    topics = forms.ModelMultipleChoiceField(
        label=_("Topics"),
        queryset=Topic.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Choose at least one topic."), "invalid_choice": CHOOSE},
    )

    def __init__(self, *args: Any, organisers: Sequence[Association], plan_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._organisers = _offer(self, "organiser", organisers)
        field = self.fields["topics"]
        assert isinstance(field, forms.ModelMultipleChoiceField)  # noqa: S101 - for the type checker
        field.queryset = Topic.objects.filter(plan=plan_id).order_by("position")

    def clean_organiser(self) -> Association:
        """Return the chosen organiser."""
        return self._organisers[self.cleaned_data["organiser"]]

    def held_until(self) -> date:
        """Return the day after the last one."""
        last: date = self.cleaned_data["last"]
        return last + timedelta(days=1)


class CountForm(Plain):
    """Says how many came."""

    lawyers = _count(_("County lawyers who came"))
    others = _count(_("Others who came"))


def _offer(form: forms.Form, name: str, rows: Sequence[Association]) -> dict[str, Association]:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - for the type checker
    field.choices = [(str(row.pk), row.name) for row in rows]
    return {str(row.pk): row for row in rows}
