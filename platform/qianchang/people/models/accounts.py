"""Accounts and their dated roles."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.associations import Association


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
