"""青年律师后备人才库 of the 2023 mechanism."""

from django.conf import settings
from django.db import models


class PoolMember(models.Model):
    """One young lawyer in the pool of an association, from a day to a day (`valid_until` exclusive, null while it
    lasts). `birth_year` and `decided_by` freeze why the lawyer counted as young on the first day.

    Personal data: name, firm, birth year.
    """

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="pool_members")
    lawyer = models.ForeignKey("people.Lawyer", on_delete=models.PROTECT, related_name="+")
    association = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=60)
    firm_name = models.CharField(max_length=120)
    birth_year = models.PositiveSmallIntegerField(null=True)
    decided_by = models.CharField(max_length=10)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True)
    reason = models.TextField(blank=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()
    left_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "lawyer"],
                condition=models.Q(valid_until__isnull=True),
                name="placements_pool_member_once",
            ),
            models.CheckConstraint(
                condition=models.Q(valid_until__isnull=True, left_by__isnull=True)
                | (
                    models.Q(valid_until__gt=models.F("valid_from"), left_by__isnull=False)
                    & ~models.Q(reason="")
                ),
                name="placements_pool_left_with_a_reason",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.valid_from}"
