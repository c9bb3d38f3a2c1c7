"""Celery shells of the hours."""

from celery import shared_task
from django.utils import timezone

from courses.credits import reminders


@shared_task(name="courses.credits.remind")
def remind(**_later: object) -> None:
    """Tell lawyers what the last week brought, and of the end of the year."""
    reminders.tell_of_week(at=timezone.now())
    reminders.remind_of_year(at=timezone.now())
