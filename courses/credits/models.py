"""Hours (学时): the versioned rule and the append-only ledger of what was credited under it."""

from decimal import Decimal

from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.chain import Fields
from qianchang.groundwork.models import LedgerEntry


class CreditRule(models.Model):
    """One version of one jurisdiction's rule, in force from a day on. Source of the defaults: domain.md,
    "From watching to 学时". Never edited once an entry was made under it: a change is a new version.
    """

    jurisdiction = models.ForeignKey(
        "people.Jurisdiction", on_delete=models.PROTECT, related_name="credit_rules"
    )
    version = models.PositiveSmallIntegerField()
    effective_date = models.DateField()
    unit_minutes = models.PositiveSmallIntegerField(default=45)
    step = models.DecimalField(max_digits=3, decimal_places=1, default=Decimal("0.5"))
    threshold = models.DecimalField(max_digits=4, decimal_places=3, default=Decimal("0.95"))
    max_rate = models.DecimalField(max_digits=4, decimal_places=2, default=Decimal("1.0"))
    late_days = models.PositiveSmallIntegerField(default=30)
    presence_minutes = models.PositiveSmallIntegerField(default=45)
    yearly_hours = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("40"))
    yearly_ethics_hours = models.DecimalField(max_digits=5, decimal_places=1, default=Decimal("12"))
    year_starts_month = models.PositiveSmallIntegerField(default=1)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "version"], name="credits_rule_version_once")
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction} v{self.version}"


class CreditEntry(LedgerEntry):
    """One award of hours to one lawyer for one lecture in one accounting year, or the entry that reverses
    one. Ledger name: the code of the lawyer's association. The chain covers a keyed hash of the licence
    number, not the person.

    Personal data: the lawyer (by reference).
    """

    class Grade(models.TextChoices):
        A = "A", _("supervised or online")
        B = "B", _("late bundle or paper scan")
        C = "C", _("list only")

    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="credit_entries")
    lawyer_digest = models.CharField(max_length=64)
    lecture_version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="credit_entries"
    )
    lecture = models.ForeignKey(
        "catalogue.LecturePage", on_delete=models.PROTECT, related_name="credit_entries"
    )
    accounting_year = models.PositiveSmallIntegerField()
    category = models.CharField(max_length=10)
    mode_code = models.CharField(max_length=20)
    hours = models.DecimalField(max_digits=5, decimal_places=1)
    rule = models.ForeignKey(CreditRule, on_delete=models.PROTECT, related_name="entries")
    covered_ms = models.PositiveBigIntegerField()
    creditable_ms = models.PositiveBigIntegerField()
    wall_ms = models.PositiveBigIntegerField()
    codes_answered = models.PositiveSmallIntegerField()
    devices = models.PositiveSmallIntegerField()
    grade = models.CharField(max_length=1, choices=Grade.choices)
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")

    class Meta(LedgerEntry.Meta):
        constraints = [
            *LedgerEntry.Meta.constraints,
            models.UniqueConstraint(
                fields=["lawyer", "lecture", "accounting_year"],
                condition=models.Q(reverses__isnull=True),
                name="credits_award_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ledger} #{self.sequence} {self.hours}"

    def chain_fields(self) -> Fields:
        return [
            ("ledger", self.ledger),
            ("sequence", self.sequence),
            ("lawyer", self.lawyer_digest),
            ("lecture_version", self.lecture_version_id),
            ("accounting_year", self.accounting_year),
            ("category", self.category),
            ("mode", self.mode_code),
            ("hours", f"{self.hours:.1f}"),
            ("rule", self.rule_id),
            ("covered_ms", self.covered_ms),
            ("creditable_ms", self.creditable_ms),
            ("wall_ms", self.wall_ms),
            ("codes_answered", self.codes_answered),
            ("devices", self.devices),
            ("grade", self.grade),
            ("reverses", self.reverses_id),
        ]
