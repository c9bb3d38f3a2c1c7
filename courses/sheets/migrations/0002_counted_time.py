"""What spoke for a sheet when it was confirmed, and which time on the wall counts for its hours.

The time of sheets that were confirmed before is written down as confirming one does now: the first that was confirmed keeps
it. Hours that were credited twice for one time stay: two people correct them where they are wrong.
"""

from datetime import UTC, datetime, timedelta

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q
from django.utils.timezone import get_default_timezone

from qianchang.groundwork.migrating import without_walls_backwards

AT_ONCE = 500


def count_time(apps, schema_editor):
    """Write down the time of each row for which a confirmation made an entry on which hours stand: nobody took them back
    since, or two people gave them back after that.
    """
    credit, span = apps.get_model("sheets", "SheetCredit"), apps.get_model("sheets", "CountedSpan")
    decisions = apps.get_model("sheets", "SheetDecision").objects.filter(kind="confirmed").order_by("pk")
    for decision in decisions.select_related("version", "sheet__session__lecture_version").iterator():
        rows = credit.objects.filter(
            row__version=decision.version_id,
            entry__recorded_at=decision.at,
            row__lawyer__isnull=False,
        ).select_related("row", "entry__reversed_by__renewed_by")
        made = []
        for each in rows.order_by("row__lawyer", "pk"):
            entry = _standing(each.entry)
            wall = _wall(decision, each.row, entry) if entry else None
            if wall is None:
                continue
            taken = span.objects.filter(
                lawyer=each.row.lawyer_id, until_at__gt=wall[0], from_at__lt=wall[1]
            ).order_by("from_at")
            for start, end in _free(wall, list(taken.values_list("from_at", "until_at"))):
                made.append(
                    span(
                        row=each.row,
                        entry=entry,
                        lawyer_id=each.row.lawyer_id,
                        from_at=start,
                        until_at=end,
                    )
                )
        span.objects.bulk_create(made, batch_size=AT_ONCE)


def _standing(entry):
    """The entry on which the hours of an award stand today; None where they do not."""
    while reversal := getattr(entry, "reversed_by", None):
        given_back = getattr(reversal, "renewed_by", None)
        if given_back is None or given_back.maker_id is None:
            return None
        entry = given_back
    return entry


def _wall(decision, row, entry):
    """From when until when somebody was in the room; of a part its minutes from the beginning."""
    sheet, version = decision.sheet, decision.version
    length = timedelta(minutes=-(-sheet.session.lecture_version.length_ms // 60_000))
    begins, ends = version.begins_at or sheet.begins_at, version.ends_at or sheet.ends_at
    begins = _moment(sheet.date, begins) if begins else None
    ends = _moment(sheet.date, ends) if ends else None
    if begins and ends and ends <= begins:
        ends += timedelta(days=1)
    begins, ends = begins or (ends and ends - length), ends or (begins and begins + length)
    start, end = row.in_at or begins, row.out_at or ends
    if not start or not end or end <= start:
        return None
    if row.mark == "part":
        end = min(end, start + timedelta(milliseconds=entry.covered_ms))
    return start.astimezone(UTC), end.astimezone(UTC)


def _moment(day, clock):
    return datetime.combine(day, clock, tzinfo=get_default_timezone())


def _free(wall, taken):
    start, end = wall
    for begins, ends in taken:
        if start < begins:
            yield start, min(begins, end)
        start = max(start, ends)
    if start < end:
        yield start, end


class Migration(migrations.Migration):
    dependencies = [
        ("credits", "0005_teaching_counts"),
        ("sheets", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="sheetdecision",
            name="proof",
            field=models.JSONField(null=True),
        ),
        migrations.CreateModel(
            name="CountedSpan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("from_at", models.DateTimeField()),
                ("until_at", models.DateTimeField()),
                (
                    "entry",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counted_spans",
                        to="credits.creditentry",
                    ),
                ),
                (
                    "lawyer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counted_spans",
                        to="people.lawyer",
                    ),
                ),
                (
                    "row",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="counted_spans",
                        to="sheets.sheetrow",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["lawyer", "until_at"], name="sheets_span_of_lawyer")],
                "constraints": [
                    models.CheckConstraint(condition=Q(until_at__gt=F("from_at")), name="sheets_span_forward")
                ],
            },
        ),
        migrations.RunPython(count_time, migrations.RunPython.noop),
        without_walls_backwards("sheets_sheetdecision"),
    ]
