from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    """Training sessions (场), planned and held."""

    name = "courses.schedule"
    label = "schedule"

    def ready(self) -> None:
        from courses.schedule import privacy

        privacy.declare_holdings()

        from courses.catalogue.public.registries import register_sessions
        from courses.schedule import notices

        register_sessions(notices.next_lines)
