"""A site migrates while programs of the release before still run: they go on, and nothing of a person is left behind."""

from pathlib import Path

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
BEFORE = """
call_command("migrate", "people", "0003_monthly_cap", verbosity=0)
call_command("migrate", "groundwork", "0002_signed_heads", verbosity=0)
with connection.cursor() as cursor:
    cursor.execute("PRAGMA foreign_keys = OFF" if connection.vendor == "sqlite" else "SET session_replication_role = replica")
    cursor.execute("INSERT INTO people_account (id, username, display_name, password, is_superuser, first_name, last_name,"
        " email, is_staff, is_active, date_joined, text_size, data_saver) VALUES (7, '14510201811223344', '', '', {no}, '', '',"
        " '', {no}, {no}, '2026-01-01 00:00:00+00:00', 'standard', {no})".format(no=False))
old_program("14510201811223344", "14510201811223344")
"""
AFTER = """
with connection.cursor() as cursor:
    cursor.execute("PRAGMA foreign_keys = OFF" if connection.vendor == "sqlite" else "SET session_replication_role = replica")
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
if connection.vendor == "postgresql":
    # This test's own rows point nowhere, so triggers are aside: put them to work again.
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = origin")
for columns in ({"verb": "x"}, {"object_key": "x"}):
    try:
        with transaction.atomic():
            AuditEntry.objects.update(**columns)
    except DatabaseError:
        continue
    raise AssertionError("the wall stands as before")
Lawyer.objects.all().delete()
"""


def scenario(url: str, *, old_goes_on: bool) -> None:
    """Migrate to the release before, let an old program write, migrate forward under it, let both write, go back and on."""
    old = 'old_program("14510201811223345", "14510201811223345")' if old_goes_on else ""
    setup = "import django; django.setup()\nfrom django.core.management import call_command\n" + OLD_PROGRAM
    end(start(url, "-c", setup + BEFORE + "call_command('migrate', verbosity=0)" + AFTER.replace("OLD_GOES_ON", old)))
    back_and_on = (
        "from django.core.management import call_command\n"
        "call_command('migrate', 'people', '0003_monthly_cap', verbosity=0)\n"
        "call_command('migrate', 'groundwork', '0002_signed_heads', verbosity=0)\n"
        "call_command('migrate', verbosity=0)\n"
    )
    end(start(url, "-c", f"import django; django.setup()\n{back_and_on}"))


def test_on_postgresql_an_old_program_goes_on_while_the_site_migrates():
    with postgresql() as url:
        scenario(url, old_goes_on=True)


def test_on_sqlite_the_tables_come_through_forward_and_back(tmp_path: Path):
    # A table is built anew there and loses the columns that no model has: such a site stands still meanwhile.
    scenario(f"sqlite:///{tmp_path}/site.sqlite3", old_goes_on=False)
