from django.db import migrations, models

from qianchang.groundwork.migrating import RetireField, without_walls_backwards


class Migration(migrations.Migration):
    """The log names accounts by number. The column of names stays for programs that still run, blanked by 0005; a later
    release drops it.
    """

    dependencies = [("groundwork", "0003_audit_address")]

    operations = [
        RetireField(
            model_name="auditentry",
            name="actor_name",
            left=models.CharField(blank=True, default="", db_default="", max_length=150),
        ),
        migrations.AddField(
            model_name="signedhead",
            name="private_digest",
            field=models.CharField(blank=True, db_default="", default="", max_length=64),
        ),
        without_walls_backwards("groundwork_auditentry", "groundwork_signedhead"),
    ]
