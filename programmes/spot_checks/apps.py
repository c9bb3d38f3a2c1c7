from django.apps import AppConfig


class SpotChecksConfig(AppConfig):
    """Spot checks of counted sessions: a published seed, findings, and what is mended by when."""

    name = "programmes.spot_checks"
    label = "spot_checks"

    def ready(self) -> None:
        from programmes.spot_checks import privacy

        privacy.declare_holdings()

        from programmes.spot_checks import todo
        from qianchang.people.todo import register_groups

        register_groups("spot checks", todo.groups)
