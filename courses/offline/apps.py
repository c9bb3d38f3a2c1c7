from django.apps import AppConfig


class OfflineConfig(AppConfig):
    """Sticks (U 盘) for a county town, and reading what comes back."""

    name = "courses.offline"
    label = "offline"

    def ready(self) -> None:
        from courses.offline import privacy

        privacy.declare_holdings()

        from courses.offline import todo
        from qianchang.people.todo import register_groups

        register_groups("sticks", todo.groups)
