"""What reporting promises under load, as data, and which promises one run of the benchmark saw broken."""

from collections.abc import Mapping

from benchmarks.media.targets import Target, Verdict

# At this many connections the targets hold (engineering.md, "Targets").
CONNECTIONS = 32

TARGETS = (
    *(
        target
        for engine in ("sqlite", "postgresql")
        for target in (
            Target(f"{engine}_ratio", f"{engine}: reports / empty view, at 32 connections", at_least=0.40),
            Target(f"{engine}_p99_ms", f"{engine}: p99 of a report at 32 connections, ms", at_most=120),
            # With the player open and half a minute between reports nobody may notice a thousand others.
            Target(
                f"{engine}_crowd_p99_ms", f"{engine}: p99 of a report among 1,000 viewers, ms", at_most=120
            ),
            Target(f"{engine}_errors", f"{engine}: reports that failed", at_most=0),
            Target(f"{engine}_lost", f"{engine}: acknowledged reports that are not stored", at_most=0),
        )
    ),
)


def judge(figures: Mapping[str, float | None]) -> Verdict:
    """Hold the figures against the targets. What was not measured is never called kept."""
    missed, unmeasured = [], []
    for target in TARGETS:
        value = figures.get(target.figure)
        if value is None:
            unmeasured.append(target.figure)
        elif not target.met(value):
            missed.append(target.figure)
    return Verdict(tuple(missed), tuple(unmeasured))
