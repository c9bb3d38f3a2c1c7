"""Celery shells of the lectures."""

from celery import shared_task
from django.utils import timezone

from courses.catalogue import reviewing, telling
from courses.catalogue.search import indexing


@shared_task(name="courses.catalogue.remind_of_uploads")
def remind_of_uploads(**_later: object) -> None:
    """Tell experts of uploads that rest."""
    telling.remind_of_uploads(at=timezone.now())


@shared_task(name="courses.catalogue.index_lectures")
def index_lectures(lecture_ids: list[int], **_later: object) -> None:
    """Bring the index up to date with these lectures."""
    for lecture_id in lecture_ids:
        indexing.index_lecture(lecture_id, at=timezone.now())


@shared_task(name="courses.catalogue.catch_up_with_index")
def catch_up_with_index(**_later: object) -> None:
    """Index what no worker was told of."""
    indexing.catch_up(at=timezone.now())


@shared_task(name="courses.catalogue.publish_due")
def publish_due(**_later: object) -> None:
    """Put lectures into the catalogue whose set time has come."""
    reviewing.publish_due(at=timezone.now())
