from django.db import migrations

from qianchang.groundwork.migrating import let_change

TABLE = "groundwork_auditentry"
AT_ONCE = 2_000


def blank_the_names(apps, schema_editor):
    """Blank the names, some rows at a time: every act writes the log, and nobody may wait for this."""
    connection = schema_editor.connection
    let_change(connection, TABLE, columns=("actor_name",))
    with connection.cursor() as cursor:
        cursor.execute(f'SELECT COALESCE(MAX(id), 0) FROM "{TABLE}"')  # noqa: S608 - our own name
        (newest,) = cursor.fetchone()
        for last in range(0, newest, AT_ONCE):
            cursor.execute(
                f"UPDATE \"{TABLE}\" SET actor_name = '' WHERE id > %s AND id <= %s AND actor_name <> ''",  # noqa: S608
                [last, last + AT_ONCE],
            )


class Migration(migrations.Migration):
    """Nobody's name stands in the log any more. Going back brings none back: they are gone, which is what it is for."""

    # Each portion is a transaction of its own.
    atomic = False
    dependencies = [("groundwork", "0004_no_names_in_the_log")]
    operations = [migrations.RunPython(blank_the_names, migrations.RunPython.noop)]
