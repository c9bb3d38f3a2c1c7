"""Sessions that were taken back before the schedule was told of it: they can be entered again."""

from django.db import migrations


def tell_the_schedule(apps, schema_editor):
    """Say of every session that each of its plans has taken back when the last of them did."""
    database = schema_editor.connection.alias
    entries = apps.get_model("quotas", "QuotaEntry").objects.using(database)
    lines = apps.get_model("quotas", "SessionTarget").objects.using(database)
    sessions = apps.get_model("schedule", "TrainingSession").objects.using(database)
    taken = {}
    for session, plan, at in entries.filter(reverses__isnull=False).values_list(
        "session", "plan", "recorded_at"
    ):
        taken.setdefault(session, {})[plan] = at
    standing = {}
    for session, plan in lines.filter(session__in=list(taken)).values_list("session", "plan"):
        standing.setdefault(session, set()).add(plan)
    for session, plans in taken.items():
        if standing.get(session, set()) <= set(plans):
            held = sessions.filter(pk=session, state="held", reversed_at=None)
            held.update(reversed_at=max(plans.values()))


class Migration(migrations.Migration):
    dependencies = [("quotas", "0004_reversals"), ("schedule", "0004_half_days_and_reversals")]

    operations = [migrations.RunPython(tell_the_schedule, migrations.RunPython.noop, elidable=True)]
