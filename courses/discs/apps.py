from django.apps import AppConfig


class DiscsConfig(AppConfig):
    """Discs (光盘): masters, serial numbers, and the custody of each."""

    name = "courses.discs"
    label = "discs"

    def ready(self) -> None:
        from courses.discs import privacy

        privacy.declare_holdings()
