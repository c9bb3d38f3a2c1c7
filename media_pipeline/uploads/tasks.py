"""Celery shells of the uploads."""

from celery import shared_task
from django.utils import timezone

from media_pipeline.uploads import operations


@shared_task(name="media_pipeline.uploads.expire")
def expire(**_later: object) -> None:
    """Remove uploads that nobody went on with."""
    operations.expire_uploads(at=timezone.now())
