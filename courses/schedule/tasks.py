"""Celery shells of the sessions."""

from celery import shared_task
from django.utils import timezone

from courses.schedule import announcing, reminding


@shared_task(name="courses.schedule.announce")
def announce(**_later: object) -> None:
    """Tell regions of their sessions."""
    announcing.announce_sessions(at=timezone.now())


@shared_task(name="courses.schedule.remind")
def remind(**_later: object) -> None:
    """Remind who signed up, and ask lecturers to sign."""
    at = timezone.now()
    reminding.remind_signed_up(at=at)
    reminding.ask_lecturers(at=at)
