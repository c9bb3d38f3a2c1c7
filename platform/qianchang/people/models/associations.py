"""Associations: whose rules they follow, what they are in a programme, and with whom they are paired."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.places import Region


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
    # From this day its officers, and those of the associations below it, sign in with a second factor; null: they need not.
    second_factor_required_from = models.DateField(null=True, blank=True)

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
