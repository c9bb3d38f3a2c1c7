"""Celery shells of activation."""

from celery import shared_task
from django.utils import timezone

from qianchang.people import invitations, sent_codes


@shared_task(name="qianchang.people.send_codes")
def send_codes(**_later: object) -> None:
    """Send the codes that were asked for."""
    sent_codes.send_waiting_codes(at=timezone.now())


@shared_task(name="qianchang.people.send_invitations")
def send_invitations(**_later: object) -> None:
    """Send the invitations that are due."""
    invitations.send_invitations(at=timezone.now())
