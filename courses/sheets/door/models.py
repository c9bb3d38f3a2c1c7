"""What a door saw (到场登记): who came in and went out, and what an officer said to those whom nobody knew."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from qianchang.groundwork.models import AppendOnly
from qianchang.groundwork.personal_data import ERASED


class DoorScan(AppendOnly):
    """One person passing the door of a room once: the code on the screen was read with a phone, or an officer wrote the
    time from paper. `at` is the moment of the scan, or what the paper says (`clock`); `recorded_at` when it was sent.

    `scan_id` is made when the code is read, so that sending it twice is once. `printed`: by the code that hangs there all
    day. `browser` tells apart the phones that were used at one door, and is empty for what an officer writes. Somebody who
    did not sign in is known by what was typed, until an officer says yes (DoorWord).

    Personal data: the lawyer, name and licence number as they were written.
    """

    class Direction(models.TextChoices):
        IN = "in", _("coming in")
        OUT = "out", _("going out")

    class Way(models.TextChoices):
        SIGNED_IN = "signed_in", _("with an account")
        TYPED = "typed", _("name typed at the door")
        OFFICER = "officer", _("written by an officer")

    class Clock(models.TextChoices):
        SERVER = "server", _("clock of the platform")
        PAPER = "paper", _("written on paper")

    erasable = {"name": ERASED, "licence_number": ""}

    sheet = models.ForeignKey("sheets.Sheet", on_delete=models.PROTECT, related_name="door_scans")
    scan_id = models.UUIDField(unique=True)
    direction = models.CharField(max_length=3, choices=Direction.choices)
    at = models.DateTimeField()
    clock = models.CharField(max_length=6, choices=Clock.choices)
    way = models.CharField(max_length=9, choices=Way.choices)
    printed = models.BooleanField(default=False)
    lawyer = models.ForeignKey(
        "people.Lawyer", null=True, on_delete=models.PROTECT, related_name="door_scans"
    )
    name = models.CharField(max_length=60)
    licence_number = models.CharField(max_length=17, blank=True, default="")
    browser = models.CharField(max_length=32, blank=True, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["sheet", "at"], name="sheets_scan_order")]
        constraints = [
            models.CheckConstraint(
                condition=~Q(way="signed_in") | Q(lawyer__isnull=False, by__isnull=False),
                name="sheets_scan_signed_in_is_known",
            ),
            models.CheckConstraint(
                condition=Q(way="officer", by__isnull=False, clock="paper", printed=False)
                | (~Q(way="officer") & Q(clock="server")),
                name="sheets_scan_clock",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sheet_id} {self.direction} {self.at:%H:%M:%S}"


class DoorWord(AppendOnly):
    """What an officer said to one passing: this person was there, or was not. The latest word holds."""

    scan = models.ForeignKey(DoorScan, on_delete=models.PROTECT, related_name="words")
    accepted = models.BooleanField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.scan_id} {'yes' if self.accepted else 'no'}"
