"""Load what the documents say of programmes, plans, allocations and registers."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from programmes import api as programmes


class Command(BaseCommand):
    help = "Loads associations, programmes, plans, targets and registers from the facts. Doing it again changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            loaded = programmes.load_facts(at=timezone.now())
        except programmes.UnableToLoadFacts as refusal:
            raise CommandError(str(refusal)) from refusal
        for kind, count in loaded.counts.items():
            self.stdout.write(f"{count:5d} {kind}")
        self.stdout.write(f"{loaded.entered} rows entered, {loaded.changed} changed")
