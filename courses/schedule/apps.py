from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    """Training sessions (场), planned and held."""

    name = "courses.schedule"
    label = "schedule"

    def ready(self) -> None:
        from courses.schedule import privacy

        privacy.declare_holdings()
