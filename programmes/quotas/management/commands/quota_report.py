"""Print what a supporter owes and what is counted, with strengths and sources."""

import argparse
import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes.plans import queries as plans
from programmes.quotas.reports import quota_report
from qianchang.people.models import Association


class Command(BaseCommand):
    help = "Prints a supporter's targets with strengths and sources, and the counted figures."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--programme", required=True, help="such as BQQ-2012")
        parser.add_argument("--association", required=True, help="code of the supporter, such as CN-GD")
        parser.add_argument("--format", choices=["json", "text"], default="text")

    def handle(self, *_args: Any, **options: Any) -> None:
        programme = plans.programme(options["programme"])
        association = Association.objects.filter(code=options["association"]).first()
        if programme is None:
            raise CommandError(f"There is no programme {options['programme']}. Run load_facts first.")
        if association is None:
            raise CommandError(f"There is no association {options['association']}.")
        report = quota_report(programme, association=association)
        if options["format"] == "json":
            self.stdout.write(json.dumps(report, ensure_ascii=False, indent=1))
            return
        for plan in report["plans"]:
            counted = "" if plan["counted"] is None else f", counted {plan['counted']}"
            self.stdout.write(f"{plan['plan']} {plan['plan_name']} ({plan['unit']}){counted}")
            for target in plan["targets"]:
                self.stdout.write(
                    f"  {target['quantity']:4d} {target['strength']:9s} {target['key']}  {target['source']}"
                )
