"""Counting sessions toward targets: rules, confirmations, month closes, and the append-only quota ledger."""

from datetime import date

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.chain import Fields
from qianchang.groundwork.models import FIRST_FORM, AppendOnly, LedgerEntry, digest_of
from qianchang.groundwork.personal_data import ERASED


class QuotaRule(models.Model):
    """One version of one jurisdiction's counting rule. Source of the defaults: domain.md, "From holding to
    场".

    `dvd_needs_evidence`: a DVD counts only with the papers of its discs (master, number, dispatch, receipt). The first
    national rule does not ask for them, because the platform kept no discs then; the second one does.
    """

    jurisdiction = models.ForeignKey(
        "people.Jurisdiction", on_delete=models.PROTECT, related_name="quota_rules"
    )
    version = models.PositiveSmallIntegerField()
    effective_date = models.DateField()
    minimum_minutes = models.PositiveSmallIntegerField(default=45)
    close_days_before_month_end = models.PositiveSmallIntegerField(default=0)
    dvd_needs_evidence = models.BooleanField(default=False, db_default=False)

    # Since when it, and the versions right before it, ask for them: queries.rule_versions fills it in.
    discs_from: date | None = None

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


class Reversal(models.Model):
    """What one officer proposes against a counted session, with a reason, and what another one says to it (冲正): the
    entry that takes it back is posted, or the proposal is refused. Never both by one person, and an entry is taken back
    once.

    Personal data: what an officer may write in `reason` and `answer`.
    """

    class State(models.TextChoices):
        PROPOSED = "proposed", _("waits for a second person")
        POSTED = "posted", _("entry reversed")
        REFUSED = "refused", _("refused")

    entry = models.ForeignKey(QuotaEntry, on_delete=models.PROTECT, related_name="reversals")
    reason = models.CharField(max_length=500)
    state = models.CharField(max_length=8, choices=State.choices, default=State.PROPOSED)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=500, blank=True)
    posted = models.OneToOneField(QuotaEntry, null=True, on_delete=models.PROTECT, related_name="reversal_of")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry"],
                condition=models.Q(state__in=["proposed", "posted"]),
                name="quotas_reversal_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decided_by__isnull=True) | ~models.Q(decided_by=models.F("proposed_by")),
                name="quotas_reversal_never_by_one",
            ),
            models.CheckConstraint(condition=~models.Q(reason=""), name="quotas_reversal_says_why"),
            models.CheckConstraint(
                condition=models.Q(
                    state="proposed", decided_by__isnull=True, decided_at__isnull=True, posted__isnull=True
                )
                | models.Q(
                    state="posted", decided_by__isnull=False, decided_at__isnull=False, posted__isnull=False
                )
                | (
                    models.Q(
                        state="refused",
                        decided_by__isnull=False,
                        decided_at__isnull=False,
                        posted__isnull=True,
                    )
                    & ~models.Q(answer="")
                ),
                name="quotas_reversal_is_decided_whole",
            ),
        ]

    def __str__(self) -> str:
        return f"#{self.pk} {self.state}"
