from django.apps import AppConfig


class PlacementsConfig(AppConfig):
    """Registers: trainees (千人计划), donated vehicles and computers, the pool of young lawyers, county classes."""

    name = "programmes.placements"
    label = "placements"

    def ready(self) -> None:
        from programmes.placements import privacy

        privacy.declare_holdings()

        from programmes.placements import todo
        from qianchang.people.todo import register_groups

        register_groups("placements", todo.groups)
