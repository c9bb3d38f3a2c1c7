"""The policies of the second wall (walls.py): who reaches which row of the tables of people.

They are kept after every migrate and not inside a migration, so that a later migration that rebuilds a table cannot
lose them. Which roles reach what is read from the matrix of permissions.py. The questions about the account stand in
subselects, which PostgreSQL answers once for each query; every arm of a policy is a condition on an index.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, connections, transaction

from qianchang.people.permissions import MATRIX, Act, Column, Scope
from qianchang.people.walls import PLATFORM, SETTING

# Whoever may do one of these sees names.
ACTS_WITH_NAMES = (
    Act.SEE_ROSTER,
    Act.IMPORT_ROSTER,
    Act.SEE_NAMED_HOURS,
    Act.CORRECT_HOURS,
    Act.REVOKE_CERTIFICATE,
    Act.ENROL_LAWYERS,
)

# A row of a roster: of everybody's, of the association's or the county's roster, or the own one. The first arm is a range
# that holds everything or nothing, because an index can be asked for a range and not for "yes".
_ROSTER = """{table}.association_id BETWEEN (SELECT qianchang_reach_from()) AND (SELECT qianchang_reach_until())
OR {table}.association_id = ANY ((SELECT qianchang_rosters())::bigint[])"""
_LAWYER = f"""{_ROSTER}
OR {{table}}.account_id = (SELECT qianchang_account())
OR ({{table}}.firm_id = ANY ((SELECT qianchang_county_firms())::bigint[])
    AND {{table}}.association_id = ANY ((SELECT qianchang_county_rosters())::bigint[]))"""
# What is about a lawyer is seen by whoever sees the lawyer: the wall before that table is asked again.
_ABOUT_A_LAWYER = "EXISTS (SELECT 1 FROM people_lawyer WHERE people_lawyer.id = {table}.lawyer_id)"
_OF_AN_IMPORT = (
    "EXISTS (SELECT 1 FROM people_rosterimport WHERE people_rosterimport.id = {table}.roster_import_id)"
)

WALLED = {
    "people_lawyer": _LAWYER,
    "people_registration": _ABOUT_A_LAWYER,
    "people_practice": _ABOUT_A_LAWYER,
    "people_eligibilityoverride": _ABOUT_A_LAWYER,
    "people_rosterimport": _ROSTER,
    "people_rosterrow": _OF_AN_IMPORT,
    "people_rosterabsence": _OF_AN_IMPORT,
}


def _roles(*scopes: Scope) -> str:
    """The roles that reach names as far as one of these scopes, for SQL."""
    columns = [
        column
        for column in Column
        if column not in (Column.G, Column.L)
        and any(MATRIX[act].get(column) in scopes for act in ACTS_WITH_NAMES)
    ]
    return ", ".join(f"'{column.value}'" for column in columns)


def _functions() -> list[str]:
    # Put together from our own names of roles and settings, never from what anybody typed.
    today = f"(now() AT TIME ZONE '{settings.TIME_ZONE}')::date"
    held = f"""g.account_id = qianchang_account() AND g.valid_from <= {today}
        AND (g.valid_until IS NULL OR {today} < g.valid_until)"""
    below = "LEFT JOIN people_association p ON p.id = a.parent_id"
    return [
        _function(
            "qianchang_account",
            "bigint",
            f"""SELECT CASE WHEN current_setting('{SETTING}', true) ~ '^[0-9]{{1,18}}$'
                THEN current_setting('{SETTING}', true)::bigint END""",
        ),
        _function(
            "qianchang_sees_all",
            "boolean",
            f"""SELECT coalesce(current_setting('{SETTING}', true), '') = '{PLATFORM}' OR EXISTS (
                SELECT 1 FROM people_rolegrant g WHERE {held} AND g.role IN ({_roles(Scope.ANY)}))""",  # noqa: S608
        ),
        _function(
            "qianchang_reach_from",
            "bigint",
            "SELECT CASE WHEN qianchang_sees_all() THEN 0 ELSE 1 END::bigint",
        ),
        _function(
            "qianchang_reach_until",
            "bigint",
            "SELECT CASE WHEN qianchang_sees_all() THEN 9223372036854775807 ELSE 0 END",
        ),
        _function(
            "qianchang_rosters",
            "bigint[]",
            f"""SELECT coalesce(array_agg(DISTINCT a.id), '{{}}')::bigint[]
                FROM people_rolegrant g CROSS JOIN people_association a {below}
                WHERE {held} AND g.role IN ({_roles(Scope.ASSOCIATION)})
                AND g.association_id IN (a.id, a.parent_id, p.parent_id)""",  # noqa: S608
        ),
        _function(
            "qianchang_county_rosters",
            "bigint[]",
            f"""SELECT coalesce(array_agg(DISTINCT a.id), '{{}}')::bigint[]
                FROM people_rolegrant g CROSS JOIN people_association a {below}
                WHERE {held} AND g.role IN ({_roles(Scope.COUNTY)}) AND g.region_id IS NOT NULL
                AND g.association_id IN (a.id, a.parent_id, p.parent_id)""",  # noqa: S608
        ),
        _function(
            "qianchang_county_firms",
            "bigint[]",
            f"""SELECT coalesce(array_agg(DISTINCT f.id), '{{}}')::bigint[]
                FROM people_rolegrant g
                JOIN people_region r ON r.id = g.region_id OR r.parent_id = g.region_id OR r.parent_id IN (
                    SELECT m.id FROM people_region m WHERE m.parent_id = g.region_id)
                JOIN people_firm f ON f.region_id = r.id
                WHERE {held} AND g.role IN ({_roles(Scope.COUNTY)})""",  # noqa: S608
        ),
    ]


def _function(name: str, returns: str, body: str) -> str:
    return f"CREATE OR REPLACE FUNCTION {name}() RETURNS {returns} LANGUAGE sql STABLE AS $$ {body} $$"


def put_up_after_migrate(using: str, **signal: Any) -> None:
    """Put the walls up on a new database, and keep them complete where they stand.

    Never around people who are there already: programs of the release before do not say who asks, and would see nobody.
    On such a site `manage.py put_up_walls` does it, once every program is of this release; `check --deploy` says so.
    """
    if stand(using) or not _has_people(using):
        put_up(using)


def take_down_before_going_back(using: str, plan: list[tuple[Any, bool]], **signal: Any) -> None:
    """Take the walls down before a migration of people is undone: columns that the policies ask about would stay."""
    connection = connections[using]
    back = any(undone and migration.app_label == "people" for migration, undone in plan)
    if connection.vendor != "postgresql" or not back:
        return
    existing = set(connection.introspection.table_names())
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for table in WALLED.keys() & existing:
            cursor.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            cursor.execute(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            cursor.execute("SELECT policyname FROM pg_policies WHERE tablename = %s", [table])
            for (name,) in cursor.fetchall():
                cursor.execute(f'DROP POLICY "{name}" ON {table}')
        for statement in reversed(_functions()):
            name = statement.split("FUNCTION ", 1)[1].split("()", 1)[0]
            cursor.execute(f"DROP FUNCTION IF EXISTS {name}()")


def stand(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Tell whether the wall stands around the roster; on SQLite there is none. One query."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(bool_or(relforcerowsecurity), false) FROM pg_class WHERE oid = to_regclass('people_lawyer')"
        )
        return bool(cursor.fetchone()[0])


def missing(using: str = DEFAULT_DB_ALIAS) -> bool:
    """Tell whether there are people in a database that could wall them and does not."""
    return connections[using].vendor == "postgresql" and not stand(using) and _has_people(using)


def _has_people(using: str) -> bool:
    connection = connections[using]
    if "people_lawyer" not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM people_lawyer)")
        return bool(cursor.fetchone()[0])


def put_up(using: str = DEFAULT_DB_ALIAS) -> None:
    """Make every walled table that exists be behind its policy. Doing it again changes nothing, and locks nothing."""
    connection = connections[using]
    if connection.vendor != "postgresql":
        return
    existing = set(connection.introspection.table_names())
    if not {"people_rolegrant", "people_lawyer"} <= existing or not _has_counties(connection):
        return
    with transaction.atomic(using=using), connection.cursor() as cursor:
        for statement in _functions():
            cursor.execute(statement)
        for table, condition in WALLED.items():
            if table in existing:
                _wall(cursor, table, condition.format(table=table))


def _wall(cursor: Any, table: str, condition: str) -> None:
    # The name carries a digest of what the policy says: the same policy is never put up twice.
    name = f"qianchang_{hashlib.sha256(condition.encode()).hexdigest()[:12]}"
    cursor.execute("SELECT policyname FROM pg_policies WHERE tablename = %s", [table])
    found = {row[0] for row in cursor.fetchall()}
    for other in found - {name}:
        cursor.execute(f'DROP POLICY "{other}" ON {table}')
    if name not in found:
        cursor.execute(f'CREATE POLICY "{name}" ON {table} USING ({condition}) WITH CHECK ({condition})')
    cursor.execute(
        "SELECT relrowsecurity AND relforcerowsecurity FROM pg_class WHERE oid = %s::regclass", [table]
    )
    if not cursor.fetchone()[0]:
        # FORCE: the owner of the table, which is who the site connects as, is bound as well.
        cursor.execute(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
        cursor.execute(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")


def _has_counties(connection: Any) -> bool:
    # While old migrations are tested, the tables are older than this wall.
    with connection.cursor() as cursor:
        columns = connection.introspection.get_table_description(cursor, "people_rolegrant")
    return any(column.name == "region_id" for column in columns)
