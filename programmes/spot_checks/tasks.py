"""Celery shells of the spot checks."""

from celery import shared_task
from django.utils import timezone

from programmes.spot_checks import reminders


@shared_task(name="programmes.spot_checks.remind")
def remind(**_later: object) -> None:
    """Tell officers which findings are to be mended."""
    reminders.remind(at=timezone.now())
