"""Celery shells of the sessions."""

from celery import shared_task
from django.utils import timezone

from courses.schedule import announcing


@shared_task(name="courses.schedule.announce")
def announce(**_later: object) -> None:
    """Tell regions of their sessions."""
    announcing.announce_sessions(at=timezone.now())
