from django.apps import AppConfig


class ProjectConfig(AppConfig):
    """The roof: wires the rooms together and decides nothing."""

    name = "qianchang.project"
    label = "project"

    def ready(self) -> None:
        from qianchang.project.checks import refuse_unsafe_production

        refuse_unsafe_production()
