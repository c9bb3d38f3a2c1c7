"""Celery shells of the uploads."""

from celery import shared_task
from django.utils import timezone

from media_pipeline.uploads import operations
from media_pipeline.uploads.dispatch import FINISH


@shared_task(name=FINISH)
def finish(upload_id: int, **_later: object) -> None:
    """Verify and store an upload whose last byte has arrived, if that is still to do."""
    operations.finish_upload(upload_id=upload_id, at=timezone.now())


@shared_task(name="media_pipeline.uploads.expire")
def expire(**_later: object) -> None:
    """Remove uploads that nobody went on with, and bytes that belong to none."""
    operations.expire_uploads(at=timezone.now())
    operations.sweep_parts(at=timezone.now())
