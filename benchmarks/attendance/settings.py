"""The embedded default with one address more: the empty view. Tables are made without migrations."""

from qianchang.project.settings.dev import *  # noqa: F403


class _NoMigrations:
    """Every app, and no migration of any."""

    def __contains__(self, label: str) -> bool:
        return True

    def __getitem__(self, label: str) -> None:
        return None


MIGRATION_MODULES = _NoMigrations()
ROOT_URLCONF = "benchmarks.attendance.urls"
