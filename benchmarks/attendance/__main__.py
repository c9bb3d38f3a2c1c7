"""`python -m benchmarks.attendance`: measure, print one table, and last one line of JSON."""

import argparse
import json
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.attendance import measure, table
from benchmarks.attendance.targets import judge


def main() -> None:
    """Run the benchmark. A target that is missed is printed as missed and ends nothing."""
    wanted = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 150)
    load, cores = measure.loads()
    if load > cores / 2:
        console.print(
            f"[yellow]This machine is busy (load {load:.1f} on {cores} cores): trust the ratios.[/yellow]"
        )
    runs = [_measured(engine, wanted, console) for engine in measure.ENGINES if wanted.only in ("", engine)]
    values = table.figures(runs)
    console.print(table.results(runs, values))
    print(json.dumps(table.as_json(runs, judge(values), load=load, cores=cores), ensure_ascii=False))


def _measured(engine: str, wanted: argparse.Namespace, console: Console) -> measure.Run:
    # Not under the state folder: PostgreSQL runs as another user, which may not enter everything above it.
    work = Path(tempfile.mkdtemp(prefix="qianchang-bench-"))

    def say(step: str) -> None:
        console.print(f"[dim]{engine}: {step}[/dim]")

    try:
        return measure.run(
            engine,
            work,
            connections=tuple(wanted.connections),
            seconds=wanted.seconds,
            crowd_seconds=wanted.crowd,
            say=say,
        )
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-attendance",
        description="Reports of watching a second and their p99, on SQLite and on PostgreSQL, beside an empty view of the "
        "same server in the same run. About five minutes on two quiet cores; the load generator uses some of them too.",
    )
    parser.add_argument("--seconds", type=float, default=10, help="for each measurement (default 10)")
    parser.add_argument("--only", choices=("", *measure.ENGINES), default="", help="one database only")
    parser.add_argument(
        "--connections", type=int, nargs="+", default=[1, 8, 32], help="how many at once (default 1 8 32)"
    )
    parser.add_argument(
        "--crowd",
        type=float,
        default=60,
        metavar="SECONDS",
        help="for how long a thousand viewers report every half minute (default 60, 0: not at all)",
    )
    return parser.parse_args()


main()
