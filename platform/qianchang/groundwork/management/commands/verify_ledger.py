"""`manage.py verify_ledger`: recompute the chain of every ledger."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from qianchang.groundwork import ledgers


class Command(BaseCommand):
    """Prove every hash-chained ledger of every app, and name each row that is wrong."""

    help = "Recomputes the chain of every ledger and prints its count. Names the row of a fault and exits 1."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = 0
        for model in ledgers.models():
            for ledger in ledgers.names(model):
                count = model._default_manager.filter(ledger=ledger).count()
                faults = ledgers.verify(model, ledger)
                broken += len(faults)
                self.stdout.write(f"{model._meta.label} {ledger}: {count} entries, {len(faults)} faults")
                for fault in faults:
                    self.stderr.write(f"{model._meta.label} {ledger} #{fault.sequence}: {fault.what}")
        if broken:
            raise CommandError(f"{broken} faults found.", returncode=1)
