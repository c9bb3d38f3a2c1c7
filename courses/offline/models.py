"""Sticks (U 盘), their keys, and the bundles that came back."""

import secrets
import uuid
from datetime import date, timedelta

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.timezone import localdate
from django.utils.translation import gettext_lazy as _

from courses.offline.rules import number_of
from qianchang.groundwork.models import AppendOnly


def new_secret() -> str:
    """Return a key that no other stick has."""
    return secrets.token_hex(32)


class Stick(models.Model):
    """One stick (U 盘) that was made: lectures to be watched without a network, by one lawyer or in one room.

    `secret` signs what is recorded on it: it lies on the stick as well, and says that a record is of this stick and was
    not changed on the way, not that its holder is honest (docs/decisions/0028). `presence_minutes` are the terms under
    which its codes were made. What is played after `expires_at` counts nothing. Personal data: the lawyer.
    """

    class Kind(models.TextChoices):
        PERSON = "person", _("for one lawyer")
        ROOM = "room", _("for a room")

    class Way(models.TextChoices):
        FILM = "film", _("standard film")
        LIGHT = "light", _("small film")
        SOUND = "sound", _("sound and slides")

    serial = models.PositiveIntegerField(unique=True)
    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    secret = models.CharField(max_length=64, default=new_secret)
    kind = models.CharField(max_length=6, choices=Kind.choices)
    way = models.CharField(max_length=5, choices=Way.choices)
    lawyer = models.ForeignKey("people.Lawyer", null=True, on_delete=models.PROTECT, related_name="sticks")
    sheet = models.ForeignKey("sheets.Sheet", null=True, on_delete=models.PROTECT, related_name="sticks")
    presence_minutes = models.PositiveSmallIntegerField()
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+"
    )
    revoke_reason = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(kind="person", lawyer__isnull=False, sheet__isnull=True)
                | Q(kind="room", lawyer__isnull=True, sheet__isnull=False),
                name="offline_stick_of_one",
            ),
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=True, revoked_by__isnull=True)
                | (Q(revoked_at__isnull=False, revoked_by__isnull=False) & ~Q(revoke_reason="")),
                name="offline_revoked_with_a_reason",
            ),
            models.CheckConstraint(
                condition=Q(expires_at__gt=models.F("made_at")), name="offline_stick_has_days"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """The number as it stands on the stick: U-0012."""
        return number_of(self.serial)

    @property
    def last_date(self) -> date:
        """The last day on which it is watched."""
        return localdate(self.expires_at) - timedelta(days=1)


class StickLecture(models.Model):
    """One lecture on a stick, in the version that was on it."""

    stick = models.ForeignKey(Stick, on_delete=models.PROTECT, related_name="lectures")
    version = models.ForeignKey(
        "catalogue.LectureVersion", on_delete=models.PROTECT, related_name="on_sticks"
    )
    position = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stick", "version"], name="offline_lecture_once"),
            models.UniqueConstraint(fields=["stick", "position"], name="offline_position_once"),
        ]

    def __str__(self) -> str:
        return f"{self.stick_id} {self.position}"


class Bundle(AppendOnly):
    """One record file that came back from a stick, and what became of it. The same bytes again are the same bundle.

    `number` is the stick's own count of the records it saved, `reason` why something of it does not count (a code of
    rules.Doubt or of attendance.rules.Refusal), `covered_ms` how much of the lectures it tells of, each moment once.
    `copy` is the computer on which the sheet of a room was begun. The file itself is in the vault under `sha256`.
    Personal data: who brought it, and in the file who sat in a room.
    """

    class Verdict(models.TextChoices):
        ACCEPTED = "accepted", _("accepted")
        IN_PART = "in_part", _("accepted in part")
        REFUSED = "refused", _("counts nothing")

    stick = models.ForeignKey(Stick, on_delete=models.PROTECT, related_name="bundles")
    number = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    verdict = models.CharField(max_length=8, choices=Verdict.choices)
    reason = models.CharField(max_length=40, blank=True, default="")
    covered_ms = models.PositiveBigIntegerField(default=0)
    spans = models.PositiveIntegerField(default=0)
    spans_refused = models.PositiveIntegerField(default=0)
    copy = models.CharField(max_length=16, blank=True, default="")
    # What it became where it was of a room.
    sheet_version = models.ForeignKey(
        "sheets.SheetVersion", null=True, on_delete=models.PROTECT, related_name="bundles"
    )
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    received_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["stick", "sha256"], name="offline_bundle_once"),
            models.CheckConstraint(
                condition=Q(verdict="accepted", reason="") | (~Q(verdict="accepted") & ~Q(reason="")),
                name="offline_doubt_has_a_reason",
            ),
        ]
        indexes = [models.Index(fields=["received_at"], name="offline_bundle_received")]

    def __str__(self) -> str:
        return f"{self.stick_id} #{self.number} {self.verdict}"


class FileSum(models.Model):
    """Length and CRC-32 of one stored file that lies on sticks: a file never changes under its name, so it is read once."""

    name = models.CharField(max_length=255, unique=True)
    size_bytes = models.PositiveBigIntegerField()
    crc32 = models.PositiveBigIntegerField()

    def __str__(self) -> str:
        return self.name
