"""A disc that nobody wants made is called off; a request for it waits for another one."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def make_them_after_all(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Back: the platform of before knows of no such state; there they wait with an image that was cancelled."""
    apps.get_model("discs", "Disc").objects.filter(state="called_off").update(state="to_make")


class Migration(migrations.Migration):
    dependencies = [("discs", "0001_initial")]

    operations = [
        migrations.AlterField(
            model_name="disc",
            name="state",
            field=models.CharField(
                choices=[
                    ("to_make", "to be made"),
                    ("made", "image made"),
                    ("dispatched", "dispatched"),
                    ("received", "received"),
                    ("returned", "given back"),
                    ("lost", "lost"),
                    ("called_off", "not made"),
                ],
                default="to_make",
                max_length=10,
            ),
        ),
        migrations.RemoveConstraint(model_name="disc", name="discs_made_has_a_checksum"),
        migrations.AddConstraint(
            model_name="disc",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("state__in", ["to_make", "called_off"]),
                    models.Q(models.Q(("iso_sha256", ""), _negated=True), ("iso_bytes__isnull", False)),
                    _connector="OR",
                ),
                name="discs_made_has_a_checksum",
            ),
        ),
        migrations.RunPython(migrations.RunPython.noop, make_them_after_all),
    ]
