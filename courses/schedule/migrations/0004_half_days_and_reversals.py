"""A morning and an afternoon are two sessions, and one that was taken back can be entered again. A session may say in which
county it is held.

Going back works while no two sessions share lecture, region, mode, day and place; the database names the first pair that
does, and changes nothing.
"""

import datetime

import django.db.models.deletion
from django.db import migrations, models


def keep_hours(apps, schema_editor):
    """Give every session the hour that its notice says, where it has none of its own: the half-day is told by it."""
    database = schema_editor.connection.alias
    sessions = apps.get_model("schedule", "TrainingSession").objects.using(database)
    notices = apps.get_model("schedule", "SessionNotice").objects.using(database)
    said = notices.filter(session=models.OuterRef("pk"), begins_at__isnull=False).values("begins_at")
    untold = sessions.filter(begins_at=None, notice__begins_at__isnull=False)
    sessions.filter(pk__in=list(untold.values_list("pk", flat=True))).update(begins_at=models.Subquery(said))


class Migration(migrations.Migration):
    dependencies = [("people", "0007_no_names_in_the_log"), ("schedule", "0003_evidence_and_tours")]

    operations = [
        migrations.RemoveConstraint(model_name="trainingsession", name="schedule_session_once"),
        migrations.AddField(
            model_name="trainingsession", name="reversed_at", field=models.DateTimeField(null=True)
        ),
        migrations.AddField(
            model_name="trainingsession",
            name="county",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="people.region",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingsession",
            constraint=models.CheckConstraint(
                condition=models.Q(("reversed_at__isnull", True), ("state", "held"), _connector="OR"),
                name="schedule_reversed_was_held",
            ),
        ),
        migrations.AddConstraint(
            model_name="trainingsession",
            constraint=models.UniqueConstraint(
                models.F("lecture_version"),
                models.F("beneficiary"),
                models.F("mode"),
                models.F("date"),
                models.F("place"),
                models.Case(
                    models.When(begins_at__isnull=True, then=models.Value("")),
                    models.When(begins_at__lt=datetime.time(12, 0), then=models.Value("am")),
                    default=models.Value("pm"),
                ),
                condition=models.Q(
                    ("reversed_at__isnull", True), ("state__in", ["planned", "scheduled", "held"])
                ),
                name="schedule_session_once",
            ),
        ),
        migrations.RunPython(keep_hours, migrations.RunPython.noop, elidable=True),
    ]
