from django.db import migrations, models

from qianchang.groundwork.migrating import RetireField


class Migration(migrations.Migration):
    """Wrong tries are counted beside the roster (NumberTries). The columns stay for programs that still run, which read
    them with every lawyer; a later release drops them.
    """

    dependencies = [("people", "0004_end_county_contacts")]

    operations = [
        RetireField(
            model_name="lawyer",
            name="activation_failures",
            left=models.PositiveSmallIntegerField(default=0, db_default=0),
        ),
        RetireField(
            model_name="lawyer",
            name="activation_failed_at",
            left=models.DateTimeField(blank=True, null=True),
        ),
    ]
