from django.apps import AppConfig


class TranscodingConfig(AppConfig):
    """Probe, ladder, command building, and the ffmpeg runner."""

    name = "media_pipeline.transcoding"
    label = "transcoding"
