"""When to index: whatever changes the words of a published lecture, a worker is told after the commit."""

import logging
import threading
from collections.abc import Iterable, Sequence
from typing import Any

from celery import current_app
from django.db import transaction
from django.db.models.signals import post_save
from django.utils import timezone
from wagtail.signals import page_published, page_unpublished

from courses.catalogue import queries
from courses.catalogue.models import LecturePage, Lecturer, Topic
from courses.catalogue.search import indexing
from media_pipeline import api as media
from qianchang.people.privacy import search_index

log = logging.getLogger(__name__)

INDEX = "courses.catalogue.index_lectures"
QUEUE = "middle"
_UID = "catalogue.search"


def follow() -> None:
    """Listen to everything that writes words which are searched. Called once, at start."""
    page_published.connect(_page_changed, sender=LecturePage, dispatch_uid=f"{_UID}.published")
    page_unpublished.connect(_page_changed, sender=LecturePage, dispatch_uid=f"{_UID}.unpublished")
    post_save.connect(_topic_changed, sender=Topic, dispatch_uid=f"{_UID}.topic")
    post_save.connect(_lecturer_changed, sender=Lecturer, dispatch_uid=f"{_UID}.lecturer")
    for signal in (media.recording_ready, media.recording_words_changed):
        signal.connect(_recording_changed, dispatch_uid=f"{_UID}.recording")
    search_index.register(_words_erased)


def ask_for(lecture_ids: Iterable[int]) -> None:
    """Have a worker index these lectures after the commit. Nobody waits for a broker: what no worker hears of, the next
    round finds (indexing.catch_up).
    """
    ids = sorted(set(lecture_ids))
    if ids:
        transaction.on_commit(
            lambda: threading.Thread(target=_send, args=(ids,), name="index", daemon=True).start()
        )


def _send(ids: list[int]) -> None:
    try:
        current_app.send_task(
            INDEX, kwargs={"lecture_ids": ids}, queue=QUEUE, retry=False, ignore_result=True
        )
    except Exception as error:  # every broker has its own exceptions, and none may hurt the caller
        log.warning("the index of lectures %s was not handed to a worker; beat will: %s", ids, error)


def _page_changed(instance: LecturePage, **signal: Any) -> None:
    ask_for([instance.pk])


def _topic_changed(instance: Topic, created: bool, **signal: Any) -> None:
    if not created:
        ask_for(queries.live_lectures().filter(topic=instance).values_list("pk", flat=True))


def _lecturer_changed(instance: Lecturer, created: bool, **signal: Any) -> None:
    if not created:
        ask_for(queries.live_lectures().filter(lecturers=instance).values_list("pk", flat=True))


def _recording_changed(recording_id: int, **signal: Any) -> None:
    ask_for(indexing.lectures_of_recordings([recording_id]).values_list("pk", flat=True))


def _words_erased(words: Sequence[str]) -> int:
    return indexing.index_mentioning(words, at=timezone.now())
