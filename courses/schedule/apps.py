from django.apps import AppConfig


class ScheduleConfig(AppConfig):
    """Training sessions (场), planned and held."""

    name = "courses.schedule"
    label = "schedule"

    def ready(self) -> None:
        from courses.schedule import privacy

        privacy.declare_holdings()

        from courses.catalogue.public.registries import register_sessions, register_signed_up
        from courses.schedule import notices, signing_up

        register_sessions(notices.next_lines)
        register_signed_up(signing_up.signed_up_lines)
