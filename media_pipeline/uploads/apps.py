from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """The tus endpoint, its limits, and the checks at the door."""

    name = "media_pipeline.uploads"
    label = "uploads"
