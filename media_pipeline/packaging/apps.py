from django.apps import AppConfig


class PackagingConfig(AppConfig):
    """Segments and playlists of finished renditions."""

    name = "media_pipeline.packaging"
    label = "packaging"
