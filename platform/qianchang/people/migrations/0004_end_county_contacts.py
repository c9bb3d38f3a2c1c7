"""County contacts were granted without a county and reached nothing. From now on a county is demanded of those that
last, so these end today; whoever is still one is granted the role again, with the county.
"""

from datetime import timedelta

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils.timezone import localdate


def end_them(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    for grant in apps.get_model("people", "RoleGrant").objects.filter(
        role="county_contact", valid_until=None
    ):
        grant.valid_until = max(localdate(), grant.valid_from + timedelta(days=1))
        grant.save(update_fields=["valid_until"])


class Migration(migrations.Migration):
    dependencies = [("people", "0003_monthly_cap")]
    operations = [migrations.RunPython(end_them, migrations.RunPython.noop)]
