"""Which folder holds the bytes of an upload. The default stays in the database: a site that still runs may write."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("uploads", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="upload",
            name="folder",
            field=models.CharField(blank=True, db_default="", default="", max_length=36),
        )
    ]
