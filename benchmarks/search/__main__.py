"""`python -m benchmarks.search`: forty searches on SQLite and PostgreSQL; one table, and last one line of JSON."""

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
# product-design.md, section 9, B23: server time of a search.
MOST_MS = 500


def main() -> None:
    """Ask the forty queries of each database, and print what was found and how fast."""
    wanted = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 130)
    runs: dict[str, dict[str, Any]] = {}
    for engine in ENGINES:
        if wanted.only in ("", engine):
            console.print(
                f"[dim]{engine}: {wanted.lectures} lectures, {wanted.paragraphs:,} paragraphs[/dim]"
            )
            try:
                runs[engine] = _run(engine, wanted)
            except NoPostgreSQL as why_not:
                console.print(f"[yellow]{why_not}[/yellow]")
    console.print(_table(runs))
    for engine, run in runs.items():
        for miss in run["missed"]:
            console.print(
                f"[yellow]{engine}: “{miss['text']}” at place {miss['place']}; first: {miss['found'][:1]}[/yellow]"
            )
    print(json.dumps(runs, ensure_ascii=False))


def _run(engine: str, wanted: argparse.Namespace) -> dict[str, Any]:
    server = postgresql() if engine == "postgresql" else nullcontext("")
    with tempfile.TemporaryDirectory(prefix="qianchang-bench-") as folder, server as url:
        environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("QIANCHANG_", "DATABASE_"))
        } | {"QIANCHANG_STATE": folder, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}"}
        environment["DATABASE_URL"] = url or f"sqlite:///{folder}/bench.sqlite3"
        command = [
            sys.executable,
            "-m",
            "benchmarks.search.measure",
            str(wanted.lectures),
            str(wanted.paragraphs),
        ]
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, check=True, text=True
        )
    result: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return result


def _table(runs: dict[str, dict[str, Any]]) -> Table:
    table = Table(title="Forty searches")
    table.add_column("")
    for engine in runs:
        table.add_column(engine, justify="right")

    def line(label: str, value: Any) -> None:
        table.add_row(label, *(str(value(run)) for run in runs.values()))

    def times(label: str, name: str) -> None:
        line(
            f"{label}, ms: median / 95 % / worst",
            lambda run: " / ".join(str(run[name][each]) for each in ("p50", "p95", "worst")),
        )

    line("lectures, passages", lambda run: f"{run['lectures']}, {run['passages']:,}")
    line("the lecture that was meant stands first", lambda run: f"{run['recall_1']:.1%}")
    line("… among the first five", lambda run: f"{run['recall_5']:.1%}")
    line("its first hit at the right second", lambda run: f"{run['at_the_right_second']} of {run['timed']}")
    times("search", "search_ms")
    times("whole page", "page_ms")
    times("page without a search", "whole_list_ms")
    times("page with suggestions, nothing found", "nothing_found_ms")
    line(f"within {MOST_MS} ms", lambda run: "yes" if run["page_ms"]["worst"] <= MOST_MS else "NO")
    line("queries of the database, most", lambda run: run["queries_of_the_database"])
    line("indexed text, index, MB", lambda run: f"{run['index_mb']['text']}, {run['index_mb']['index']}")
    line("indexing everything, s", lambda run: run["index_s"])
    return table


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-search",
        description="Forty Chinese searches over 400 lectures and 30,000 paragraphs of transcript. About five minutes.",
    )
    parser.add_argument("--lectures", type=int, default=400, help="lectures (default 400)")
    parser.add_argument(
        "--paragraphs", type=int, default=30_000, help="paragraphs of transcript (default 30000)"
    )
    parser.add_argument("--only", choices=("", *ENGINES), default="", help="one database only")
    return parser.parse_args()


main()
