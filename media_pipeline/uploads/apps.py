from django.apps import AppConfig


class UploadsConfig(AppConfig):
    """The tus endpoint, its limits, and the checks at the door."""

    name = "media_pipeline.uploads"
    label = "uploads"

    def ready(self) -> None:
        from media_pipeline.uploads import privacy

        privacy.declare_holdings()
