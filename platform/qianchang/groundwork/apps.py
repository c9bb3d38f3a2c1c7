from django.apps import AppConfig
from django.db.models.signals import post_migrate


class GroundworkConfig(AppConfig):
    """The floor: append-only entries and their chain, the audit log, hours. It knows no noun of ours."""

    name = "qianchang.groundwork"
    label = "groundwork"

    def ready(self) -> None:
        from qianchang.groundwork import walls

        post_migrate.connect(walls.guard_ledgers, dispatch_uid="groundwork.guard_ledgers")
