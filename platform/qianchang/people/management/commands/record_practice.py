"""`manage.py record_practice LICENCE KIND --from DAY [--until DAY] --source DOCUMENT`."""

from argparse import ArgumentParser
from datetime import date
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from qianchang.people import practice, rules
from qianchang.people.models import Lawyer, Practice


class Command(BaseCommand):
    """Record a dated stretch of one lawyer's practice: the yearly duty is reckoned from it."""

    help = (
        "Records that a lawyer practised, or was suspended, from a day until another (the first day without)."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("licence_number", help="the 17 digits of the licence")
        parser.add_argument("kind", choices=Practice.Kind.values)
        parser.add_argument("--from", dest="valid_from", type=date.fromisoformat, required=True)
        parser.add_argument("--until", dest="valid_until", type=date.fromisoformat)
        parser.add_argument("--source", required=True, help="the document that says so")

    def handle(self, *args: Any, **options: Any) -> None:
        number = rules.plain_licence_number(options["licence_number"])
        lawyer = Lawyer.objects.filter(licence_number=number).first()
        if lawyer is None:
            raise CommandError("This licence number is not on the roster. Enter the lawyer first.")
        try:
            row = practice.record_practice(
                lawyer=lawyer,
                kind=options["kind"],
                valid_from=options["valid_from"],
                valid_until=options["valid_until"],
                source=options["source"],
                at=timezone.now(),
            )
        except practice.UnableToRecordPractice as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(
            f"{lawyer.masked_licence_number}: {row.kind} {row.valid_from} – {row.valid_until or '…'}"
        )
