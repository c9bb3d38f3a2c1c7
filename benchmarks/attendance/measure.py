"""One run: on each database, the empty view and the real report by turns, at each number of connections."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.attendance import load
from benchmarks.attendance.load import SPAN_MS, Outcome, Viewer
from benchmarks.attendance.servers import Site
from tests.postgresql import NoPostgreSQL, postgresql

ENGINES = ("sqlite", "postgresql")
VIEWERS = 1000
_WARM_SECONDS = 2.0
_HOUR_MS = 3_600_000


@dataclass(frozen=True)
class Step:
    """One number of connections: the floor and the reports, with the server's CPU (ms) for one request of each."""

    connections: int
    empty: Outcome
    reports: Outcome
    empty_cpu_ms: float
    report_cpu_ms: float

    @property
    def ratio(self) -> float:
        return self.reports.per_second / self.empty.per_second if self.empty.per_second else 0.0


@dataclass
class Run:
    """What one database brought. `why_not` says why there is nothing."""

    engine: str
    steps: list[Step] = field(default_factory=list)
    crowd: Outcome | None = None
    crowd_cpu_ms: float = 0.0
    acknowledged: int = 0
    stored: int = 0
    bytes_per_hour: float | None = None
    why_not: str = ""

    @property
    def errors(self) -> list[str]:
        outcomes = [step.reports for step in self.steps] + ([self.crowd] if self.crowd else [])
        return [error for outcome in outcomes for error in outcome.errors]


def run(
    engine: str,
    folder: Path,
    *,
    connections: tuple[int, ...],
    seconds: float,
    crowd_seconds: float,
    say: Callable[[str], None],
) -> Run:
    """Measure one database. A machine without it is said so in `why_not`."""
    found = Run(engine)
    with contextlib.ExitStack() as stack:
        try:
            url = stack.enter_context(postgresql(durable=True)) if engine == "postgresql" else ""
        except NoPostgreSQL as error:
            found.why_not = str(error)
            return found
        say("the cast")
        site = stack.enter_context(Site(folder / "site", database_url=url, viewers=VIEWERS))
        empty = load.in_turn(site.viewers, Viewer.nothing)
        reports = load.in_turn(site.viewers, Viewer.report)
        for warming in (empty, reports):
            load.run(site.port, warming, connections=max(connections), seconds=_WARM_SECONDS)
        stored, size = site.stored()
        for count in connections:
            say(f"{count} connections")
            found.steps.append(_step(site, empty, reports, count, seconds))
        if crowd_seconds:
            say(f"{VIEWERS:,} viewers at once")
            before = site.cpu_seconds()
            found.crowd = load.crowd(site.port, site.viewers, seconds=crowd_seconds)
            answers = max(len(found.crowd.latencies_ms), 1)
            found.crowd_cpu_ms = 1000 * (site.cpu_seconds() - before) / answers
        after, size_after = site.stored()
        answered = [step.reports for step in found.steps] + ([found.crowd] if found.crowd else [])
        found.acknowledged = sum(len(outcome.latencies_ms) for outcome in answered)
        found.stored = after - stored
        if found.stored:
            found.bytes_per_hour = (size_after - size) / found.stored * _HOUR_MS / SPAN_MS
    return found


def _step(
    site: Site, empty: Iterator[bytes], reports: Iterator[bytes], connections: int, seconds: float
) -> Step:
    """Half of the time each, by turns: what else the machine does falls on both."""
    outcomes, spent = (Outcome(), Outcome()), [0.0, 0.0]
    for _turn in range(2):
        for place, requests in enumerate((empty, reports)):
            before = site.cpu_seconds()
            part = load.run(site.port, requests, connections=connections, seconds=seconds / 2)
            spent[place] += site.cpu_seconds() - before
            outcomes[place].seconds += part.seconds
            outcomes[place].latencies_ms += part.latencies_ms
            outcomes[place].errors += part.errors
    each = [
        1000 * cpu / max(len(outcome.latencies_ms), 1) for cpu, outcome in zip(spent, outcomes, strict=True)
    ]
    return Step(connections, *outcomes, empty_cpu_ms=each[0], report_cpu_ms=each[1])


def loads() -> tuple[float, int]:
    """Return how much else this machine was asked to do in the last minute, and how many cores it has."""
    return os.getloadavg()[0], os.cpu_count() or 1
