from django.db import migrations

from qianchang.groundwork.migrating import let_change

# Who somebody was stood in these, beside the number of the row.
NAMED = ("licence_number", "name", "username", "email", "phone")


def number_the_accounts(apps, schema_editor):
    """Write numbers where the log names accounts and lawyers, row by row: nobody waits for the whole."""
    let_change(schema_editor.connection, "groundwork_auditentry", columns=("object_key", "details"))
    entry = apps.get_model("groundwork", "AuditEntry")
    account = apps.get_model("people", "Account")
    numbers = dict(account.objects.values_list("username", "pk"))
    named = entry.objects.filter(object_type__in=("account", "role"))
    for username in named.order_by().values_list("object_key", flat=True).distinct():
        # A key that is a number already is left: a user name has letters or is a licence number.
        if username in numbers:
            named.filter(object_key=username).update(object_key=str(numbers[username]))
    for row in entry.objects.filter(object_type__in=("account", "role", "lawyer")).iterator(chunk_size=500):
        kept = {name: value for name, value in row.details.items() if name not in NAMED}
        if kept != row.details:
            entry.objects.filter(pk=row.pk).update(details=kept)


class Migration(migrations.Migration):
    """The log names nobody any more. Going back brings no names back: they are gone, which is what it is for."""

    # Each row is a transaction of its own.
    atomic = False
    dependencies = [
        ("people", "0006_the_people"),
        ("groundwork", "0005_blank_names"),
    ]

    operations = [migrations.RunPython(number_the_accounts, migrations.RunPython.noop)]
