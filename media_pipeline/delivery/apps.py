from django.apps import AppConfig


class DeliveryConfig(AppConfig):
    """Signed links, byte ranges and the access gate."""

    name = "media_pipeline.delivery"
    label = "delivery"
