"""Load what the documents say of programmes, plans and allocations."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from programmes.plans.operations import UnableToLoadFacts
from programmes.quotas.operations import load_programmes


class Command(BaseCommand):
    help = "Loads associations, programmes, plans and targets from the facts. Doing it again changes nothing."

    def handle(self, *_args: Any, **_options: Any) -> None:
        try:
            loaded = load_programmes(at=timezone.now())
        except UnableToLoadFacts as refusal:
            raise CommandError(str(refusal)) from refusal
        for kind, count in loaded.counts.items():
            self.stdout.write(f"{count:5d} {kind}")
        self.stdout.write(f"{loaded.entered} rows entered, {loaded.changed} changed")
