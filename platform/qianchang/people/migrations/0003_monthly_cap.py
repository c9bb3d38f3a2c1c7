from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0002_practice"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="monthly_cap_mb",
            field=models.PositiveIntegerField(blank=True, null=True),
        ),
    ]
