from typing import Any

from django.apps import AppConfig


class CatalogueConfig(AppConfig):
    """Wagtail pages and snippets: lectures, courses, topics, lecturers."""

    name = "courses.catalogue"
    label = "catalogue"

    def ready(self) -> None:
        from media_pipeline import api as media

        media.recording_recognised.connect(_follow_recording, dispatch_uid="catalogue.follow_recording")


def _follow_recording(recording_id: int, existing_id: int, at: Any, **_: Any) -> None:
    from courses.catalogue.operations import follow_recording

    follow_recording(recording_id=recording_id, existing_id=existing_id, at=at)
