from django.apps import AppConfig


class RecordingsConfig(AppConfig):
    """Recordings and renditions: what every stage of the pipeline reads and writes."""

    name = "media_pipeline.recordings"
    label = "recordings"

    def ready(self) -> None:
        from media_pipeline.recordings import privacy

        privacy.declare_holdings()
