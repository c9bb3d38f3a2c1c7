"""What was sent: monthly returns and bulletins, each version for ever as it was, with the digests of what it was made
from and of its files.
"""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class Side(models.TextChoices):
    """For which of its sides an association reports: what it gives, or what it is given."""

    SUPPORTER = "supporter", _("as supporting association")
    BENEFICIARY = "beneficiary", _("as beneficiary association")


class ReturnDraft(models.Model):
    """What an officer wrote for a monthly return that is not sent yet. `number` goes up with every change, so that two
    officers at once do not write over each other.
    """

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="+")
    association = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    side = models.CharField(max_length=11, choices=Side.choices)
    month = models.CharField(max_length=7)
    remarks = models.TextField(blank=True)
    addressees = models.TextField()
    signatories = models.TextField(blank=True)
    number = models.PositiveIntegerField(default=0)
    saved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "association", "side", "month"], name="reports_one_draft_a_month"
            )
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.association_id} {self.month}"


class MonthlyReturn(AppendOnly):
    """One sent version of an association's monthly return (月报). It never changes: a correction is the next version.
    `as_of` is the moment for which its figures stand, `rows_digest` says which ledger entries they were made from, and
    `files` the digest of each file in the vault, by format.
    """

    erasable = {"remarks": ERASED, "signatories": ERASED}

    Side = Side

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="monthly_returns")
    association = models.ForeignKey(
        "people.Association", on_delete=models.PROTECT, related_name="monthly_returns"
    )
    side = models.CharField(max_length=11, choices=Side.choices)
    month = models.CharField(max_length=7)
    version = models.PositiveSmallIntegerField()
    as_of = models.DateTimeField()
    remarks = models.TextField(blank=True)
    addressees = models.TextField()
    signatories = models.TextField(blank=True)
    rows_digest = models.CharField(max_length=64)
    files = models.JSONField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "association", "side", "month", "version"], name="reports_return_version_once"
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="reports_return_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.association_id} {self.month} v{self.version}"


class BulletinIssue(AppendOnly):
    """One issued version of a month's bulletin (通报). A later one is another version; none is overwritten."""

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="bulletins")
    month = models.CharField(max_length=7)
    version = models.PositiveSmallIntegerField()
    as_of = models.DateTimeField()
    rows_digest = models.CharField(max_length=64)
    files = models.JSONField()
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "month", "version"], name="reports_bulletin_version_once"
            ),
            models.CheckConstraint(condition=models.Q(version__gte=1), name="reports_bulletin_from_one"),
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.month} v{self.version}"
