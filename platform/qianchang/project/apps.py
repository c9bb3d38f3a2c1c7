from django.apps import AppConfig
from django.core.checks import Tags, register


class ProjectConfig(AppConfig):
    """The roof: wires the rooms together and decides nothing."""

    name = "qianchang.project"
    label = "project"

    def ready(self) -> None:
        from qianchang.project.checks import refuse_unsafe_production, walls_bind

        register(walls_bind, Tags.security, deploy=True)
        refuse_unsafe_production()
