"""Print what a supporter owes, how it is planned and what is counted, with strengths and sources."""

import argparse
import json
from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from programmes.plans import queries as plans
from programmes.reports.quota_report import quota_report
from qianchang.people.models import Association


class Command(BaseCommand):
    help = "Prints a supporter's targets with strengths and sources, the breakdown, and the counted figures."

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
            for line in _lines(plan):
                self.stdout.write(line)


def _lines(plan: dict[str, Any]) -> Iterator[str]:
    counted = "" if plan["counted"] is None else f", counted {plan['counted']}"
    yield f"{plan['plan']} {plan['plan_name']} ({plan['unit']}){counted}"
    for target in plan["targets"]:
        yield f"  {target['quantity']:4d} {target['strength']:9s} {target['key']}  {target['source']}"
    for check in plan["checks"]:
        yield f"  {check['sum']}  ({check['by']})"
        if "one_more" in check:
            yield f"    {check['one_more']['sum']}: {check['one_more']['refused']}"
    for fault in plan["contradictions"]:
        yield f"  ! {fault}"
    breakdown = plan.get("breakdown")
    if breakdown:
        yield f"  cells: {breakdown['state']} {breakdown.get('years', breakdown.get('why', ''))}".rstrip()
        for cell in breakdown["cells"]:
            modes = "/".join(cell["modes"]) or "*"
            yield f"    {cell['year']} {cell['beneficiary']} {modes}: {cell['quantity']} {cell['strength']}"
    for host in plan.get("hosts", ()):
        yield (
            f"  {host['host']} {host['host_name']}: {host['places']} places a year, nominated {host['nominated']}, "
            f"finished {host['finished']}  {host['source']}"
        )
    for donor in plan.get("donors", ()):
        yield (
            f"  {donor['year']} {donor['donor']} {donor['donor_name']}: promised {donor['promised']}, "
            f"given {donor['given']}, verified {donor['verified']}  {donor['source']}"
        )
