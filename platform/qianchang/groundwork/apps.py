from django.apps import AppConfig
from django.core.management import call_command
from django.db.models.signals import post_migrate


class GroundworkConfig(AppConfig):
    """The floor: append-only entries and their chain, the audit log, hours. It knows no noun of ours."""

    name = "qianchang.groundwork"
    label = "groundwork"

    def ready(self) -> None:
        from qianchang.groundwork import walls

        post_migrate.connect(walls.guard_ledgers, dispatch_uid="groundwork.guard_ledgers")
        post_migrate.connect(_make_cache_table, sender=self, dispatch_uid="groundwork.cache_table")


def _make_cache_table(*, using: str, **signal: object) -> None:
    """Make the table of the shared cache, where the settings keep it in the database: one command less to forget."""
    call_command("createcachetable", database=using, verbosity=0)
