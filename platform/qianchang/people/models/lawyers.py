"""Firms and lawyers: where somebody practised, from which day to which, and which document says so."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people import masks
from qianchang.people.models.accounts import Account
from qianchang.people.models.associations import Association
from qianchang.people.models.places import Dated, Region

licence_number_format = RegexValidator(
    r"^\d{17}$", _("A licence number has 17 digits. Check the number on the licence.")
)


class Firm(models.Model):
    """One law firm (律师事务所), registered in a region."""

    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="firms")
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="firms")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "association"], name="people_firm_once")]

    def __str__(self) -> str:
        return self.name


class FirmSeat(Dated):
    """Where a firm was registered (住所): its region and its association. A firm without a row has always been where
    `Firm` says that it is now.
    """

    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="seats")
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="+")
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="+")

    class Meta(Dated.Meta):
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["firm"],
                condition=models.Q(valid_until__isnull=True),
                name="people_firm_seat_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.firm_id} {self.region_id} {self.valid_from or ''} – {self.valid_until or ''}"


class Lawyer(models.Model):
    """One lawyer on a roster. The county is the firm's, never read from the licence number.

    The activation code stands on a printed slip; only its hash is kept, and it works once. Wrong tries are counted
    beside the roster (`NumberTries`), for numbers that stand on it and for those that do not.

    Personal data: name, licence number, birth year, telephone number, e-mail address.
    """

    licence_number = models.CharField(max_length=17, unique=True, validators=[licence_number_format])
    name = models.CharField(max_length=60)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="lawyers")
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="lawyers")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    # Defaults of the database's own: programs of the release before enter lawyers without them while a site migrates.
    phone = models.CharField(max_length=20, blank=True, default="", db_default="")
    email = models.EmailField(blank=True, default="", db_default="")
    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="lawyer"
    )
    activation_code_hash = models.CharField(max_length=128, blank=True)
    activation_code_issued_at = models.DateTimeField(null=True, blank=True)
    # The person was erased: the row stays as a number, which the ledgers stand on (people/privacy).
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(licence_number__regex=r"^\d{17}$", erased_at__isnull=True)
                | models.Q(
                    licence_number__regex=r"^E\d{16}$",
                    erased_at__isnull=False,
                    phone="",
                    email="",
                    birth_year__isnull=True,
                    account__isnull=True,
                ),
                name="people_licence_number_format",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.masked_licence_number}"

    @property
    def masked_licence_number(self) -> str:
        """The licence number as lists and exports show it: first five digits, four stars, last five. Of somebody who was
        erased there is none.
        """
        return masks.masked_licence_number(self.licence_number) if self.erased_at is None else masks.STARS


class Practice(models.Model):
    """One dated stretch of a lawyer's practice (执业情况): practising, or suspended meanwhile, with the document
    that says so. `valid_until` is exclusive, null while it lasts. A lawyer of whom no practising stretch was
    recorded counts as practising all along. Leaving is the end of a stretch.
    """

    class Kind(models.TextChoices):
        PRACTISING = "practising", _("practising")
        SUSPENDED = "suspended", _("suspended")

    lawyer = models.ForeignKey(Lawyer, on_delete=models.PROTECT, related_name="practices")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["lawyer", "kind"],
                condition=models.Q(valid_until__isnull=True),
                name="people_practice_open_once",
            ),
            models.UniqueConstraint(
                fields=["lawyer", "kind", "valid_from"], name="people_practice_begins_once"
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="people_practice_window",
            ),
            models.CheckConstraint(condition=~models.Q(source=""), name="people_practice_has_a_source"),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.kind} {self.valid_from} – {self.valid_until or ''}".strip()


class Registration(Dated):
    """At which firm a lawyer was registered (执业机构), and on which association's roster. A lawyer without a row has
    always been at the firm that `Lawyer` names now.
    """

    lawyer = models.ForeignKey(Lawyer, on_delete=models.CASCADE, related_name="registrations")
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="registrations")
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="+")

    class Meta(Dated.Meta):
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["lawyer"],
                condition=models.Q(valid_until__isnull=True),
                name="people_registration_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.firm_id} {self.valid_from or ''} – {self.valid_until or ''}"


class EligibilityOverride(Dated):
    """An officer's decision that a lawyer counts, or does not count, as something, against rule and lists: with reason
    and document. Ended, never edited. Source: domain.md, "Who is eligible".
    """

    class Category(models.TextChoices):
        COUNTY = "county", _("county lawyer")
        WESTERN = "western", _("western lawyer")
        YOUNG = "young", _("young lawyer")

    lawyer = models.ForeignKey(Lawyer, on_delete=models.CASCADE, related_name="eligibility_overrides")
    category = models.CharField(max_length=8, choices=Category.choices)
    counts = models.BooleanField()
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Account, null=True, on_delete=models.SET_NULL, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta(Dated.Meta):
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["lawyer", "category"],
                condition=models.Q(valid_until__isnull=True),
                name="people_override_open_once",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="people_override_has_a_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.lawyer_id} {self.category} {'+' if self.counts else '-'}"
