"""`manage.py issue_activation_code LICENCE`: print the code for a lawyer's slip, once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from qianchang.people import operations, rules
from qianchang.people.models import Lawyer


class Command(BaseCommand):
    """Issue the single-use code of one lawyer on the roster."""

    help = (
        "Issues a new single-use activation code for a lawyer and prints it. An earlier code stops working."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("licence_number", help="the 17 digits of the licence")

    def handle(self, *args: Any, **options: Any) -> None:
        number = rules.plain_licence_number(options["licence_number"])
        if not rules.is_licence_number(number):
            raise CommandError("A licence number has 17 digits. Check the number on the licence.")
        lawyer = Lawyer.objects.filter(licence_number=number).first()
        if lawyer is None:
            raise CommandError("This licence number is not on the roster. Enter the lawyer first.")
        code = operations.issue_activation_code(lawyer=lawyer, at=timezone.now())
        self.stdout.write(f"{lawyer.name} {lawyer.masked_licence_number}: {code[:4]} {code[4:]}")
