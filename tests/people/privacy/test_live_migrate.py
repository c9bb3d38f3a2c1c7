"""A site migrates while programs of the release before still run: they go on, and nothing of a person is left behind."""

from pathlib import Path

import psycopg
import pytest

from tests.groundwork.test_both_databases import end, start
from tests.postgresql import postgresql

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

# What the release before writes into the log, and what it reads and writes of lawyers.
OLD_PROGRAM = """
from django.db import connection
def old_program(number, key):
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO groundwork_auditentry (at, actor_id, actor_name, verb, object_type, object_key, details)"
            " VALUES ('2026-11-22 08:00:00+00:00', 7, '韦晓岚', 'granted', 'account', %s, '{}')", [key])
        cursor.execute(
            "INSERT INTO people_lawyer (licence_number, name, firm_id, association_id, activation_code_hash,"
            " activation_failures, activation_failed_at) VALUES (%s, '农志强', 1, 1, '', 0, NULL)", [number])
        cursor.execute("SELECT activation_failures, activation_failed_at FROM people_lawyer")
        assert cursor.fetchall()
"""
# Only these: all of them take minutes.
FORWARD = """
call_command("migrate", "groundwork", verbosity=0)
call_command("migrate", "people", verbosity=0)
"""
BEFORE = """
call_command("migrate", "people", "0003_monthly_cap", verbosity=0)
call_command("migrate", "groundwork", "0002_signed_heads", verbosity=0)
from django.db.migrations.executor import MigrationExecutor
then = MigrationExecutor(connection).loader.project_state([("people", "0003_monthly_cap")]).apps
region = then.get_model("people", "Region").objects.create(code="45", name_zh="广西", level="province")
place = then.get_model("people", "Jurisdiction").objects.create(code="cn", name_zh="中国")
association = then.get_model("people", "Association").objects.create(
    pk=1, code="CN-GX", name_zh="广西律师协会", region=region, jurisdiction=place)
then.get_model("people", "Firm").objects.create(pk=1, name="x", region=region, association=association)
then.get_model("people", "Account").objects.create(pk=7, username="14510201811223344")
old_program("14510201811223344", "14510201811223344")
"""
AFTER = """
with connection.cursor() as cursor:
    cursor.execute("SELECT actor_name, object_key FROM groundwork_auditentry")
    assert cursor.fetchall() == [("", "7")], "names are blanked and numbers stand in their place"
OLD_GOES_ON
from django.db import DatabaseError, transaction
from qianchang.groundwork import audit
from qianchang.groundwork.models import AuditEntry
from qianchang.people.models import Lawyer
from django.utils import timezone
audit.record("noted", object_type="firm", object_key="1", by=None, at=timezone.now())
Lawyer.objects.create(licence_number="14510201811223346", name="x", firm_id=1, association_id=1)
for columns in ({"verb": "x"}, {"object_key": "x"}):
    try:
        with transaction.atomic():
            AuditEntry.objects.update(**columns)
    except DatabaseError:
        continue
    raise AssertionError("the wall stands as before")
"""


SETUP = "import django; django.setup()\nfrom django.core.management import call_command\n"
BACK = """
call_command("migrate", "people", "0003_monthly_cap", verbosity=0)
call_command("migrate", "groundwork", "0002_signed_heads", verbosity=0)
"""


def migrate_under(url: str, old_program: str) -> None:
    """Let an old program write, migrate forward under it, and let it and a new one write."""
    end(start(url, "-c", SETUP + OLD_PROGRAM + BEFORE + FORWARD + AFTER.replace("OLD_GOES_ON", old_program)))


def test_on_postgresql_an_old_program_goes_on_while_the_site_migrates():
    with postgresql() as url:
        migrate_under(url, 'old_program("14510201811223345", "14510201811223345")')
        # An old program does not say who asks. The wall is put up when there is none left, and comes down on the way back.
        assert seen_by_an_old_program(url) == 3
        end(start(url, "manage.py", "put_up_walls"))
        assert seen_by_an_old_program(url) == 0
        end(start(url, "-c", SETUP + "call_command('migrate', 'people', '0003_monthly_cap', verbosity=0)"))
        assert seen_by_an_old_program(url) == 3


def seen_by_an_old_program(url: str) -> int:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT count(*) FROM people_lawyer").fetchone()
        assert row is not None
        return int(row[0])


def test_on_sqlite_the_tables_come_through_forward_and_back(tmp_path: Path):
    # A table is built anew there and loses the columns that no model has: such a site stands still meanwhile.
    url = f"sqlite:///{tmp_path}/site.sqlite3"
    migrate_under(url, "")
    end(start(url, "-c", SETUP + BACK + FORWARD))
