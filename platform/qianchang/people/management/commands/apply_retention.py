"""`manage.py apply_retention [--dry-run]`: let go what has been kept long enough, and say what."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.timezone import localtime

from qianchang.people.privacy import upkeep


class Command(BaseCommand):
    """Delete or blank whatever is older than the periods of the settings (KEEP_DAYS). Beat does it every day."""

    help = "Lets go what has been kept for longer than KEEP_DAYS says, and prints how much of each kind."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="print what would go, and let nothing go")

    def handle(self, *args: Any, **options: Any) -> None:
        verb = "would go" if options["dry_run"] else "went"
        for applied in upkeep.apply_retention(at=timezone.now(), dry_run=options["dry_run"]):
            before = localtime(applied.before).strftime("%Y-%m-%d")
            self.stdout.write(
                f"{applied.period.name}: {applied.count} {verb} (kept {applied.period.days} days, before {before})"
            )
