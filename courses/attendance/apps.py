from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """Append-only evidence of watching: spans, coverage, presence codes."""

    name = "courses.attendance"
    label = "attendance"

    def ready(self) -> None:
        from courses.attendance import privacy

        privacy.declare_holdings()

        from courses.attendance import player
        from courses.catalogue import registries

        registries.register_player(player.player_for)
