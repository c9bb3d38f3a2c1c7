from django.apps import AppConfig


class AttendanceConfig(AppConfig):
    """Append-only evidence of watching: spans, coverage, presence codes."""

    name = "courses.attendance"
    label = "attendance"

    def ready(self) -> None:
        from courses.catalogue import registries

        def player_for(lecture, request):  # type: ignore[no-untyped-def]  # TODO until media_pipeline.api stands
            from courses.attendance import player

            return player.player_for(lecture, request)

        registries.register_player(player_for)
