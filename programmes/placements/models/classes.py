"""Training of county lawyers: the topics that the notice names, and the classes that were held."""

from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _


class Topic(models.Model):
    """One topic of the county lawyers' training, as the notice names it."""

    class Kind(models.TextChoices):
        MANAGEMENT = "management", _("management of a firm")
        BUSINESS = "business", _("practice")

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="training_topics")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    position = models.PositiveSmallIntegerField()
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100)
    source = models.ForeignKey("plans.SourceDocument", on_delete=models.PROTECT, related_name="+")
    quote = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["plan", "name_zh"], name="placements_topic_once"),
            models.UniqueConstraint(fields=["plan", "position"], name="placements_topic_position_once"),
        ]

    def __str__(self) -> str:
        return self.name_en if get_language() == "en" else self.name_zh


class CountyClass(models.Model):
    """One class for county lawyers (县域律师培训班): who held it, when (`held_until` is the day after the last one), on
    which topics, and how many came. Others than lawyers are counted apart; both are empty until it was held.
    """

    class Kind(models.TextChoices):
        DEMONSTRATION = "demonstration", _("national demonstration class")
        PROVINCIAL = "provincial", _("provincial class")
        ROTATION = "rotation", _("rotation class")

    plan = models.ForeignKey("plans.Plan", on_delete=models.PROTECT, related_name="county_classes")
    organiser = models.ForeignKey("people.Association", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=13, choices=Kind.choices)
    title = models.CharField(max_length=120)
    place = models.CharField(max_length=120, blank=True)
    held_from = models.DateField()
    held_until = models.DateField()
    topics = models.ManyToManyField(Topic, related_name="classes")
    lawyers = models.PositiveIntegerField(null=True)
    others = models.PositiveIntegerField(null=True)
    entered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    entered_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(held_until__gt=models.F("held_from")), name="placements_class_window"
            ),
            models.CheckConstraint(
                condition=models.Q(lawyers__isnull=True, others__isnull=True)
                | models.Q(lawyers__isnull=False, others__isnull=False),
                name="placements_class_counted_whole",
            ),
            models.UniqueConstraint(
                fields=["plan", "organiser", "title", "held_from"], name="placements_class_once"
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def last_date(self) -> date:
        """The last day, as pages name it."""
        return self.held_until - timedelta(days=1)
