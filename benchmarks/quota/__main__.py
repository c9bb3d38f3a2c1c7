"""`python -m benchmarks.quota`: a simulated programme of three years on SQLite and PostgreSQL, recounted; one table, and
last one line of JSON with a list `missed` of the targets that it falls short of.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from benchmarks.quota.targets import BOARD_MS, NATIONAL_MS, QUERIES, WAITING_MS, missed
from tests.postgresql import NoPostgreSQL, postgresql

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("sqlite", "postgresql")


def main() -> None:
    """Run on each database and print what it cost."""
    wanted = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 130)
    runs: dict[str, dict[str, Any]] = {}
    short: list[str] = []
    for engine in ENGINES:
        if wanted.only in ("", engine):
            console.print(
                f"[dim]{engine}: {wanted.sessions:,} sessions, {wanted.completions:,} completions[/dim]"
            )
            try:
                runs[engine] = _run(engine, wanted)
            except NoPostgreSQL as why_not:
                console.print(f"[yellow]{why_not}[/yellow]")
                short.append(f"{engine}: was not run")
    for engine, run in runs.items():
        short += missed(engine, run)
    console.print(table(runs))
    print(json.dumps({"runs": runs, "missed": short}, ensure_ascii=False))
    if not all(
        run["totals_equal_recount"] and run["totals_equal_pages"] and not run["files_altered"]
        for run in runs.values()
    ):
        sys.exit("what is counted is not what a recount finds, or a bulletin came out otherwise: see above")


def _run(engine: str, wanted: argparse.Namespace) -> dict[str, Any]:
    server = postgresql() if engine == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="qianchang-bench-") as folder, server as url:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("QIANCHANG_", "DATABASE_"))
        } | {"QIANCHANG_STATE": folder, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
        if url:
            environment["DATABASE_URL"] = url
        command = [
            sys.executable,
            "-m",
            "benchmarks.quota.measure",
            str(wanted.sessions),
            str(wanted.completions),
        ]
        quiet = None if wanted.tell else subprocess.DEVNULL
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=quiet, check=True, text=True
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def table(runs: dict[str, dict[str, Any]]) -> Table:
    """Return the figures of the runs beside each other."""
    made = Table(title="A programme of three years")
    made.add_column("")
    for engine in runs:
        made.add_column(engine, justify="right")

    def line(label: str, value: Any) -> None:
        made.add_row(label, *(str(value(run)) for run in runs.values()))

    line("sessions, entries, counted", lambda r: f"{r['sessions']:,}, {r['entries']:,}, {r['counted']:,}")
    line("completions", lambda r: f"{r['completions']:,}")
    line("the ledger is what a recount of the raw rows finds", lambda r: _yes(r["totals_equal_recount"]))
    line("board and comparison show the same", lambda r: _yes(r["totals_equal_pages"]))
    line("every chain holds", lambda r: _yes(r["ledgers_hold"]))
    line(
        "files of bulletins made again each June and at the end, and altered",
        lambda r: f"{r['files_made_again']}, {len(r['files_altered'])}",
    )
    for name, label, most in (
        ("board", "board of a province", BOARD_MS),
        ("national", "comparison of the country", NATIONAL_MS),
    ):
        line(f"{label}: queries (at most {QUERIES})", lambda r, name=name: r[name]["queries"])
        line(f"{label}: ms in the database (at most {most})", lambda r, name=name: r[name]["database_ms"])
        line(f"{label}: ms in all", lambda r, name=name: r[name]["all_ms"])
    line("list of what waits: queries", lambda r: r["waiting"]["queries"])
    line(f"list of what waits: ms in all (at most {WAITING_MS})", lambda r: r["waiting"]["all_ms"])
    line("plain aggregate over the quota ledger, ms", lambda r: r["plain_ledger_ms"])
    line("plain aggregate over the completions, ms", lambda r: r["plain_completions_ms"])
    line("simulated in, seconds", lambda r: r["simulated_s"])
    return made


def _yes(value: bool) -> str:
    return "yes" if value else "NO"


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-quota",
        description="A simulated programme of three years: counted totals beside a recount from the raw rows, and the "
        "time of the quota board and of the national comparison beside plain aggregates.",
    )
    parser.add_argument("--sessions", type=int, default=1_000, help="sessions of three years (default 1000)")
    parser.add_argument(
        "--completions", type=int, default=1_000_000, help="awards of hours (default 1000000)"
    )
    parser.add_argument("--only", choices=("", *ENGINES), default="", help="one database only")
    parser.add_argument("--tell", action="store_true", help="say what happens meanwhile")
    return parser.parse_args()


if __name__ == "__main__":
    main()
