from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("attendance", "0002_folded_playbacks"),
    ]

    operations = [
        migrations.AddField(
            model_name="playback",
            name="download_until",
            field=models.DateTimeField(null=True),
        ),
        migrations.AlterField(
            model_name="presencecheck",
            name="channel",
            field=models.CharField(
                choices=[("player", "player"), ("download", "download"), ("paper", "paper")], max_length=8
            ),
        ),
    ]
