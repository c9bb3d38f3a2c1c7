"""Programmes, their plans, and targets: what was promised, with the document that says so."""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class SourceDocument(models.Model):
    """One of the associations' own documents that facts are quoted from."""

    file = models.CharField(max_length=80, unique=True)
    title = models.TextField()
    dated = models.CharField(max_length=80, blank=True)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return self.file


class Programme(models.Model):
    """One programme, such as 百千千工程 2012, owned by the association that started it."""

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=100, blank=True)
    owner = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="programmes_owned"
    )
    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class Plan(models.Model):
    """One plan of a programme with one unit (场, 人, 辆). The window is empty where the documents name no
    dates; `window_stated` keeps their words.
    """

    programme = models.ForeignKey(Programme, on_delete=models.PROTECT, related_name="plans")
    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=80)
    name_en = models.CharField(max_length=100, blank=True)
    unit = models.CharField(max_length=10, blank=True)
    kind = models.CharField(max_length=40)
    national_target = models.PositiveIntegerField(null=True)
    window_stated = models.CharField(max_length=40, blank=True)
    window_from = models.DateField(null=True)
    window_until = models.DateField(null=True)
    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField(blank=True)

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" and self.name_en else self.name_zh


class Target(models.Model):
    """One number that somebody owes (任务). An empty dimension means "any": a margin is a target with empty
    dimensions. `each_year` marks a figure for every year of the plan. No modes means any mode; video and DVD
    share one bucket in the 2013 plan. `strength` keeps how firm the document is: 分配, 平均, 拟, 约.
    """

    class Strength(models.TextChoices):
        ASSIGNED = "assigned", _("assigned number")
        AVERAGE = "average", _("average number")
        INTENDED = "intended", _("intended number")
        ABOUT = "about", _("approximate number")
        PLANNED = "planned", _("planned number")

    plan = models.ForeignKey(Plan, on_delete=models.PROTECT, related_name="targets")
    key = models.CharField(max_length=120, unique=True)
    supporter = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="targets_owed")
    beneficiary = models.ForeignKey(
        "people.Association", null=True, on_delete=models.PROTECT, related_name="targets_due"
    )
    year = models.PositiveSmallIntegerField(null=True)
    each_year = models.BooleanField(default=False)
    modes = models.ManyToManyField("schedule.DeliveryMode", related_name="targets")
    quantity = models.PositiveIntegerField()
    strength = models.CharField(max_length=10, choices=Strength.choices)
    source = models.ForeignKey(SourceDocument, on_delete=models.PROTECT, related_name="+")
    quote = models.TextField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(each_year=False) | models.Q(year__isnull=True),
                name="plans_target_year_or_each_year",
            )
        ]

    def __str__(self) -> str:
        return self.key
