"""Courses are taken in classes: whoever took a course stands in its default run from now on, on a seat, with a history.

Backwards, whoever waits or withdrew is forgotten, and so are classes, histories and completions: the schema before
has no place for them.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Max


def put_courses_into_default_runs(apps, schema_editor):
    _check_at_once(schema_editor)
    Enrolment, CourseRun, RunSeat = (
        apps.get_model("enrolment", name) for name in ("Enrolment", "CourseRun", "RunSeat")
    )
    runs = {}
    for enrolment in Enrolment.objects.filter(course__isnull=False).order_by("enrolled_at", "pk").iterator():
        run, number = runs.get(enrolment.course_id, (None, 0))
        if run is None:
            run = CourseRun.objects.create(course_id=enrolment.course_id, opened_at=enrolment.enrolled_at)
        runs[enrolment.course_id] = run, number + 1
        enrolment.run, enrolment.ticket = run, number + 1
        enrolment.seat = RunSeat.objects.create(run=run, number=number + 1)
        enrolment.save(update_fields=["run", "ticket", "seat"])


def forget_who_is_in_no_seat(apps, schema_editor):
    _check_at_once(schema_editor)
    Enrolment = apps.get_model("enrolment", "Enrolment")
    Enrolment.objects.filter(run__isnull=False, seat__isnull=True).delete()
    # Of several classes of one course the last one counts.
    in_courses = Enrolment.objects.filter(course__isnull=False)
    last = in_courses.values("lawyer", "course").annotate(last=Max("pk")).values_list("last", flat=True)
    in_courses.exclude(pk__in=list(last)).delete()


def begin_histories(apps, schema_editor):
    _check_at_once(schema_editor)
    Enrolment, EnrolmentEvent = (
        apps.get_model("enrolment", name) for name in ("Enrolment", "EnrolmentEvent")
    )
    EnrolmentEvent.objects.bulk_create(
        (
            EnrolmentEvent(
                enrolment=enrolment,
                number=1,
                kind="enrolled",
                eligibility=enrolment.eligibility,
                by_id=enrolment.lawyer.account_id,
                at=enrolment.enrolled_at,
            )
            for enrolment in Enrolment.objects.select_related("lawyer").iterator()
        ),
        batch_size=500,
    )


def _check_at_once(schema_editor):
    # PostgreSQL alters no table whose rows still wait for their foreign keys to be checked at the end.
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [
        ("catalogue", "0003_required_lectures"),
        ("enrolment", "0002_initial"),
        ("people", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="enrolment",
            name="enrolment_lecture_or_course",
        ),
        migrations.RemoveConstraint(
            model_name="enrolment",
            name="enrolment_course_once",
        ),
        migrations.AddField(
            model_name="enrolment",
            name="exception",
            field=models.CharField(blank=True, db_default="", default="", max_length=500),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="state",
            field=models.CharField(
                choices=[
                    ("enrolled", "enrolled"),
                    ("waiting", "on the waiting list"),
                    ("finished", "finished"),
                    ("withdrawn", "left the class"),
                ],
                db_default="enrolled",
                default="enrolled",
                max_length=9,
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="ticket",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="CourseRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(blank=True, max_length=60)),
                ("begins_date", models.DateField(null=True)),
                ("last_date", models.DateField(null=True)),
                ("enrol_last_date", models.DateField(null=True)),
                ("seats", models.PositiveIntegerField(null=True)),
                ("categories", models.JSONField(default=list)),
                ("opened_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="RunSeat",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
            ],
        ),
        migrations.AddField(
            model_name="courserun",
            name="association",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="course_runs",
                to="people.association",
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="course",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="runs", to="catalogue.coursepage"
            ),
        ),
        migrations.AddField(
            model_name="courserun",
            name="invited",
            field=models.ManyToManyField(related_name="+", to="people.association"),
        ),
        migrations.AddField(
            model_name="courserun",
            name="opened_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="runseat",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="places", to="enrolment.courserun"
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="run",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="enrolments",
                to="enrolment.courserun",
            ),
        ),
        migrations.AddField(
            model_name="enrolment",
            name="seat",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="enrolment",
                to="enrolment.runseat",
            ),
        ),
        migrations.RunPython(put_courses_into_default_runs, forget_who_is_in_no_seat),
        migrations.CreateModel(
            name="CourseCompletion",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("required", models.PositiveSmallIntegerField()),
                ("lectures", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="EnrolmentEvent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("enrolled", "enrolled"),
                            ("waiting", "put on the waiting list"),
                            ("promoted", "given a seat that became free"),
                            ("finished", "course finished"),
                            ("withdrawn", "left the class"),
                            ("ended", "left after the class had ended, for another class"),
                        ],
                        max_length=9,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("eligibility", models.JSONField(null=True)),
                ("at", models.DateTimeField()),
            ],
            options={
                "ordering": ["enrolment", "number"],
            },
        ),
        migrations.AddField(
            model_name="coursecompletion",
            name="enrolment",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="completion",
                to="enrolment.enrolment",
            ),
        ),
        migrations.AddField(
            model_name="enrolmentevent",
            name="by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="enrolmentevent",
            name="enrolment",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="history", to="enrolment.enrolment"
            ),
        ),
        migrations.RunPython(begin_histories, migrations.RunPython.noop),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("course__isnull", True),
                        ("lecture__isnull", False),
                        ("run__isnull", True),
                        ("state", "enrolled"),
                        ("ticket__isnull", True),
                    ),
                    models.Q(
                        ("course__isnull", False),
                        ("lecture__isnull", True),
                        ("run__isnull", False),
                        ("ticket__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="enrolment_lecture_or_class",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("run__isnull", True), ("seat__isnull", True)),
                    models.Q(
                        ("run__isnull", False),
                        ("seat__isnull", False),
                        ("state__in", ["enrolled", "finished"]),
                    ),
                    models.Q(
                        ("run__isnull", False),
                        ("seat__isnull", True),
                        ("state__in", ["waiting", "withdrawn"]),
                    ),
                    _connector="OR",
                ),
                name="enrolment_only_on_a_seat",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["enrolled", "waiting"])),
                fields=("lawyer", "course"),
                name="enrolment_one_class_at_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(fields=("lawyer", "run"), name="enrolment_run_once"),
        ),
        migrations.AddConstraint(
            model_name="enrolment",
            constraint=models.UniqueConstraint(fields=("run", "ticket"), name="enrolment_ticket_once"),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.UniqueConstraint(
                condition=models.Q(("association__isnull", True)),
                fields=("course",),
                name="enrolment_default_run_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.UniqueConstraint(
                fields=("course", "association", "name"), name="enrolment_run_name_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("association__isnull", False),
                    models.Q(
                        ("begins_date__isnull", True),
                        ("enrol_last_date__isnull", True),
                        ("last_date__isnull", True),
                        ("name", ""),
                        ("seats__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="enrolment_default_run_is_plain",
            ),
        ),
        migrations.AddConstraint(
            model_name="courserun",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("begins_date__isnull", True),
                    ("last_date__isnull", True),
                    ("begins_date__lte", models.F("last_date")),
                    _connector="OR",
                ),
                name="enrolment_run_dates_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="enrolmentevent",
            constraint=models.UniqueConstraint(fields=("enrolment", "number"), name="enrolment_event_once"),
        ),
        migrations.AddConstraint(
            model_name="runseat",
            constraint=models.UniqueConstraint(fields=("run", "number"), name="enrolment_seat_once"),
        ),
    ]
