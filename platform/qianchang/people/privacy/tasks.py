"""Celery shells of privacy."""

from celery import shared_task
from django.utils import timezone

from qianchang.people.privacy import own_data, upkeep


@shared_task(name="qianchang.people.keep_privacy")
def keep_privacy(**_later: object) -> None:
    """Apply the periods, carry out erasures whose days are over, drop files of one's own data. Beat asks every hour."""
    upkeep.every_day(at=timezone.now())


@shared_task(name="qianchang.people.make_data_export")
def make_data_export(*, export_id: int, **_later: object) -> None:
    """Put one person's own data into a file."""
    own_data.make(export_id=export_id, at=timezone.now())


@shared_task(name="qianchang.people.make_data_exports")
def make_data_exports(**_later: object) -> None:
    """Make the files that no worker was told of, because the broker was away. Beat asks every five minutes."""
    own_data.make_waiting(at=timezone.now())
