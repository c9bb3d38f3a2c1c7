"""Celery shells of the counting."""

from celery import shared_task
from django.utils import timezone

from programmes.quotas import reminders


@shared_task(name="programmes.quotas.remind")
def remind(**_later: object) -> None:
    """Tell officers what waits for them."""
    reminders.remind(at=timezone.now())
