"""The wall around proposed reversals: the database lets one be decided once, and nothing else.

A decision that anybody could rewrite later would not be four eyes. It is put up after every migrate, as those of the
ledgers are (groundwork/walls.py says why). What passes beside the decision is the erasure of a person, which puts ERASED
where a name stood.
"""

from django.apps import AppConfig
from django.db import connections

from programmes.quotas.models import Reversal
from qianchang.groundwork import walls
from qianchang.groundwork.personal_data import ERASED

_TABLE = Reversal._meta.db_table
_PROPOSAL = ("id", "entry_id", "proposed_by_id", "proposed_at")
_DECISION = ("state", "decided_by_id", "decided_at", "posted_id")


def put_up(sender: AppConfig, using: str, **kwargs: object) -> None:
    """Put up the wall, where the table stands."""
    connection = connections[using]
    if _TABLE not in connection.introspection.table_names():
        return
    with connection.cursor() as cursor:
        for statement in statements(connection.vendor):
            cursor.execute(statement)


def statements(vendor: str) -> list[str]:
    """Return the SQL of the wall for one database."""
    found = [walls.POSTGRESQL_FUNCTION] if vendor == "postgresql" else []
    template = {"sqlite": walls.SQLITE, "postgresql": walls.POSTGRESQL}[vendor]
    for event, condition in (("UPDATE", f"WHEN (NOT ({_passes(vendor)}))"), ("DELETE", "")):
        name = event.lower()
        if vendor == "sqlite":
            found.append(f'DROP TRIGGER IF EXISTS "{_TABLE}_no_{name}"')
        found.append(template.format(table=_TABLE, event=event, event_lower=name, condition=condition))
    return found


def _passes(vendor: str) -> str:
    def same(columns: tuple[str, ...]) -> str:
        return " AND ".join(f'OLD."{column}" {walls.SAME[vendor]} NEW."{column}"' for column in columns)

    def said(column: str) -> str:
        return f"""(OLD."{column}" = NEW."{column}" OR NEW."{column}" LIKE '%{ERASED}%')"""

    decided_now = """OLD."state" = 'proposed'"""
    stands = f"{same(_DECISION)} AND {said('answer')}"
    return f"{same(_PROPOSAL)} AND {said('reason')} AND ({decided_now} OR ({stands}))"
