"""One run in a process of its own, over the empty database that the environment names. Prints one line of JSON.

python -m benchmarks.quota.measure 1000 1000000
"""

import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import django

TIMES = 5


def run(sessions: int, completions: int) -> dict[str, Any]:
    """Simulate the programme, recount it, and time the pages beside plain aggregates."""
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.quota import hours, recount
    from benchmarks.quota.simulated import FIRST_YEAR, YEARS, Size, simulate
    from programmes.quotas import totals
    from programmes.quotas.board import board
    from programmes.quotas.models import QuotaEntry
    from programmes.quotas.national import Side, comparison
    from programmes.quotas.waiting import waiting
    from qianchang.groundwork import ledgers

    call_command("migrate", verbosity=0)
    size = _scaled(Size(), sessions, completions)
    began = time.perf_counter()
    programme = simulate(size, say=lambda text: print(text, file=sys.stderr, flush=True))
    simulated = time.perf_counter() - began
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    plan = programme.plan
    counted = recount.ledger_sums(plan.pk)
    years = range(FIRST_YEAR, FIRST_YEAR + YEARS)
    boards, waits, same = [], [], True
    for supporter in programme.supporters:
        for year in years:
            end = date(year, 12, 31)

            def look(supporter: Any = supporter, year: int = year, end: date = end) -> Any:
                return board(plan, supporter=supporter, year=year, as_of=end)

            shown, cost = timed(look)
            boards.append(cost)
            plain = sum(
                number
                for (giver, _to, _mode, held, _posted), number in counted.items()
                if giver == supporter.pk and held.startswith(str(year))
            )
            same = same and shown.this_year.counted == plain
            if shown.not_counted:

                def list_them(shown: Any = shown) -> Any:
                    return waiting(shown.not_counted, shown.region_names)

                waits.append(timed(list_them)[1])
    nations = []
    for year in years:
        for side in Side:

            def compare(year: int = year, side: Side = side) -> Any:
                return comparison(plan, year=year, as_of=date(year, 12, 31), side=side)

            shown, cost = timed(compare)
            nations.append(cost)
            plain = sum(number for key, number in counted.items() if key[3].startswith(str(year)))
            same = same and shown.counted == plain
    return {
        "sessions": sessions,
        "completions": completions,
        "happened": dict(programme.happened),
        "entries": QuotaEntry.objects.count(),
        "counted": sum(counted.values()),
        "totals_equal_recount": counted == recount.recount(plan.pk),
        "totals_equal_pages": same
        and sum(each.quantity for each in totals.totals(plan)) == sum(counted.values()),
        "ledgers_hold": not hours.verify(programme.beneficiaries)
        and not any(ledgers.verify(QuotaEntry, each.code) for each in programme.supporters),
        "files_made_again": programme.compared,
        "files_altered": programme.altered,
        "simulated_s": round(simulated, 1),
        "board": worst(boards),
        "waiting": worst(waits),
        "national": worst(nations),
        "plain_ledger_ms": aggregate(
            "SELECT supporter_id, beneficiary_id, mode_code, effective_month, SUM(quantity) FROM quotas_quotaentry "
            "GROUP BY supporter_id, beneficiary_id, mode_code, effective_month"
        ),
        "plain_completions_ms": aggregate(
            "SELECT c.lecture_id, l.association_id, COUNT(DISTINCT c.lawyer_id) FROM credits_creditentry c "
            "JOIN people_lawyer l ON l.id = c.lawyer_id GROUP BY c.lecture_id, l.association_id"
        ),
    }


def _scaled(whole: Any, sessions: int, completions: int) -> Any:
    """The programme at another size: as many lawyers and lectures as it takes, down to one lecture for four sessions."""
    lawyers = max(min(whole.lawyers, completions // 25), 160)
    return replace(
        whole, sessions=sessions, completions=completions, lawyers=lawyers, lectures=max(sessions // 4, 40)
    )


def timed(look: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """Look and say what it cost: queries, milliseconds in the database (each statement fetched whole; the quickest of
    five, so that whatever else the machine does counts for nothing), and milliseconds of all (the median).
    """
    from django.db import connection

    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        shown = look()
    walls, databases = [], []
    for _each in range(TIMES):
        began = time.perf_counter()
        look()
        walls.append(time.perf_counter() - began)
        began = time.perf_counter()
        for sql, params in asked:
            with connection.cursor() as cursor:
                cursor.execute(sql, params)
                cursor.fetchall()
        databases.append(time.perf_counter() - began)
    return shown, {
        "queries": len(asked),
        "database_ms": round(min(databases) * 1000, 2),
        "all_ms": round(statistics.median(walls) * 1000, 1),
    }


def worst(costs: list[dict[str, float]]) -> dict[str, float]:
    """Return the worst of each figure."""
    return {
        name: max((cost[name] for cost in costs), default=0) for name in ("queries", "database_ms", "all_ms")
    }


def aggregate(sql: str) -> float:
    """Return the milliseconds of a plain aggregate, fetched whole, the median of five."""
    from django.db import connection

    took = []
    for _each in range(TIMES):
        began = time.perf_counter()
        with connection.cursor() as cursor:
            cursor.execute(sql)
            cursor.fetchall()
        took.append(time.perf_counter() - began)
    return round(statistics.median(took) * 1000, 1)


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "qianchang.project.settings.test"
    django.setup()
    print(json.dumps(run(int(sys.argv[1]), int(sys.argv[2])), ensure_ascii=False))
