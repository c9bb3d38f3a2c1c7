"""Recordings and their renditions: what every stage of the pipeline reads and writes."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Recording(models.Model):
    """One recording that an expert sent, from the first byte to the last rendition. Its files live in the storage
    `recordings` under `<public_id>/`. A refused recording keeps the reason as a code; `failures.py` has the sentences.

    Personal data: the owner, and whatever the original file name says.
    """

    class State(models.TextChoices):
        UPLOADING = "uploading", _("uploading")
        PROCESSING = "processing", _("processing")
        READY = "ready", _("ready")
        REFUSED = "refused", _("refused")
        FAILED = "failed", _("failed")

    class Content(models.TextChoices):
        UNKNOWN = "unknown", _("not yet known")
        VIDEO = "video", _("video")
        AUDIO = "audio", _("audio only")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="recordings")
    original_name = models.CharField(max_length=255)
    state = models.CharField(max_length=12, choices=State.choices, default=State.UPLOADING)
    failure_code = models.CharField(max_length=40, blank=True)
    size_bytes = models.BigIntegerField(default=0)
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    original_file = models.CharField(max_length=255, blank=True)
    content = models.CharField(max_length=10, choices=Content.choices, default=Content.UNKNOWN)
    duration_ms = models.PositiveBigIntegerField(null=True)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    created_at = models.DateTimeField()
    received_at = models.DateTimeField(null=True)
    first_watchable_at = models.DateTimeField(null=True)
    ready_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # The same file of the same owner is recognised, not stored twice. One that was refused or that we failed on
            # may be sent again: the platform may have learned to read it.
            models.UniqueConstraint(
                fields=["owner", "sha256"],
                condition=~models.Q(sha256="") & models.Q(state__in=["uploading", "processing", "ready"]),
                name="recordings_same_file_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.original_name} ({self.public_id})"


class Rendition(models.Model):
    """One finished way to play a recording: a single fragmented MP4 that streams, seeks and downloads.

    Rows exist only for files that were verified and published; a half-written rendition has no row.
    Rates are in bit/s as measured, times in milliseconds.
    """

    class Mode(models.TextChoices):
        AUDIO = "audio", _("Audio")
        LIGHT = "light", _("Light video")
        STANDARD = "standard", _("Standard video")

    recording = models.ForeignKey(Recording, on_delete=models.CASCADE, related_name="renditions")
    mode = models.CharField(max_length=10, choices=Mode.choices)
    file = models.CharField(max_length=255)
    # The fence of the job that made it: part of the file's name, so that its address never changes its content.
    fence = models.PositiveIntegerField(default=1)
    playlist = models.TextField()
    size_bytes = models.PositiveBigIntegerField()
    duration_ms = models.PositiveBigIntegerField()
    average_bps = models.PositiveIntegerField()
    peak_bps = models.PositiveIntegerField()
    codecs = models.CharField(max_length=60)
    width = models.PositiveIntegerField(null=True)
    height = models.PositiveIntegerField(null=True)
    frame_rate = models.DecimalField(max_digits=6, decimal_places=3, null=True)
    published_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["recording", "mode"], name="recordings_rendition_once")
        ]

    def __str__(self) -> str:
        return f"{self.recording.public_id} {self.mode}"
