"""What the documents say about the registers: places of hosts, shares of donors, and single figures."""

from django.db import models


class HostShare(models.Model):
    """How many trainees one host takes in a year (承接人数). Without a year it holds for every year of the plan; a row
    of one year goes before it. The documents say it (`source`, `quote`), or an officer does (`basis`).
    """

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="host_shares")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    host = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="host_shares")
    year = models.PositiveSmallIntegerField(null=True)
    places = models.PositiveIntegerField()
    source = models.ForeignKey("plans.SourceDocument", null=True, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)
    basis = models.CharField(max_length=120, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "host", "year"],
                condition=models.Q(year__isnull=False),
                name="placements_host_share_of_a_year_once",
            ),
            models.UniqueConstraint(
                fields=["plan", "host"],
                condition=models.Q(year__isnull=True),
                name="placements_host_share_each_year_once",
            ),
            models.CheckConstraint(
                condition=models.Q(source__isnull=False) | ~models.Q(basis=""),
                name="placements_host_share_rests_on_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.host_id} {self.year or ''} {self.places}"


class DonorShare(models.Model):
    """How many vehicles one donor gives in one year, as the document distributes them."""

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="donor_shares")
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    donor = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="donor_shares")
    year = models.PositiveSmallIntegerField()
    quantity = models.PositiveIntegerField()
    source = models.ForeignKey("plans.SourceDocument", on_delete=models.PROTECT, related_name="+")
    quote = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["plan", "donor", "year"], name="placements_donor_share_of_a_year_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.donor_id} {self.year} {self.quantity}"


class Figure(models.Model):
    """One single number that a document states about a plan: days, money, an age, a count."""

    class Key(models.TextChoices):
        CLASS_DAYS = "class_days"
        FIRM_DAYS = "firm_days"
        STIPEND_CNY = "stipend_cny"
        LEAST_VALUE_CNY = "least_value_cny"
        ASSOCIATION_PAIRS = "association_pairs"
        YOUNG_LAWYERS = "young_lawyers"
        YOUNG_AGE = "young_age"

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="figures")
    key = models.CharField(max_length=20, choices=Key.choices)
    value = models.PositiveIntegerField()
    source = models.ForeignKey("plans.SourceDocument", on_delete=models.PROTECT, related_name="+")
    quote = models.TextField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["plan", "key"], name="placements_figure_once")]

    def __str__(self) -> str:
        return f"{self.key} {self.value}"
