"""Celery shells of the sheets."""

from celery import shared_task
from django.utils import timezone

from courses.sheets import reminding


@shared_task(name="courses.sheets.remind")
def remind(**_later: object) -> None:
    """Remind of sheets that nobody reported."""
    reminding.remind_of_sheets(at=timezone.now())
