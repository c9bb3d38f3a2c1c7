"""Changes of tables that programs of the release before can live with: they still run while a site migrates."""

from collections.abc import Collection
from typing import Any

from django.db import models
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import RemoveField, RunPython

SAME = {"sqlite": "IS", "postgresql": "IS NOT DISTINCT FROM"}
SQLITE = """CREATE TRIGGER "{table}_no_update" BEFORE UPDATE ON "{table}" WHEN NOT ({rest})
BEGIN SELECT RAISE(ABORT, '{table} is append-only'); END"""
POSTGRESQL = """CREATE OR REPLACE TRIGGER "{table}_no_update" BEFORE UPDATE ON "{table}"
FOR EACH ROW WHEN (NOT ({rest})) EXECUTE FUNCTION qianchang_append_only()"""
POSTGRESQL_FUNCTION = """CREATE OR REPLACE FUNCTION qianchang_append_only()
RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '% is append-only', TG_TABLE_NAME; END $$"""


def let_change(connection: BaseDatabaseWrapper, table: str, *, columns: Collection[str]) -> None:
    """Let some columns of an append-only table change, and no others, until walls.py puts the wall up as it was, after
    this migrate. The log is guarded all along, and nobody waits while a migration goes through its rows.
    """
    with connection.cursor() as cursor:
        found = connection.introspection.get_table_description(cursor, table)
        same = SAME[connection.vendor]
        kept = [row for row in found if row.name not in columns]
        rest = " AND ".join(f'OLD."{row.name}" {same} NEW."{row.name}"' for row in kept)
        if connection.vendor == "sqlite":
            cursor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_update"')
            cursor.execute(SQLITE.format(table=table, rest=rest))
        else:
            cursor.execute(POSTGRESQL_FUNCTION)
            cursor.execute(POSTGRESQL.format(table=table, rest=rest))


def without_walls_backwards(*tables: str) -> RunPython:
    """Return the last operation of a migration that adds columns to append-only tables: going back, the walls name these
    columns and would not let go of them. walls.py puts them up again after the migrate, as the tables then are.
    """

    def take_down(_apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
        connection = schema_editor.connection
        for table in set(tables) & set(connection.introspection.table_names()):
            on = f' ON "{table}"' if connection.vendor == "postgresql" else ""
            schema_editor.execute(f'DROP TRIGGER IF EXISTS "{table}_no_update"{on}')

    return RunPython(RunPython.noop, take_down)


class RetireField(RemoveField):
    """Take a column out of a model and leave it in the table, with a default of the database's own: the release before
    goes on reading and writing it, the new one knows nothing of it. A later release drops it.

    `left` is the column as it stays, with its `db_default`. (On SQLite the next migration that builds the table anew
    loses the column; such a site stands still while it migrates.)
    """

    def __init__(self, model_name: str, name: str, left: "models.Field[Any, Any]") -> None:
        self.left = left
        super().__init__(model_name, name)

    def deconstruct(self) -> tuple[str, list[Any], dict[str, Any]]:
        """Return how the operation is written in a migration."""
        return (
            self.__class__.__name__,
            [],
            {"model_name": self.model_name, "name": self.name, "left": self.left},
        )

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Give the column its default."""
        model = from_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.alter_field(model, model._meta.get_field(self.name), self._left(model))

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the default away, or bring the column back where it was lost."""
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        field = model._meta.get_field(self.name)
        with schema_editor.connection.cursor() as cursor:
            rows = schema_editor.connection.introspection.get_table_description(cursor, model._meta.db_table)
        if field.column in {row.name for row in rows}:
            schema_editor.alter_field(model, self._left(model), field)
        else:
            schema_editor.add_field(model, field)

    def describe(self) -> str:
        """Say in a line what is done."""
        return f"Retire field {self.name} of {self.model_name}, and leave its column"

    def _left(self, model: type[models.Model]) -> "models.Field[Any, Any]":
        left = self.left.clone()
        left.set_attributes_from_name(self.name)
        left.model = model
        return left
