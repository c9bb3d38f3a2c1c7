"""Celery shells of the discs."""

from celery import shared_task
from django.utils import timezone

from courses.discs import images, reminders


@shared_task(name="courses.discs.remind")
def remind(**_later: object) -> None:
    """Ask for discs that somebody has for too long, and note images that were finished unheard."""
    images.catch_up(at=timezone.now())
    reminders.remind(at=timezone.now())
