"""`python -m benchmarks.roster`: a roster of 45,000 on SQLite and PostgreSQL; one table, and last one line of JSON."""

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

from tests.postgresql import NoPostgreSQL, postgresql

ROOT = Path(__file__).resolve().parents[2]
ENGINES = ("sqlite", "postgresql")


def main() -> None:
    """Run the benchmark on each database and print what it cost."""
    wanted = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 130)
    runs: dict[str, dict[str, Any]] = {}
    for engine in ENGINES:
        if wanted.only in ("", engine):
            console.print(f"[dim]{engine}: {wanted.rows:,} rows[/dim]")
            try:
                runs[engine] = _run(engine, wanted.rows)
            except NoPostgreSQL as why_not:
                console.print(f"[yellow]{why_not}[/yellow]")
    console.print(_table(runs))
    print(json.dumps(runs, ensure_ascii=False))
    if not all(_is_right(run) for run in runs.values()):
        sys.exit("something did not come out as it must: see above")


def _run(engine: str, rows: int) -> dict[str, Any]:
    server = postgresql() if engine == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="qianchang-bench-") as folder, server as url:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("QIANCHANG_", "DATABASE_"))
        } | {"QIANCHANG_STATE": folder, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
        if url:
            environment["DATABASE_URL"] = url
        command = [sys.executable, "-m", "benchmarks.roster.measure", str(rows), str(rows // 100)]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _is_right(run: dict[str, Any]) -> bool:
    return all(
        run[name] for name in ("adds_up", "every_mistake_found", "again_changes_nothing", "undo_restores")
    )


def _table(runs: dict[str, dict[str, Any]]) -> Table:
    table = Table(title="Import of a roster")
    table.add_column("")
    for engine in runs:
        table.add_column(engine, justify="right")

    def line(label: str, value: Any) -> None:
        table.add_row(label, *(str(value(run)) for run in runs.values()))

    line("new + changed + same + faulty", lambda run: " + ".join(map(str, run["numbers"].values())))
    line("add up to the rows read", lambda run: f"{run['rows']:,} {'yes' if run['adds_up'] else 'NO'}")
    line(
        "kinds of mistakes, each found as itself",
        lambda run: f"{run['kinds']} {'yes' if run['every_mistake_found'] else 'NO'}",
    )
    line("rows imported", lambda run: f"{run['imported']:,}")
    line("the same file again changes nothing", lambda run: "yes" if run["again_changes_nothing"] else "NO")
    line("undo restores exactly", lambda run: "yes" if run["undo_restores"] else "NO")
    for step in ("read", "read and check", "import", "same again", "undo"):
        line(f"{step}, seconds", lambda run, step=step: run["seconds"][step])
    line("memory of the reader (child), MB", lambda run: run["reader_peak_mb"])
    for step in ("before", "read and check", "import", "undo"):
        line(f"memory of the worker, by the end of: {step}, MB", lambda run, step=step: run["peak_mb"][step])
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-roster",
        description="An invented roster of which one row in a hundred is wrong in one of 25 ways: read, checked, "
        "imported, sent again, undone; seconds and memory. About two minutes.",
    )
    parser.add_argument("--rows", type=int, default=45_000, help="rows of the roster (default 45000)")
    parser.add_argument("--only", choices=("", *ENGINES), default="", help="one database only")
    return parser.parse_args()


main()
