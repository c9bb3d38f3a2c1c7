"""What stood in the log of a site that is older than this: names go, numbers come."""

import importlib
from datetime import UTC, datetime
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import connection

from qianchang.groundwork import audit, walls
from qianchang.groundwork.models import AuditEntry

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 10, 12, tzinfo=UTC)


def test_names_of_accounts_become_numbers_and_licence_numbers_go(world):
    migration = importlib.import_module("qianchang.people.migrations.0007_no_names_in_the_log")
    account = world.county_account
    audit.record("changed preferences", object_type="account", object_key=account.username, by=None, at=NOW)
    audit.record("granted", object_type="role", object_key="nobody.here", by=None, at=NOW, role="expert")
    audit.record(
        "activated",
        object_type="lawyer",
        object_key="7",
        by=None,
        at=NOW,
        licence_number="14510****23344",
        x="kept",
    )
    audit.record("registered", object_type="firm", object_key="7", by=None, at=NOW, name="广西边城律师事务所")

    migration.number_the_accounts(apps, SimpleNamespace(connection=connection))
    walls.guard_ledgers(apps.get_app_config("groundwork"), using="default")
    found = {entry.verb: entry for entry in AuditEntry.objects.filter(at=NOW)}
    assert found["changed preferences"].object_key == str(account.pk)
    assert found["activated"].details == {"x": "kept"}
    assert found["registered"].details == {"name": "广西边城律师事务所"}
