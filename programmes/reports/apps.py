from django.apps import AppConfig


class ReportsConfig(AppConfig):
    """What officers send: returns, bulletins, sheets of recognition, evidence packs."""

    name = "programmes.reports"
    label = "reports"

    def ready(self) -> None:
        from programmes.reports import privacy

        privacy.declare_holdings()

        from programmes.plans.moments import register_reported
        from programmes.quotas.returned import register_returned
        from programmes.reports import kept

        register_reported(kept.reported_until)
        register_returned(kept.sent_on)
