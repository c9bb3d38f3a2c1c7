"""Where: regions and what they count as."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.Model):
    """One administrative region, or a division of the XPCC, in the tree of GB/T 2260."""

    class Level(models.TextChoices):
        PROVINCE = "province", _("province")
        PREFECTURE = "prefecture", _("prefecture")
        COUNTY = "county", _("county")
        XPCC = "xpcc", _("XPCC division")

    code = models.CharField(max_length=20, unique=True)
    name_zh = models.CharField(max_length=60)
    name_en = models.CharField(max_length=80, blank=True)
    level = models.CharField(max_length=12, choices=Level.choices)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )

    def __str__(self) -> str:
        return f"{self.name_zh} ({self.code})"


def open_or_ends_after_start(name: str) -> models.CheckConstraint:
    """Return the constraint of every dated fact: `valid_until` is exclusive, null while it lasts, and `valid_from` is
    null where no document names the first day.
    """
    lasts = models.Q(valid_until__isnull=True) | models.Q(valid_from__isnull=True)
    return models.CheckConstraint(
        condition=lasts | models.Q(valid_until__gt=models.F("valid_from")), name=name
    )


class Dated(models.Model):
    """A fact that holds from a day to a day (exclusive), with the document that says so."""

    valid_from = models.DateField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)
    source = models.CharField(max_length=120)

    class Meta:
        abstract = True
        constraints: ClassVar[list[models.BaseConstraint]] = [
            open_or_ends_after_start("%(app_label)s_%(class)s_window"),
            models.CheckConstraint(
                condition=~models.Q(source=""), name="%(app_label)s_%(class)s_has_a_source"
            ),
        ]


class Designation(Dated):
    """What a region or an association counts as (`kind`), by its code: the unit may be listed in a document before it
    stands in our own tree. Decides eligibility together with the rule (rules.py) and the overrides.
    """

    class Kind(models.TextChoices):
        WESTERN = "western", _("western")
        XPCC = "xpcc", _("XPCC")
        LISTED_PREFECTURE = "listed_prefecture", _("listed prefecture")
        POVERTY_COUNTY = "poverty_county", _("poverty county")
        REMOTE_SUBURB = "remote_suburb", _("remote suburb of a city")
        NO_LAWYER_COUNTY = "no_lawyer_county", _("county without lawyers")

    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.CharField(max_length=20)
    name = models.CharField(max_length=60, blank=True)

    class Meta(Dated.Meta):
        constraints: ClassVar = [
            *Dated.Meta.constraints,
            models.UniqueConstraint(
                fields=["kind", "code", "valid_from"], name="people_designation_begins_once"
            ),
            models.UniqueConstraint(
                fields=["kind", "code"],
                condition=models.Q(valid_until__isnull=True),
                name="people_designation_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.code} {self.name}".strip()
