"""Celery shells of the floor."""

from celery import shared_task
from django.utils import timezone

from qianchang.groundwork import signing


@shared_task(name="qianchang.groundwork.sign_heads")
def sign_heads(**_later: object) -> None:
    """Sign the heads of the day, if nobody did yet: beat asks every hour, so that a night without power costs none."""
    signing.sign_heads(at=timezone.now())
