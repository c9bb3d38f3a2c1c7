"""百所百车 and other gifts: vehicles, subsidies to buy one, computers."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED

# In the database's own words as well: a vehicle or a subsidy below it is none of the plan.
LEAST_VALUE_CNY = 50_000


class Donation(models.Model):
    """One gift from a donor to a law firm of a beneficiary association. The giving side enters and delivers it, somebody
    of the receiving side verifies that it is there; it counts from then on. What was verified is never edited: a
    reversing row (`DonationReversal`) takes it back.
    """

    class Kind(models.TextChoices):
        VEHICLE = "vehicle", _("vehicle")
        SUBSIDY = "purchase_subsidy", _("purchase subsidy")
        COMPUTERS = "computers", _("computers")

    class State(models.TextChoices):
        OFFERED = "offered", _("offered")
        DELIVERED = "delivered", _("delivered")
        VERIFIED = "verified", _("verified")
        WITHDRAWN = "withdrawn", _("offer withdrawn")

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="donations")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    donor = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="donations")
    beneficiary = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    firm = models.ForeignKey("people.Firm", null=True, on_delete=models.PROTECT, related_name="+")
    year = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    description = models.CharField(max_length=120, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    value_cny = models.DecimalField(max_digits=12, decimal_places=2)
    state = models.CharField(max_length=9, choices=State.choices, default=State.OFFERED)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    delivered_date = models.DateField(null=True)
    delivered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    verified_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="computers", value_cny__gt=0)
                | models.Q(value_cny__gte=LEAST_VALUE_CNY),
                name="placements_donation_least_value",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity=1) | models.Q(kind="computers", quantity__gt=0),
                name="placements_donation_one_vehicle_a_row",
            ),
            models.CheckConstraint(
                condition=~models.Q(state__in=("delivered", "verified"))
                | models.Q(firm__isnull=False, delivered_date__isnull=False, delivered_by__isnull=False),
                name="placements_donation_delivered_to_a_firm",
            ),
            models.CheckConstraint(
                condition=models.Q(state="verified", verified_by__isnull=False, verified_at__isnull=False)
                | (
                    ~models.Q(state="verified") & models.Q(verified_by__isnull=True, verified_at__isnull=True)
                ),
                name="placements_donation_verified_by_somebody",
            ),
            models.CheckConstraint(
                condition=~models.Q(verified_by=models.F("entered_by"))
                & ~models.Q(verified_by=models.F("delivered_by")),
                name="placements_donation_four_eyes",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="withdrawn") | ~models.Q(reason=""),
                name="placements_donation_withdrawn_with_a_reason",
            ),
            models.CheckConstraint(
                condition=models.Q(year__range=(2012, 2099)), name="placements_donation_year"
            ),
        ]
        indexes = [models.Index(fields=["plan", "supporter", "year"], name="placements_donation_share")]

    def __str__(self) -> str:
        return f"{self.pk} {self.kind} {self.state}"


class DonationReversal(AppendOnly):
    """The row that takes a verified gift back (冲正): it counts no more. Once for each gift, with a reason, by somebody
    of the receiving side who did not verify it.
    """

    erasable = {"reason": ERASED}

    donation = models.OneToOneField(Donation, on_delete=models.PROTECT, related_name="reversal")
    reason = models.TextField()
    reversed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reversed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""), name="placements_donation_reversal_has_a_reason"
            )
        ]

    def __str__(self) -> str:
        return f"{self.donation_id} reversed"
