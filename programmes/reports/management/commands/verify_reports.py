"""Make every sent return and every issued bulletin again from the ledger, and compare it with the file that was kept."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes.reports.verifying import faults


class Command(BaseCommand):
    help = "Makes every sent return and issued bulletin again, and names each file that is not the same any more."

    def handle(self, *_args: Any, **_options: Any) -> None:
        checked, found = faults()
        for fault in found:
            self.stdout.write(fault)
        if found:
            raise CommandError(f"{len(found)} of {checked} files are not as they were sent.")
        self.stdout.write(f"{checked} files are as they were sent.")
