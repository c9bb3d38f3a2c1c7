"""Accounts and their dated roles."""

from collections.abc import Iterator
from typing import ClassVar

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.people.models.associations import Association
from qianchang.people.models.places import Region


class Account(AbstractUser):  # type: ignore[django-manager-missing]
    """One sign-in. A lawyer's username is the licence number.

    Personal data: name, e-mail, and (as username) the licence number.
    """

    class TextSize(models.TextChoices):
        STANDARD = "standard", _("Standard")
        LARGE = "large", _("Large")
        LARGEST = "largest", _("Largest")

    class Mails(models.TextChoices):
        """Which mails somebody wants; every message stands on the page of messages in any case."""

        DAILY = "daily", _("important mails at once, everything else in one mail a day")
        IMPORTANT = "important", _("only important mails")
        NONE = "none", _("no mails")

    display_name = models.CharField(max_length=60, blank=True)
    text_size = models.CharField(max_length=8, choices=TextSize.choices, default=TextSize.STANDARD)
    data_saver = models.BooleanField(default=True)
    # Megabytes (10^6 bytes) of recordings a month on one device, after which the player asks; null: no limit.
    monthly_cap_mb = models.PositiveIntegerField(null=True, blank=True)

    # The language of mails: that of the pages, until somebody changes it. Empty: the site's own.
    language = models.CharField(max_length=10, blank=True, default="", db_default="")
    mails = models.CharField(max_length=9, choices=Mails.choices, default=Mails.DAILY, db_default=Mails.DAILY)
    # The address that a mail server refused for good: nothing is sent there any more.
    refused_address = models.EmailField(blank=True, default="", db_default="")
    # Kept with the account, which every page reads anyway.
    unread_notices = models.PositiveIntegerField(default=0, db_default=0)

    # Raised to end every session of the account at once, wherever it is open (people/sessions.py).
    session_generation = models.PositiveIntegerField(default=0, db_default=0)

    # The person was erased: the row stays as a number, for whoever signed what (people/privacy).
    erased_at = models.DateTimeField(null=True, blank=True)

    # The grants as permissions.py read them once for this instance, which in the web is once a request.
    dated_grants: "list[RoleGrant] | None" = None
    # The associations at or below those of some grants, by these: read once for this instance in the same way.
    reached: "dict[tuple[int, ...], list[Association]] | None" = None

    class Meta(AbstractUser.Meta):
        constraints: ClassVar = [
            models.CheckConstraint(
                condition=models.Q(erased_at__isnull=True)
                | models.Q(
                    is_active=False,
                    is_staff=False,
                    is_superuser=False,
                    email="",
                    first_name="",
                    last_name="",
                    password="!",  # noqa: S106 - what Django writes for "nobody can sign in"
                ),
                name="people_erased_account_is_shut",
            )
        ]

    def __str__(self) -> str:
        return self.display_name or self.username

    def get_full_name(self) -> str:
        """Return the name that Wagtail shows of somebody; without it, it would show the licence number of a lawyer."""
        return str(self)

    def get_session_auth_hash(self) -> str:
        """Return what a session has to carry to belong to this account: it changes with the password and the generation."""
        return self._of_this_generation(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        """Yield the same for the site's earlier secrets."""
        for earlier in super().get_session_auth_fallback_hash():
            yield self._of_this_generation(earlier)

    def _of_this_generation(self, session_hash: str) -> str:
        # Generation 0 is Django's own hash: sessions from before there were generations hold on.
        return f"{session_hash}.{self.session_generation}" if self.session_generation else session_hash

    @property
    def large_text(self) -> bool:
        """Tell whether the pages are shown larger than the standard size."""
        return self.text_size != self.TextSize.STANDARD


class RoleGrant(models.Model):
    """A role of an account for an association, from a day to a day (`valid_until` exclusive, null = open). A county
    contact's reaches `region` (a county and what lies below it) and no further.
    """

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
    # Whose confirming, posting and deciding counts.
    OFFICERS = frozenset({Role.BENEFICIARY_OFFICER, Role.SUPPORTING_OFFICER, Role.NATIONAL_OFFICER})

    account = models.ForeignKey(Account, on_delete=models.CASCADE, related_name="role_grants")
    role = models.CharField(max_length=24, choices=Role.choices)
    association = models.ForeignKey(
        Association, null=True, blank=True, on_delete=models.PROTECT, related_name="role_grants"
    )
    region = models.ForeignKey(
        Region, null=True, blank=True, on_delete=models.PROTECT, related_name="role_grants"
    )
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["account", "role", "association"],
                condition=models.Q(valid_until__isnull=True, region__isnull=True),
                name="people_role_grant_open_once",
            ),
            models.UniqueConstraint(
                fields=["account", "role", "association", "region"],
                condition=models.Q(valid_until__isnull=True),
                name="people_role_grant_region_open_once",
            ),
            # Those of a time before counties were ended by a migration: they stay, and reach nothing.
            models.CheckConstraint(
                condition=~models.Q(role="county_contact")
                | models.Q(region__isnull=False)
                | models.Q(valid_until__isnull=False),
                name="people_role_grant_county_has_a_region",
            ),
            models.CheckConstraint(
                condition=models.Q(role="county_contact") | models.Q(region__isnull=True),
                name="people_role_grant_region_is_a_county_contacts",
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
