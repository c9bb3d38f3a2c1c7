"""Reads of uploads. An upload of somebody else looks exactly like one that does not exist."""

import uuid
from datetime import datetime

from media_pipeline.uploads.models import Upload
from qianchang.people.models import Account


class UploadUnknown(Exception):
    """This account has no such upload."""


def upload_of(owner: Account, public_id: uuid.UUID) -> Upload:
    """Return one upload of its owner with its recording. Raises UploadUnknown."""
    try:
        return Upload.objects.select_related("recording", "owner").get(public_id=public_id, owner=owner)
    except Upload.DoesNotExist as error:
        raise UploadUnknown(str(public_id)) from error


def open_uploads(owner: Account, *, at: datetime) -> list[Upload]:
    """Return what this owner can go on sending, newest first: also on another computer."""
    found = Upload.objects.filter(owner=owner, state=Upload.State.OPEN, expires_at__gt=at).select_related(
        "recording"
    )
    return list(found.order_by("-created_at"))
