from django.db import migrations

from courses.catalogue.migrations._consents import record_standing_consents


class Migration(migrations.Migration):
    """What the upload form's tick box said becomes the speakers' consents. Apart from the tables: rows and tables do not
    change in one transaction on PostgreSQL.
    """

    dependencies = [("catalogue", "0004_the_catalogue")]

    operations = [migrations.RunPython(record_standing_consents, migrations.RunPython.noop)]
