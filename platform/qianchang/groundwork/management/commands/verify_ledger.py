"""`manage.py verify_ledger`: recompute the chain of every ledger and check it against what was signed."""

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from qianchang.groundwork import exports, signing


class Command(BaseCommand):
    """Prove every hash-chained ledger of every app and every signed head, and name each row that is wrong."""

    help = (
        "Recomputes every ledger, checks it against the signed heads, names the row of a fault and exits 1."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--witness",
            action="append",
            default=[],
            type=Path,
            metavar="FILE",
            help="signed heads that a partner kept (its copy of /ledger/heads.json): finds a history that was signed anew",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            kept = [signed for path in options["witness"] for signed in exports.kept_heads(path)]
            proof = signing.prove_everything(at=timezone.now(), kept=kept)
        except (signing.NoLedgerKey, exports.Unreadable) as error:
            raise CommandError(str(error), returncode=1) from error
        for line in proof.lines:
            self.stdout.write(line)
        for note in proof.notes:
            self.stderr.write(f"note: {note}")
        for fault in proof.faults:
            self.stderr.write(fault)
        if proof.faults:
            raise CommandError(f"{len(proof.faults)} faults found.", returncode=1)
