"""Settings of the little site that the live tests start: the embedded default, its tables made without migrations."""

from qianchang.project.settings.dev import *  # noqa: F403


class _NoMigrations:
    """Every app, and no migration of any."""

    def __contains__(self, label: str) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


MIGRATION_MODULES = _NoMigrations()
# A reconciler that the test need not wait for.
CELERY_BEAT_SCHEDULE = {
    "reconcile": {
        "task": "media_pipeline.conductor.reconcile",
        "schedule": 1.0,
        "options": {"queue": "upkeep"},
    }
}
