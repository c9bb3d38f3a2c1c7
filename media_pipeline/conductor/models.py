"""Media jobs: the truth about the work. The queue only carries their ids."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class MediaJob(models.Model):
    """One stage of one recording, or one chunk of it. A worker claims it by one conditional UPDATE that raises `fence` and
    `attempt` and sets a lease; it renews the lease while it works; what it made is published only while its fence
    still stands. A lease that ran out is somebody's death: the reconciler hands the job out again.
    """

    class Kind(models.TextChoices):
        """In the order in which they are done. CHECK looks at the first blocks while the rest is still on its way."""

        CHECK = "check", _("check of the first minutes")
        PROBE = "probe", _("file check")
        AUDIO = "audio", _("audio")
        SLIDES = "slides", _("slides")
        CHUNK = "chunk", _("video")
        PACKAGE = "package", _("joining and checking")
        TEXT = "text", _("slide text")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an earlier stage")
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not needed")
        CANCELLED = "cancelled", _("cancelled")

    MAX_ATTEMPTS: Final = 5

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
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_log = models.TextField(blank=True)
    queued_at = models.DateTimeField(null=True)
    # A job that failed rests until then: a full disk or a busy machine recovers.
    not_before = models.DateTimeField(null=True)
    # Since when the machine, not the recording, has been the reason that every attempt ended.
    outage_since = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recording", "generation", "kind", "part"], name="conductor_job_once"
            )
        ]
        indexes = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.kind}.{self.part} {self.state} #{self.fence}"
