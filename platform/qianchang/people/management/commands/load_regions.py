"""Enter the provinces, prefectures and counties of the country."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from qianchang.people.rosters.regions import load_regions


class Command(BaseCommand):
    help = (
        "Enters the regions of GB/T 2260 that the database does not have yet. Doing it again changes nothing."
    )

    def handle(self, *_args: Any, **_options: Any) -> None:
        self.stdout.write(f"{load_regions(at=timezone.now()):5d} regions entered")
