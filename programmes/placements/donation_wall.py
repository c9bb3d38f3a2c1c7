"""The wall around verified gifts: what was verified is never changed or deleted, the database refuses it.

A gift is on its way until the receiving side verifies it, so the table is no append-only one; from then on its row is as
firm as one. It is put up after every migrate, as those of the ledgers are (groundwork/walls.py says why). `reason` is
left out: the erasure of a person may take words out of it.
"""

from django.apps import AppConfig
from django.db import connections

from programmes.placements.models import Donation
from qianchang.groundwork import walls

_TABLE = Donation._meta.db_table
_LOOSE = frozenset({"reason"})


def put_up(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Put up the wall, where the table stands."""
    connection = connections[using]
    if _TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        # As the table is: a site may stand at an earlier migration.
        columns = [row.name for row in connection.introspection.get_table_description(cursor, _TABLE)]
        for statement in statements(connection.vendor, columns):
            cursor.execute(statement)


def statements(vendor: str, columns: list[str]) -> list[str]:
    """Return the SQL of the wall for one database and a table with these columns."""
    found = [walls.POSTGRESQL_FUNCTION] if vendor == "postgresql" else []
    template = {"sqlite": walls.SQLITE, "postgresql": walls.POSTGRESQL}[vendor]
    firm = [column for column in columns if column not in _LOOSE]
    same = " AND ".join(f'OLD."{column}" {walls.SAME[vendor]} NEW."{column}"' for column in firm)
    verified = f"OLD.\"state\" = '{Donation.State.VERIFIED.value}'"
    for event, condition in (("UPDATE", f"{verified} AND NOT ({same})"), ("DELETE", verified)):
        name = event.lower()
        if vendor == "sqlite":
            found.append(f'DROP TRIGGER IF EXISTS "{_TABLE}_no_{name}"')
        found.append(
            template.format(table=_TABLE, event=event, event_lower=name, condition=f"WHEN ({condition})")
        )
    return found
