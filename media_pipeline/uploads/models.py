"""Resumable uploads in progress (tus 1.0)."""

import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Upload(models.Model):
    """One resumable upload. The bytes stand in `UPLOAD_DIR/<public_id>`; `offset` is what the server has confirmed,
    written after the bytes are on the disk, so that nothing acknowledged is ever lost.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        COMPLETE = "complete", _("complete")
        REFUSED = "refused", _("refused")
        EXPIRED = "expired", _("expired")
        TERMINATED = "terminated", _("terminated")

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="uploads")
    # Several uploads may end in one recording: the same file sent again is recognised.
    recording = models.ForeignKey("recordings.Recording", on_delete=models.PROTECT, related_name="uploads")
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    state = models.CharField(max_length=12, choices=State.choices, default=State.OPEN)
    refusal_code = models.CharField(max_length=40, blank=True)
    # The name of the folder that holds the bytes (`parts.folder_id`): only a machine that has it may miss them.
    folder = models.CharField(max_length=36, blank=True, default="", db_default="")
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(offset__lte=models.F("length")), name="uploads_offset_within_length"
            ),
            models.CheckConstraint(condition=models.Q(length__gt=0), name="uploads_not_empty"),
        ]

    def __str__(self) -> str:
        return f"{self.public_id} {self.offset}/{self.length}"
