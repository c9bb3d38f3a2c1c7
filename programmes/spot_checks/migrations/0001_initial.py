import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("people", "0007_no_names_in_the_log"),
        ("plans", "0001_initial"),
        ("quotas", "0001_initial"),
        ("schedule", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Drawing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digits", models.CharField(max_length=60)),
                ("seed", models.CharField(max_length=90)),
                ("drawn_at", models.DateTimeField()),
                (
                    "drawn_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "abstract": False,
            },
        ),
        migrations.CreateModel(
            name="Finding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(choices=[("in_order", "in order"), ("faulty", "faulty")], max_length=10),
                ),
                (
                    "kind",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("", "no fault"),
                            ("not_held", "not held as recorded"),
                            ("no_evidence", "evidence is missing"),
                            ("evidence_differs", "evidence says something else"),
                            ("attendance", "attendance is doubtful"),
                            ("counted_wrongly", "counted wrongly"),
                            ("other", "something else"),
                        ],
                        default="",
                        max_length=20,
                    ),
                ),
                ("words", models.TextField(blank=True, max_length=2000)),
                ("deadline_date", models.DateField(null=True)),
                ("found_at", models.DateTimeField()),
                (
                    "addressee",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.association",
                    ),
                ),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FrameLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("code", models.CharField(max_length=40)),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="quotas.quotaentry"
                    ),
                ),
                (
                    "session",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="schedule.trainingsession",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveSmallIntegerField()),
                ("words", models.TextField(max_length=2000)),
                ("replied_at", models.DateTimeField()),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="spot_checks.finding",
                    ),
                ),
                (
                    "found_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="CheckPhoto",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("jpeg", models.BinaryField()),
                ("size_bytes", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                (
                    "finding",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photo",
                        to="spot_checks.finding",
                    ),
                ),
                (
                    "reply",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photo",
                        to="spot_checks.reply",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Answer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("mended", "mended"),
                            ("explained", "explained, no fault"),
                            ("not_enough", "not enough"),
                        ],
                        max_length=10,
                    ),
                ),
                ("words", models.TextField(blank=True, max_length=2000)),
                ("new_deadline_date", models.DateField(null=True)),
                ("answered_at", models.DateTimeField()),
                (
                    "answered_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replied_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "reply",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="spot_checks.reply",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Sampled",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("rank", models.PositiveSmallIntegerField()),
                (
                    "drawing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sample",
                        to="spot_checks.drawing",
                    ),
                ),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sampled",
                        to="spot_checks.frameline",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="finding",
            name="sampled",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT, related_name="finding", to="spot_checks.sampled"
            ),
        ),
        migrations.CreateModel(
            name="SpotCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("first_month", models.CharField(max_length=7)),
                ("last_month", models.CharField(max_length=7)),
                ("sample_size", models.PositiveSmallIntegerField()),
                ("seed_source", models.CharField(max_length=200)),
                ("seed_date", models.DateField()),
                ("frame_size", models.PositiveIntegerField()),
                ("frame_sha256", models.CharField(max_length=64)),
                ("sameness", models.CharField(max_length=64, unique=True)),
                ("announced_at", models.DateTimeField()),
                (
                    "announced_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "association",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="people.association"
                    ),
                ),
                (
                    "beneficiary",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.association",
                    ),
                ),
                (
                    "plan",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="plans.plan"
                    ),
                ),
                (
                    "supporter",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="people.association",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="frameline",
            name="spot_check",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="frame", to="spot_checks.spotcheck"
            ),
        ),
        migrations.AddField(
            model_name="drawing",
            name="spot_check",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="drawing",
                to="spot_checks.spotcheck",
            ),
        ),
        migrations.CreateModel(
            name="CallingOff",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(max_length=2000)),
                ("called_off_at", models.DateTimeField()),
                (
                    "called_off_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "spot_check",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calling_off",
                        to="spot_checks.spotcheck",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.UniqueConstraint(
                fields=("finding", "number"), name="spot_checks_reply_number_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("words", ""), _negated=True), name="spot_checks_reply_has_words"
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("replied_by", models.F("found_by")), _negated=True),
                name="spot_checks_replied_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("finding__isnull", False), ("reply__isnull", True)),
                    models.Q(("finding__isnull", True), ("reply__isnull", False)),
                    _connector="OR",
                ),
                name="spot_checks_photo_of_one_thing",
            ),
        ),
        migrations.AddConstraint(
            model_name="checkphoto",
            constraint=models.CheckConstraint(
                condition=models.Q(("size_bytes__range", (1, 300000))), name="spot_checks_photo_small"
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("new_deadline_date__isnull", True), ("outcome__in", ["mended", "explained"])),
                    models.Q(
                        ("new_deadline_date__isnull", False),
                        ("outcome", "not_enough"),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="spot_checks_not_enough_says_what",
            ),
        ),
        migrations.AddConstraint(
            model_name="answer",
            constraint=models.CheckConstraint(
                condition=models.Q(("answered_by", models.F("replied_by")), _negated=True),
                name="spot_checks_answered_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="sampled",
            constraint=models.UniqueConstraint(fields=("drawing", "rank"), name="spot_checks_rank_once"),
        ),
        migrations.AddConstraint(
            model_name="finding",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("addressee__isnull", True),
                        ("deadline_date__isnull", True),
                        ("kind", ""),
                        ("outcome", "in_order"),
                    ),
                    models.Q(
                        ("addressee__isnull", False),
                        ("deadline_date__isnull", False),
                        ("outcome", "faulty"),
                        models.Q(("kind", ""), _negated=True),
                        models.Q(("words", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="spot_checks_fault_is_whole",
            ),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("sample_size__lte", models.F("frame_size")), ("sample_size__range", (1, 60))
                ),
                name="spot_checks_sample_fits",
            ),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_month__lte", models.F("last_month"))),
                name="spot_checks_months_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="spotcheck",
            constraint=models.CheckConstraint(
                condition=models.Q(("seed_source", ""), _negated=True), name="spot_checks_source_is_named"
            ),
        ),
        migrations.AddConstraint(
            model_name="frameline",
            constraint=models.UniqueConstraint(
                fields=("spot_check", "position"), name="spot_checks_position_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="frameline",
            constraint=models.UniqueConstraint(
                fields=("spot_check", "session"), name="spot_checks_session_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="callingoff",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="spot_checks_off_has_reason"
            ),
        ),
    ]
