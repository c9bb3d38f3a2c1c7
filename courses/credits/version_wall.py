"""The wall around a lecture version on which hours were earned: the database refuses to change or delete it.

The catalogue cannot know who earned what, so the wall stands here. It is put up after every migrate, as those of the
ledgers are (groundwork/walls.py says why).
"""

from django.apps import AppConfig
from django.db import connections

from courses.catalogue.models import LectureVersion
from courses.credits.models import CreditEntry

_VERSION, _ENTRY = LectureVersion._meta.db_table, CreditEntry._meta.db_table
_EARNED = f'EXISTS (SELECT 1 FROM "{_ENTRY}" WHERE "lecture_version_id" = OLD."id")'  # noqa: S608 - names of ours
_SAYS = f"{_VERSION}: hours were earned on this version"

_SQLITE = """CREATE TRIGGER "{table}_frozen_{name}" BEFORE {event} ON "{table}" WHEN {earned}
BEGIN SELECT RAISE(ABORT, '{says}'); END"""

_FUNCTION = """CREATE OR REPLACE FUNCTION qianchang_version_frozen() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {earned} THEN RAISE EXCEPTION '{says}'; END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$"""

_POSTGRESQL = """CREATE OR REPLACE TRIGGER "{table}_frozen_{name}" BEFORE {event} ON "{table}"
FOR EACH ROW EXECUTE FUNCTION qianchang_version_frozen()"""


def put_up(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Put up the wall, where both tables stand."""
    connection = connections[using]
    if not {_VERSION, _ENTRY} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def take_down(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Take the wall down while SQLite migrates: it builds a table anew to alter it, and cannot while a wall names it."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for event in ("update", "delete"):
                cursor.execute(f'DROP TRIGGER IF EXISTS "{_VERSION}_frozen_{event}"')


def statements(vendor: str) -> list[str]:
    """Return the SQL of the wall for one database."""
    words = {"table": _VERSION, "earned": _EARNED, "says": _SAYS}
    found = [_FUNCTION.format(**words)] if vendor == "postgresql" else []
    for event in ("UPDATE", "DELETE"):
        name = event.lower()
        if vendor == "sqlite":
            found.append(f'DROP TRIGGER IF EXISTS "{_VERSION}_frozen_{name}"')
        template = _POSTGRESQL if vendor == "postgresql" else _SQLITE
        found.append(template.format(**words, event=event, name=name))
    return found
