"""Who somebody is: regions, associations, firms, lawyers, accounts and their dated roles."""

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

licence_number_format = RegexValidator(
    r"^\d{17}$", _("A licence number has 17 digits. Check the number on the licence.")
)


class Region(models.Model):
    """One administrative region, or a division of the XPCC, in the tree of GB/T 2260."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture")
        COUNTY = "county", _("county")
        XPCC = "xpcc", _("XPCC division")

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


class Jurisdiction(models.Model):
    """A body of rules: whose credit rule and quota rule apply. Every association belongs to one."""

    code = models.SlugField(unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)

    DEFAULT_CODE = "national"

    def __str__(self) -> str:
        return self.code


class Association(models.Model):  # type: ignore[django-manager-missing]
    """One lawyers' association (律师协会). `code` is our own stable identifier, e.g. CN-GD."""

    class Level(models.TextChoices):
        NATIONAL = "national", _("national")
        PROVINCE = "province", _("province")
        CITY = "city", _("city")

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100, blank=True)
    level = models.CharField(max_length=10, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="associations"
    )
    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="associations")
    source = models.CharField(max_length=60, blank=True)
    quote = models.TextField(blank=True)

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"

    @property
    def name(self) -> str:
        """The name in the language of the page; Chinese where there is no English one."""
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class AssociationRole(models.Model):
    """What an association is in one programme, from a day to a day. Hubei and Hunan are both supporter and
    beneficiary.
    """

    class Role(models.TextChoices):
        OWNER = "owner", _("owner")
        SUPPORTER = "supporter", _("supporting association")
        BENEFICIARY = "beneficiary", _("beneficiary association")
        HOST = "host", _("host")

    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="programme_roles")
    programme_code = models.CharField(max_length=20)
    role = models.CharField(max_length=12, choices=Role.choices)
    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=60)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["association", "programme_code", "role"],
                condition=models.Q(valid_until__isnull=True),
                name="people_association_role_open_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.association.code} {self.role} {self.programme_code}"


class Account(AbstractUser):  # type: ignore[django-manager-missing]
    """One sign-in. A lawyer's username is the licence number.

    Personal data: name, e-mail, and (as username) the licence number.
    """

    class TextSize(models.TextChoices):
        STANDARD = "standard", _("Standard")
        LARGE = "large", _("Large")
        LARGEST = "largest", _("Largest")

    display_name = models.CharField(max_length=60, blank=True)
    text_size = models.CharField(max_length=8, choices=TextSize.choices, default=TextSize.STANDARD)
    data_saver = models.BooleanField(default=True)
    # Megabytes (10^6 bytes) of recordings a month on one device, after which the player asks; null: no limit.
    monthly_cap_mb = models.PositiveIntegerField(null=True, blank=True)

    # The grants as permissions.py read them once for this instance, which in the web is once a request.
    dated_grants: "list[RoleGrant] | None" = None

    def __str__(self) -> str:
        return self.display_name or self.username

    @property
    def large_text(self) -> bool:
        """Tell whether the pages are shown larger than the standard size."""
        return self.text_size != self.TextSize.STANDARD


class RoleGrant(models.Model):
    """A role of an account for an association, from a day to a day (`valid_until` exclusive, null = open)."""

    class Role(models.TextChoices):
        EXPERT = "expert", _("expert")
        COUNTY_CONTACT = "county_contact", _("county contact")
        BENEFICIARY_OFFICER = "beneficiary_officer", _("beneficiary officer")
        SUPPORTING_OFFICER = "supporting_officer", _("supporting officer")
        NATIONAL_OFFICER = "national_officer", _("national officer")
        EDITOR = "editor", _("editor")
        ADMINISTRATOR = "administrator", _("administrator")

    # These roles mean nothing without the association that they are held for.
    ROLES_OF_AN_ASSOCIATION = frozenset(
        {Role.COUNTY_CONTACT, Role.BENEFICIARY_OFFICER, Role.SUPPORTING_OFFICER}
    )

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=24, choices=Role.choices)
    association = models.ForeignKey(
        Association, null=True, blank=True, on_delete=models.PROTECT, related_name="role_grants"
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "association"],
                condition=models.Q(valid_until__isnull=True),
                name="people_role_grant_open_once",
            ),
            models.UniqueConstraint(
                fields=["account", "role"],
                condition=models.Q(valid_until__isnull=True, association__isnull=True),
                name="people_role_grant_everywhere_open_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True)
                | models.Q(valid_until__gt=models.F("valid_from")),
                name="people_role_grant_window",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account} {self.role} {self.association.code if self.association else ''}".strip()


class Firm(models.Model):
    """One law firm (律师事务所), registered in a region."""

    name = models.CharField(max_length=120)
    region = models.ForeignKey(Region, on_delete=models.PROTECT, related_name="firms")
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="firms")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "association"], name="people_firm_once")]

    def __str__(self) -> str:
        return self.name


class Lawyer(models.Model):
    """One lawyer on a roster. The county is the firm's, never read from the licence number.

    The activation code stands on a printed slip; only its hash is kept, it works once, and wrong tries are
    counted here and not in a cache, so that every server process sees the same count.

    Personal data: name, licence number, birth year.
    """

    licence_number = models.CharField(max_length=17, unique=True, validators=[licence_number_format])
    name = models.CharField(max_length=60)
    firm = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="lawyers")
    association = models.ForeignKey(Association, on_delete=models.PROTECT, related_name="lawyers")
    birth_year = models.PositiveSmallIntegerField(null=True, blank=True)
    account = models.OneToOneField(
        Account, null=True, blank=True, on_delete=models.SET_NULL, related_name="lawyer"
    )
    activation_code_hash = models.CharField(max_length=128, blank=True)
    activation_code_issued_at = models.DateTimeField(null=True, blank=True)
    activation_failures = models.PositiveSmallIntegerField(default=0)
    activation_failed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(licence_number__regex=r"^\d{17}$"), name="people_licence_number_format"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.masked_licence_number}"

    @property
    def masked_licence_number(self) -> str:
        """The licence number as lists and exports show it: first five digits, four stars, last five."""
        return f"{self.licence_number[:5]}****{self.licence_number[-5:]}"


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
