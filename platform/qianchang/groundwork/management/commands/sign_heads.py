"""`manage.py sign_heads`: sign where every ledger stands today."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from qianchang.groundwork import signing


class Command(BaseCommand):
    """Sign the head of every ledger, once a day; again it says what stands. Beat does the same by itself."""

    help = (
        "Signs where every ledger stands today (once a day). Names a ledger that does not hold and exits 1."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            done = signing.sign_heads(at=timezone.now())
        except (signing.NoLedgerKey, signing.BrokenLine) as error:
            raise CommandError(str(error), returncode=1) from error
        state = "was signed already" if done.again else "signed"
        self.stdout.write(f"head {done.head.sequence} of {done.head.day} {state}: {done.head.document_hash}")
        for refusal in done.refusals:
            fault = refusal.fault
            self.stderr.write(f"not signed: {refusal.kind} {refusal.ledger} #{fault.sequence}: {fault.what}")
        if done.refusals:
            raise CommandError(f"{len(done.refusals)} ledgers do not hold: run verify_ledger.", returncode=1)
