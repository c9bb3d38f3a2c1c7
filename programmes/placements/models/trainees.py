"""Trainees of the 千人计划: who was nominated, where they are, on which days, and what was paid."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class Trainee(models.Model):
    """One lawyer whom the beneficiary association nominated to one host for one year. `name` and `firm_name` are as
    they were then: the host does not see the roster that the lawyer stands on. `roster` is the association of that
    roster, `beneficiary` the one whose targets it counts for.

    Personal data: name, firm, and what the lawyer counted as on the day (`eligibility`).
    """

    class Stage(models.TextChoices):
        NOMINATED = "nominated", _("nominated")
        ACCEPTED = "accepted", _("accepted")
        IN_CLASS = "in_class", _("in the five-day class")
        AT_FIRM = "at_firm", _("at the firm")
        FINISHED = "finished", _("training finished")
        REFUSED = "refused", _("not accepted")
        WITHDRAWN = "withdrawn", _("nomination withdrawn")

    # Who is on the way or came to its end; the others were nominated in vain.
    STANDING = (Stage.NOMINATED, Stage.ACCEPTED, Stage.IN_CLASS, Stage.AT_FIRM, Stage.FINISHED)
    # Who takes a place of the host.
    PLACED = (Stage.ACCEPTED, Stage.IN_CLASS, Stage.AT_FIRM, Stage.FINISHED)

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="trainees")
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    firm_name = models.CharField(max_length=120)
    roster = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    beneficiary = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="trainees")
    year = models.PositiveSmallIntegerField()
    stage = models.CharField(max_length=10, choices=Stage.choices, default=Stage.NOMINATED)
    eligibility = models.JSONField(default=dict)
    nominated_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    nominated_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "lawyer"],
                condition=~models.Q(stage__in=("refused", "withdrawn")),
                name="placements_trainee_of_a_plan_once",
            ),
            models.CheckConstraint(
                condition=models.Q(year__range=(2012, 2099)), name="placements_trainee_year"
            ),
        ]
        indexes = [models.Index(fields=["plan", "host", "year", "stage"], name="placements_trainee_place")]

    def __str__(self) -> str:
        return f"{self.pk} {self.stage}"


class StageStep(AppendOnly):
    """One step of a trainee, written once: to which stage, by whom, why."""

    erasable = {"reason": ERASED}

    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="steps")
    stage = models.CharField(max_length=10, choices=Trainee.Stage.choices)
    reason = models.TextField(blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(stage__in=("refused", "withdrawn")) | ~models.Q(reason=""),
                name="placements_step_back_has_a_reason",
            )
        ]

    def __str__(self) -> str:
        return f"{self.trainee_id} {self.stage}"


class TrainingDay(AppendOnly):
    """One day of a trainee, in the class or at a firm. What was logged by mistake is struck, never changed."""

    ending = ("struck_at", "struck_by_id")

    class Part(models.TextChoices):
        CLASS = "class", _("in the class")
        FIRM = "firm", _("at a firm")

    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="days")
    date = models.DateField()
    part = models.CharField(max_length=5, choices=Part.choices)
    # Where: the room of the class, or the firm.
    place = models.CharField(max_length=120)
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    logged_at = models.DateTimeField()
    struck_at = models.DateTimeField(null=True)
    struck_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trainee", "date"],
                condition=models.Q(struck_at__isnull=True),
                name="placements_day_of_a_trainee_once",
            ),
            models.CheckConstraint(condition=~models.Q(place=""), name="placements_day_has_a_place"),
        ]

    def __str__(self) -> str:
        return f"{self.trainee_id} {self.date} {self.part}"


class StipendPayment(AppendOnly):
    """One payment for one trainee to the host (跟班锻炼补助), or the row that takes one back with a negative amount.
    `turn` is 1 for the first payment; only after it was taken back is there a second one.
    """

    erasable = {"reason": ERASED}

    trainee = models.ForeignKey(Trainee, on_delete=models.PROTECT, related_name="payments")
    turn = models.PositiveSmallIntegerField()
    amount_cny = models.DecimalField(max_digits=10, decimal_places=2)
    paid_date = models.DateField()
    reference = models.CharField(max_length=60)
    payer = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    payee = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    reverses = models.OneToOneField("self", null=True, on_delete=models.PROTECT, related_name="reversed_by")
    reason = models.TextField(blank=True)
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["trainee", "turn"],
                condition=models.Q(reverses__isnull=True),
                name="placements_stipend_paid_once",
            ),
            models.CheckConstraint(
                condition=models.Q(reverses__isnull=True, amount_cny__gt=0)
                | (models.Q(reverses__isnull=False, amount_cny__lt=0) & ~models.Q(reason="")),
                name="placements_stipend_or_its_reversal",
            ),
            models.CheckConstraint(condition=~models.Q(reference=""), name="placements_stipend_reference"),
        ]

    def __str__(self) -> str:
        return f"{self.trainee_id} {self.amount_cny}"
