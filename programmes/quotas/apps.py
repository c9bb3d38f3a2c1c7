from django.apps import AppConfig


class QuotasConfig(AppConfig):
    """Training sessions counted toward targets: confirmation, month close, the board."""

    name = "programmes.quotas"
    label = "quotas"
