"""The walls of hours and of counted time name tables of other rooms: on SQLite they must not stand while it migrates."""

import pytest
from django.apps import apps
from django.core.management.sql import emit_pre_migrate_signal
from django.db import connection

from courses.credits import version_wall
from courses.sheets import one_place_wall

WALLS = {
    "catalogue_lectureversion_frozen_update",
    "catalogue_lectureversion_frozen_delete",
    "sheets_countedspan_one_place",
}


def standing() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        return {name for (name,) in cursor.fetchall()} & WALLS


@pytest.mark.django_db
@pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL alters tables as they are")
def test_they_are_down_while_it_migrates_and_up_afterwards():
    assert standing() == WALLS
    emit_pre_migrate_signal(0, False, "default", apps=apps, plan=[])
    assert standing() == set()
    for wall in (version_wall, one_place_wall):
        wall.put_up(None, "default")  # type: ignore[arg-type]
    assert standing() == WALLS
