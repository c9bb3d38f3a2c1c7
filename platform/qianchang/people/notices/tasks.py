"""Celery shells of the mails."""

from celery import shared_task
from django.utils import timezone

from qianchang.people.notices import outbox


@shared_task(name="qianchang.people.send_mails")
def send_mails(**_later: object) -> None:
    """Send what waits in the outbox."""
    outbox.send_waiting(now=timezone.now)


@shared_task(name="qianchang.people.compose_summaries")
def compose_summaries(**_later: object) -> None:
    """Write the mails of the day, once its hour has come: beat asks often, so that a late start costs none."""
    outbox.compose_summaries(at=timezone.now())
