from django.apps import AppConfig


class ConductorConfig(AppConfig):
    """The order of the stages; leases, retries and progress."""

    name = "media_pipeline.conductor"
    label = "conductor"
