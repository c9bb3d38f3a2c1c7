"""The wall around the time that counts: the database refuses a second span of one lawyer over the same time, as long as the
hours stand for which the first one counts.

Hours stand where no entry took them back; giving them back is an entry with spans of its own (giving_back.py). Confirming a
sheet cuts what counts elsewhere before it writes a span (elsewhere.py), with the lawyer locked; this stands behind it. It is
put up after every migrate, as the walls of the ledgers are (groundwork/walls.py says why).
"""

from django.apps import AppConfig
from django.db import connections

from courses.credits.models import CreditEntry
from courses.sheets.models import CountedSpan

_SPAN, _ENTRY = CountedSpan._meta.db_table, CreditEntry._meta.db_table
_SAYS = f"{_SPAN}: this time counts elsewhere"
# The two are names of ours.
_TAKEN = f"""EXISTS (SELECT 1 FROM "{_SPAN}" AS span WHERE span."lawyer_id" = NEW."lawyer_id"
AND span."until_at" > NEW."from_at" AND span."from_at" < NEW."until_at"
AND NOT EXISTS (SELECT 1 FROM "{_ENTRY}" AS taken WHERE taken."reverses_id" = span."entry_id"))"""  # noqa: S608

_SQLITE = f"""CREATE TRIGGER "{_SPAN}_one_place" BEFORE INSERT ON "{_SPAN}" WHEN {_TAKEN}
BEGIN SELECT RAISE(ABORT, '{_SAYS}'); END"""

_FUNCTION = f"""CREATE OR REPLACE FUNCTION qianchang_one_place() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {_TAKEN} THEN RAISE EXCEPTION '{_SAYS}' USING ERRCODE = 'exclusion_violation'; END IF;
  RETURN NEW;
END $$"""

_POSTGRESQL = f"""CREATE OR REPLACE TRIGGER "{_SPAN}_one_place" BEFORE INSERT ON "{_SPAN}"
FOR EACH ROW EXECUTE FUNCTION qianchang_one_place()"""


def put_up(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Put up the wall, where both tables stand."""
    connection = connections[using]
    if not {_SPAN, _ENTRY} <= set(connection.introspection.table_names()):
        return
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def take_down(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Take the wall down while SQLite migrates: it builds a table anew to alter it, and cannot while a wall names it."""
    connection = connections[using]
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute(f'DROP TRIGGER IF EXISTS "{_SPAN}_one_place"')


def statements(vendor: str) -> list[str]:
    """Return the SQL of the wall for one database."""
    if vendor == "postgresql":
        return [_FUNCTION, _POSTGRESQL]
    return [f'DROP TRIGGER IF EXISTS "{_SPAN}_one_place"', _SQLITE]
