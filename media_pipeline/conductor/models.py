"""Media jobs: the truth about the work. The queue only carries their ids."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _


class MediaJob(models.Model):
    """One stage of one recording. A worker claims it by one conditional UPDATE that raises `fence` and `attempt` and
    sets a lease; it renews the lease while it works; what it made is published only while its fence still stands.
    A lease that ran out is somebody's death: the reconciler hands the job out again.
    """

    class Kind(models.TextChoices):
        PROBE = "probe", _("file check")
        AUDIO = "audio", _("audio")
        VIDEO = "video", _("light and standard video")

    class State(models.TextChoices):
        WAITING = "waiting", _("waiting for an earlier stage")
        QUEUED = "queued", _("queued")
        RUNNING = "running", _("running")
        DONE = "done", _("done")
        FAILED = "failed", _("failed")
        SKIPPED = "skipped", _("not needed")

    MAX_ATTEMPTS: Final = 3

    recording = models.ForeignKey("recordings.Recording", on_delete=models.CASCADE, related_name="jobs")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    attempt = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    worker = models.CharField(max_length=120, blank=True)
    progress_percent = models.PositiveSmallIntegerField(default=0)
    error_code = models.CharField(max_length=40, blank=True)
    error_log = models.TextField(blank=True)
    queued_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recording", "kind"], name="conductor_job_once")]
        indexes = [models.Index(fields=["state", "lease_until"])]

    def __str__(self) -> str:
        return f"{self.recording_id} {self.kind} {self.state} #{self.fence}"
