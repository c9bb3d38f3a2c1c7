"""Database triggers that refuse to change or delete a row of any append-only table.

They are put up after every migrate and not inside a migration: SQLite rebuilds a table to alter it and drops
its triggers on the way, and a new ledger must not be able to forget its wall.
"""

from typing import Any

from django.apps import AppConfig, apps
from django.db import connections

from qianchang.groundwork.models import AppendOnly

SQLITE = """CREATE TRIGGER IF NOT EXISTS "{table}_no_{event_lower}" BEFORE {event} ON "{table}"
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION qianchang_append_only()
RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""

POSTGRESQL = """CREATE OR REPLACE TRIGGER "{table}_no_{event_lower}" BEFORE {event} ON "{table}"
FOR EACH ROW EXECUTE FUNCTION qianchang_append_only()"""


def guard_ledgers(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Put up the triggers on every append-only table of the app that was just migrated."""
    connection = connections[using]
    statement = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[connection.vendor]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in apps.get_app_config(sender.label).get_models():
            table = model._meta.db_table
            if not issubclass(model, AppendOnly) or table not in existing:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(POSTGRESQL_FUNCTION)
            for event in ("UPDATE", "DELETE"):
                cursor.execute(statement.format(table=table, event=event, event_lower=event.lower()))
