from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What officers send: returns, bulletins, sheets of recognition, evidence packs."""

    name = "programmes.reports"
    label = "reports"

    def ready(self) -> None:
        from programmes.reports import privacy

        privacy.declare_holdings()
