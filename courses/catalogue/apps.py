from typing import Any

from django.apps import AppConfig
from django.db.models.signals import post_migrate


class CatalogueConfig(AppConfig):
    """Wagtail pages and snippets: lectures, courses, topics, lecturers."""

    name = "courses.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from courses.catalogue import privacy

        privacy.declare_holdings()

        from wagtail.signals import workflow_cancelled

        from courses.catalogue import todo
        from courses.catalogue.search import following, matching
        from media_pipeline import api as media
        from qianchang.people.todo import register_groups

        register_groups("catalogue", todo.groups)
        workflow_cancelled.connect(_follow_cancellation, dispatch_uid="catalogue.follow_cancellation")
        post_migrate.connect(matching.put_up, sender=self, dispatch_uid="catalogue.search_index")
        following.follow()
        media.recording_recognised.connect(_follow_recording, dispatch_uid="catalogue.follow_recording")
        media.recording_watchable.connect(_tell_received, dispatch_uid="catalogue.tell_received")
        media.recording_ready.connect(_tell_processed, dispatch_uid="catalogue.tell_processed")


def _follow_cancellation(instance: Any, user: Any, **_: Any) -> None:
    from courses.catalogue.reviewing import follow_cancellation

    follow_cancellation(lecture_id=int(instance.object_id), content=instance.content_type.model, by=user)


def _follow_recording(recording_id: int, existing_id: int, at: Any, **_: Any) -> None:
    from courses.catalogue.operations import follow_recording

    follow_recording(recording_id=recording_id, existing_id=existing_id, at=at)


def _tell_received(recording_id: int, at: Any, **_: Any) -> None:
    from courses.catalogue.telling import tell_received

    tell_received(recording_id=recording_id, at=at)


def _tell_processed(recording_id: int, at: Any, **_: Any) -> None:
    from courses.catalogue.telling import tell_processed

    tell_processed(recording_id=recording_id, at=at)
