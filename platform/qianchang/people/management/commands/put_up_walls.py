"""Put up row-level security around the people, once every program of the site is of this release."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from qianchang.people import wall_policies


class Command(BaseCommand):
    help = (
        "PostgreSQL: show each account only its people, in the database itself. Run it when every web process and worker "
        "was restarted after the migrate; again, it changes nothing."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "postgresql":
            raise CommandError("This database has no row-level security; PostgreSQL has.")
        wall_policies.put_up()
        self.stdout.write("The walls stand.")
