"""`python -m benchmarks.watch`: measure, print one table, and last one line of JSON."""

import argparse
import contextlib
import json
import math
import os
import shutil
import sys
import tempfile
from pathlib import Path

from rich.console import Console

from benchmarks.attendance.measure import loads
from benchmarks.watch import lecture, measure, table
from benchmarks.watch.links import LINKS
from benchmarks.watch.site import Site
from benchmarks.watch.targets import judge
from benchmarks.watch.visit import open_line


def main() -> None:
    """Run the benchmark. A target that is missed is printed as missed and ends nothing."""
    wanted = _arguments()
    console = Console(width=None if sys.stdout.isatty() else 150)
    load, cores = loads()
    if load > cores / 2:
        console.print(
            f"[yellow]This machine is busy (load {load:.1f} on {cores} cores): seconds may be too long.[/yellow]"
        )
    state = Path(os.environ.get("QIANCHANG_STATE", "var")).resolve()
    made = state / "bench"
    made.mkdir(parents=True, exist_ok=True)
    links = [LINKS[kbits] for kbits in (wanted.link or LINKS)]
    work = Path(tempfile.mkdtemp(prefix="watch-run-", dir=made))
    try:
        with contextlib.ExitStack() as stack:
            line = open_line(stack, relay=wanted.relay, say=console.print)
            console.print("[dim]the lecture[/dim]")
            ladder = lecture.ladder(made)
            # Playing, filling, the outage, and what is fetched ahead of all that.
            seconds = math.ceil(5 * wanted.minutes + 6) * 60
            viewers = measure.OPENINGS * len(links)
            site = stack.enter_context(
                Site(work / "site", host=line.server, ladder=ladder, seconds=seconds, viewers=viewers)
            )
            runs = []
            for place, link in enumerate(links):
                console.print(f"[dim]{link.says}[/dim]")
                runs.append(
                    measure.run(
                        link, line, site, work,
                        viewers=site.viewers[place * measure.OPENINGS :][: measure.OPENINGS],
                        minutes=wanted.minutes,
                        say=lambda step: console.print(f"[dim]  {step}[/dim]"),
                    )
                )  # fmt: skip
        values = table.figures(runs)
        console.print(table.results(runs, values, line=line.says))
        about = {"line": line.says, "load_before": round(load, 2), "cores": cores}
        print(json.dumps(table.as_json(runs, judge(values), **about), ensure_ascii=False))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-watch",
        description="The real player in a real Chromium on the three test links: first page, first picture, stalls, a lost "
        "link, and the record afterwards. About 35 minutes a link, one after the other.",
    )
    parser.add_argument("--link", type=int, choices=tuple(LINKS), action="append", help="one link only")
    parser.add_argument(
        "--minutes", type=float, default=10, help="of playing, and of the outage (default 10)"
    )
    parser.add_argument("--relay", action="store_true", help="a relay instead of the tunnel (needs no root)")
    return parser.parse_args()


main()
