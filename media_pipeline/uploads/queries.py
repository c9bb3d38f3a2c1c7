"""Reads of uploads. An upload of somebody else looks exactly like one that does not exist."""

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Sum

from media_pipeline.recordings.models import Recording
from media_pipeline.uploads.models import Upload
from qianchang.people.models import Account

# An upload that did not move for so long rests.
RESTS_AFTER = timedelta(days=1)


class UploadUnknown(Exception):
    """This account has no such upload."""


@dataclass(frozen=True)
class RestingUpload:
    """An upload that stopped: whose, of which file, how far it came, and how many days it can be resumed."""

    public_id: uuid.UUID
    owner_id: int
    name: str
    offset: int
    percent: int
    days_left: int


def upload_of(owner: Account, public_id: uuid.UUID) -> Upload:
    """Return one upload of its owner with its recording. Raises UploadUnknown."""
    try:
        return Upload.objects.select_related("recording", "owner").get(public_id=public_id, owner=owner)
    except Upload.DoesNotExist as error:
        raise UploadUnknown(str(public_id)) from error


def open_upload_like(owner: Account, *, name: str, length: int) -> Upload | None:
    """Return the unfinished upload of this owner that looks like the same file, the furthest of several."""
    found = Upload.objects.filter(
        owner=owner, state=Upload.State.OPEN, length=length, recording__original_name=name
    ).select_related("recording", "owner")
    return found.order_by("-offset", "-pk").first()


def stored_bytes(owner: Account) -> int:
    """Return how many bytes are kept for an owner: originals that were not dropped, and the room of open uploads.

    What was refused does not count: its owner has nothing of it and cannot remove it, and it goes by policy.
    """
    kept = (
        Recording.objects.filter(owner=owner, original_dropped_at=None)
        .exclude(original_file="")
        .exclude(state=Recording.State.REFUSED)
    )
    opened = Upload.objects.filter(owner=owner, state=Upload.State.OPEN)
    sizes = (kept.aggregate(bytes=Sum("size_bytes")), opened.aggregate(bytes=Sum("length")))
    return sum(size["bytes"] or 0 for size in sizes)


def open_uploads(owner: Account, *, at: datetime) -> list[Upload]:
    """Return what this owner can go on sending, newest first: also on another computer."""
    found = Upload.objects.filter(owner=owner, state=Upload.State.OPEN, expires_at__gt=at).select_related(
        "recording"
    )
    return list(found.order_by("-created_at"))


def resting_uploads(*, at: datetime) -> list[RestingUpload]:
    """Return the uploads that stopped a day ago or earlier and can be resumed for a day at least. One query."""
    # Whatever arrives puts the expiry off by the same number of days, so that the expiry tells when it last moved.
    kept = timedelta(days=settings.UPLOAD_EXPIRES_DAYS)
    found = Upload.objects.filter(
        state=Upload.State.OPEN,
        offset__gt=0,
        expires_at__lte=at + kept - RESTS_AFTER,
        expires_at__gte=at + timedelta(days=1),
    )
    return [
        RestingUpload(
            public_id=upload.public_id,
            owner_id=upload.owner_id,
            name=upload.recording.original_name,
            offset=upload.offset,
            percent=100 * upload.offset // upload.length,
            days_left=(upload.expires_at - at).days,
        )
        for upload in found.select_related("recording").order_by("pk")
    ]
