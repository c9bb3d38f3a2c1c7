"""Celery shells of the lectures."""

from celery import shared_task
from django.utils import timezone

from courses.catalogue import telling


@shared_task(name="courses.catalogue.remind_of_uploads")
def remind_of_uploads(**_later: object) -> None:
    """Tell experts of uploads that rest."""
    telling.remind_of_uploads(at=timezone.now())
