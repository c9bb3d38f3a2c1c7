"""Media jobs and disc images: the truth about the work. The queue only carries their ids."""

import uuid
from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class Leased(models.Model):
    """Work that a worker claims by one conditional UPDATE that raises `fence` and `attempt` and sets a lease; it renews the
    lease while it works; what it made is published only while its fence still stands. A lease that ran out is
    somebody's death: the reconciler hands the work out again. `leases.py` has the operations.
    """

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an earlier stage")
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not needed")
        CANCELLED = "cancelled", _("cancelled")

    MAX_ATTEMPTS: Final = 5

    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_log = models.TextField(blank=True)
    queued_at = models.DateTimeField(null=True)
    # Work that failed rests until then: a full disk or a busy machine recovers.
    not_before = models.DateTimeField(null=True)
    # Since when the machine, not the recording, has been the reason that every attempt ended.
    outage_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        abstract = True


class MediaJob(Leased):
    """One stage of one recording, or one chunk of it."""

    class Kind(models.TextChoices):
        """In the order in which they are done. CHECK looks at the first blocks while the rest is still on its way."""

        CHECK = "check", _("check of the first minutes")
        PROBE = "probe", _("file check")
        AUDIO = "audio", _("audio")
        SLIDES = "slides", _("slides")
        CHUNK = "chunk", _("video")
        PACKAGE = "package", _("joining and checking")
        TEXT = "text", _("slide text")

    recording = models.ForeignKey("recordings.Recording", on_delete=models.CASCADE, related_name="jobs")
    # Which pass over the recording this belongs to: re-transcoding is a new generation.
    generation = models.PositiveIntegerField(default=1)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    # Chunks count from 0; every other kind has one job, number 0.
    part = models.PositiveSmallIntegerField(default=0)
    # Higher goes first; an administrator's "sooner" raises it.
    priority = models.SmallIntegerField(default=0)
    # What the job is told: a chunk's times and ladder.
    input = models.JSONField(default=dict, blank=True)
    # What it made, published in the same UPDATE that ends it: storage names and measured facts.
    output = models.JSONField(default=dict, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "generation", "kind", "part"], name="conductor_job_once"
            )
        ]
        indexes = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.kind}.{self.part} {self.state} #{self.fence}"


class DiscImage(Leased):
    """One DVD-Video image that somebody asked for, and the work of making it. `spec` is the disc as plain values
    (packaging.discs.spec); `composition` is what all discs of one master have in common. The image stands in the storage
    under `file` as long as it is kept; its digest and size stay.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    serial = models.CharField(max_length=40)
    spec = models.JSONField()
    digest = models.CharField(max_length=64)
    composition = models.CharField(max_length=64, db_index=True)
    # What is done now, for whoever waits: a code of `discs.making.Step`.
    step = models.CharField(max_length=12, blank=True)
    file = models.CharField(max_length=255, blank=True)
    size_bytes = models.PositiveBigIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    # What the finished image was found to hold: titles, chapters, lengths.
    found = models.JSONField(default=dict, blank=True)
    asked_at = models.DateTimeField()
    dropped_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            # Asking twice makes one image; one that failed, was cancelled or is kept no longer may be asked for again.
            models.UniqueConstraint(
                fields=["digest"],
                condition=models.Q(state__in=["queued", "running", "done"], dropped_at__isnull=True),
                name="conductor_disc_image_once",
            ),
            models.CheckConstraint(
                condition=~models.Q(state="done")
                | models.Q(size_bytes__isnull=False)
                & ~models.Q(sha256="")
                & models.Q(finished_at__isnull=False),
                name="conductor_disc_image_done_is_counted",
            ),
        ]
        indexes = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.serial} {self.state} #{self.fence}"


class DiscPiece(models.Model):
    """One piece of a lecture as discs carry it, made once for all discs that have the lecture cut like this. `title_key` is
    the digest of recording, stretch, cuts and settings; pieces count from 0 in each kind. `file` stands in the storage.
    """

    class Kind(models.TextChoices):
        PICTURE = "picture", _("pictures")
        # The pictures where a code will stand, without one and without loss.
        CLEAN = "clean", _("pictures for codes")
        SOUND = "sound", _("sound")
        # The sound where a code will be spoken, and a little before and after it, without loss.
        SPOKEN = "spoken", _("sound for codes")

    recording = models.ForeignKey(
        "recordings.Recording", on_delete=models.CASCADE, related_name="disc_pieces"
    )
    title_key = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    number = models.PositiveSmallIntegerField()
    file = models.CharField(max_length=255)
    size_bytes = models.PositiveBigIntegerField()
    # Pictures, or samples of sound, that it was counted to hold.
    units = models.PositiveBigIntegerField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["title_key", "kind", "number"], name="conductor_disc_piece_once")
        ]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.kind}.{self.number} {self.title_key[:8]}"
