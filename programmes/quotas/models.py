"""Counting sessions toward targets: rules, confirmations, month closes, and the append-only quota ledger."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.chain import Fields
from qianchang.groundwork.models import FIRST_FORM, AppendOnly, LedgerEntry, digest_of
from qianchang.groundwork.personal_data import ERASED


class QuotaRule(models.Model):
    """One version of one jurisdiction's counting rule. Source of the defaults: domain.md, "From holding to
    场".
    """

    jurisdiction = models.ForeignKey(
        "people.Jurisdiction", on_delete=models.PROTECT, related_name="quota_rules"
    )
    version = models.PositiveSmallIntegerField()
    effective_date = models.DateField()
    minimum_minutes = models.PositiveSmallIntegerField(default=45)
    close_days_before_month_end = models.PositiveSmallIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "version"], name="quotas_rule_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} v{self.version}"


class SessionTarget(models.Model):
    """The one target line of a plan that a training session stands on."""

    session = models.ForeignKey("schedule.TrainingSession", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="session_targets")
    target = models.ForeignKey("plans.Target", on_delete=models.PROTECT, related_name="session_targets")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["session", "plan"], name="quotas_one_line_per_plan")]

    def __str__(self) -> str:
        return f"{self.session_id} on {self.target_id}"


class Decision(AppendOnly):
    """What the beneficiary side said of one held session: confirmed, or returned with a reason. The last one
    holds.
    """

    erasable = {"reason": ERASED}

    class Outcome(models.TextChoices):
        CONFIRMED = "confirmed", _("confirmed")
        RETURNED = "returned", _("returned")

    session = models.ForeignKey("schedule.TrainingSession", on_delete=models.PROTECT, related_name="+")
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    reason = models.TextField(blank=True)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["session"], condition=models.Q(outcome="confirmed"), name="quotas_confirmed_once"
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="confirmed") | ~models.Q(reason=""),
                name="quotas_return_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session_id} {self.outcome}"


class MonthClose(AppendOnly):
    """One supporting association's month of one plan was closed (月底结账)."""

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="month_closes")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="month_closes")
    month = models.CharField(max_length=7)
    closed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "supporter", "month"], name="quotas_month_closed_once")
        ]

    def __str__(self) -> str:
        return f"{self.plan_id} {self.supporter_id} {self.month}"


class QuotaEntry(LedgerEntry):
    """One 场 that counts: quantity 1, or -1 for the entry that reverses one. Ledger name: the supporter's
    code. `effective_month` is the month of the date held, `posted_month` the open month that it was posted
    in.
    """

    ledger_title = _("Sessions ledger")
    chain_relations = ("reverses",)
    erasable = {"reason": ERASED}

    session = models.ForeignKey("schedule.TrainingSession", on_delete=models.PROTECT, related_name="+")
    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="quota_entries")
    target = models.ForeignKey("plans.Target", on_delete=models.PROTECT, related_name="quota_entries")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    beneficiary = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    mode_code = models.CharField(max_length=20)
    held_date = models.DateField()
    effective_month = models.CharField(max_length=7)
    posted_month = models.CharField(max_length=7)
    quantity = models.SmallIntegerField()
    reach = models.PositiveIntegerField()
    rule = models.ForeignKey(QuotaRule, on_delete=models.PROTECT, related_name="entries")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.TextField(blank=True)

    class Meta(LedgerEntry.Meta):
        constraints = [
            *LedgerEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["session", "plan"],
                condition=models.Q(reverses__isnull=True),
                name="quotas_counted_once",
            ),
            models.CheckConstraint(
                condition=models.Q(quantity=1, reverses__isnull=True)
                | models.Q(quantity=-1, reverses__isnull=False),
                name="quotas_one_or_its_reversal",
            ),
            models.CheckConstraint(
                condition=models.Q(reverses__isnull=True) | ~models.Q(reason=""),
                name="quotas_reversal_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} #{self.sequence} {self.quantity:+d}"

    def chain_fields(self) -> Fields:
        first = self.chain_form == FIRST_FORM
        return [
            ("ledger", self.ledger),
            ("sequence", self.sequence),
            ("session", self.session_id),
            ("plan", self.plan_id),
            ("target", self.target_id),
            *([] if first else [("supporter", self.supporter_id)]),
            ("beneficiary", self.beneficiary_id),
            ("mode", self.mode_code),
            ("held_date", self.held_date.isoformat()),
            ("effective_month", self.effective_month),
            ("posted_month", self.posted_month),
            ("quantity", self.quantity),
            ("reach", self.reach),
            ("rule", self.rule_id),
            ("reverses", self.reverses_id if first else digest_of(self.reverses)),
            *([("reason", self.reason)] if first else []),
        ]

    def private_fields(self) -> Fields:
        return [("reason", self.reason)]
