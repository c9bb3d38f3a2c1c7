"""Celery shells of roster imports."""

from celery import shared_task
from django.utils import timezone

from qianchang.people.rosters import working


@shared_task(name=working.WORK)
def work_on_roster(number: int, **_later: object) -> None:
    """Check, import or undo, as the state of the import says."""
    working.work(number)


@shared_task(name="qianchang.people.rosters.resume")
def resume_roster_imports(**_later: object) -> None:
    """Hand over again what nobody works on: a message was lost, or a worker died."""
    for number in working.left_lying(timezone.now()):
        working.hand_over(number)
