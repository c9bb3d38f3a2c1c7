"""`manage.py export_ledger LEDGER --out FILE`: a ledger for an auditor, without personal data."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from qianchang.groundwork import exports


class Command(BaseCommand):
    """Write one ledger with its signed heads to a file that deploy/audit_ledger.py checks without a database."""

    help = (
        "Writes one ledger and all signed heads as JSON lines, for deploy/audit_ledger.py. No personal data."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("ledger", help="the code of the association, such as CN-GX")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            counts = exports.export_ledger(options["ledger"], to=options["out"], at=timezone.now())
        except exports.UnknownLedger as error:
            raise CommandError(f"There is no ledger {error}.", returncode=1) from error
        except OSError as error:
            raise CommandError(f"{options['out']}: {error.strerror}", returncode=1) from error
        told = ", ".join(f"{count} {kind}" for kind, count in counts.items())
        self.stdout.write(f"{options['out']}: {told}")
