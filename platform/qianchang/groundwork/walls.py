"""Database triggers that refuse to change or delete a row of any append-only table.

They are put up after every migrate and not inside a migration: SQLite rebuilds a table to alter it and drops
its triggers on the way, and a new ledger must not be able to forget its wall. They are put up anew each time, so that a
wall never stays what an older program thought right.

Three things pass: the erasure of a person takes the words out of `erasable` columns and changes nothing else (sealing.py),
a row that stands for a time is ended, once or earlier than was set (`ending` columns), and audit entries go once they are
older than the law wants them kept.
"""

import json
from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig, apps
from django.db import connections

from qianchang.groundwork.models import AppendOnly, AuditEntry, LedgerEntry

SQLITE = """CREATE TRIGGER "{table}_no_{event_lower}" BEFORE {event} ON "{table}" {condition}
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""

POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION qianchang_append_only()
RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""

POSTGRESQL = """CREATE OR REPLACE TRIGGER "{table}_no_{event_lower}" BEFORE {event} ON "{table}"
FOR EACH ROW {condition} EXECUTE FUNCTION qianchang_append_only()"""

SAME = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}
OLDEST_KEPT = {
    "sqlite": "datetime('now', '-{months} months')",
    "postgresql": "now() - interval '{months} months'",
}
# Columns that tell how an entry is proved: they change together with its words, once.
PROOF = ("private_digest", "chain_salt")


def guard_ledgers(sender: AppConfig, using: str, **kwargs: Any) -> None:
    """Put up the triggers on every append-only table of the app that was just migrated."""
    connection = connections[using]
    existing = set(connection.introspection.table_names())
    with connection.cursor() as cursor:
        for model in apps.get_app_config(sender.label).get_models():
            table = model._meta.db_table
            if not issubclass(model, AppendOnly) or table not in existing:
                continue
            if connection.vendor == "postgresql":
                cursor.execute(POSTGRESQL_FUNCTION)
            # As the table is: a site may stand at an earlier migration, and columns may outlive their model.
            columns = [row.name for row in connection.introspection.get_table_description(cursor, table)]
            for statement in statements(model, connection.vendor, columns):
                cursor.execute(statement)


def statements(model: type[AppendOnly], vendor: str, columns: Sequence[str]) -> list[str]:
    """Return the SQL that puts up both walls of a table with these columns."""
    table = model._meta.db_table
    conditions = {"UPDATE": _unless_erased(model, vendor, columns), "DELETE": _unless_outlived(model, vendor)}
    template = {"sqlite": SQLITE, "postgresql": POSTGRESQL}[vendor]
    found = []
    for event, condition in conditions.items():
        if vendor == "sqlite":
            found.append(f'DROP TRIGGER IF EXISTS "{table}_no_{event.lower()}"')
        when = f"WHEN ({condition})" if condition else ""
        found.append(template.format(table=table, event=event, event_lower=event.lower(), condition=when))
    return found


def _unless_erased(model: type[AppendOnly], vendor: str, columns: Sequence[str]) -> str:
    if model.ending and set(model.ending) <= set(columns):
        return _unless_ended(model, vendor, columns)
    is_ledger = issubclass(model, LedgerEntry)
    loose = {*model.erasable, *(PROOF if is_ledger else ())}
    if not model.erasable or not loose <= set(columns):
        return ""
    same = [f'OLD."{column}" {SAME[vendor]} NEW."{column}"' for column in columns if column not in loose]
    blanked = [f'NEW."{column}" = {_literal(blank)}' for column, blank in model.erasable.items()]
    changed = [f'OLD."{column}" <> {_literal(blank)}' for column, blank in model.erasable.items()]
    proof = (
        [
            # An entry of the first form has no commitment; one of the second gets its own, once.
            """(OLD."chain_form" = 1 AND NEW."private_digest" = '' AND NEW."chain_salt" = OLD."chain_salt"
            OR OLD."chain_form" > 1 AND OLD."private_digest" = '' AND length(NEW."private_digest") = 64
            AND NEW."chain_salt" = '')"""
        ]
        if is_ledger
        else []
    )
    return f"NOT ({' AND '.join([*same, *blanked, *proof])} AND ({' OR '.join(changed)}))"


def _unless_ended(model: type[AppendOnly], vendor: str, columns: Sequence[str]) -> str:
    ended = model.ending[0]
    same = [
        f'OLD."{column}" {SAME[vendor]} NEW."{column}"' for column in columns if column not in model.ending
    ]
    sooner = f'NEW."{ended}" IS NOT NULL AND (OLD."{ended}" IS NULL OR NEW."{ended}" < OLD."{ended}")'
    return f"NOT ({' AND '.join([*same, sooner])})"


def _unless_outlived(model: type[AppendOnly], vendor: str) -> str:
    if not issubclass(model, AuditEntry):
        return ""
    oldest = OLDEST_KEPT[vendor].format(months=model.kept_months)
    return f'OLD."at" >= {oldest}'


def _literal(blank: object) -> str:
    """Return a blank value as SQL: it is a constant of ours, never anybody's input."""
    text = blank if isinstance(blank, str) else json.dumps(blank)
    return "'" + text.replace("'", "''") + "'"
