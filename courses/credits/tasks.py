"""Celery shells of the hours."""

from celery import shared_task
from django.utils import timezone

from courses.credits import letters


@shared_task(name="courses.credits.mail_answers")
def mail_answers(**_later: object) -> None:
    """Mail the answers of appeals that were not mailed yet."""
    letters.mail_answers(at=timezone.now())
