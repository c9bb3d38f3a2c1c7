"""Which jobs a recording needs, what each of them waits for, and in which order free workers take them.

    CHECK                              looks at the first blocks while the rest is still on its way
    PROBE ─┬─ AUDIO ──────────┐
           └─ SLIDES ─┬─ CHUNK 0 … n ─┴─ PACKAGE
                      └─ TEXT

Plain values only: `advance.py` applies this to rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from media_pipeline.conductor.models import MediaJob

Kind, State = MediaJob.Kind, MediaJob.State

SHORT, MIDDLE, LONG = "short", "middle", "long"
WORK_QUEUES = (SHORT, MIDDLE, LONG)
# What a newcomer waits for (seconds) never waits behind sound and joining (minutes), and those not behind hours of video.
QUEUES: dict[str, str] = {
    Kind.CHECK: SHORT,
    Kind.PROBE: SHORT,
    Kind.AUDIO: MIDDLE,
    Kind.PACKAGE: MIDDLE,
    Kind.SLIDES: LONG,
    Kind.CHUNK: LONG,
    Kind.TEXT: LONG,
}
# Which kind a free worker takes first: what somebody waits for, then what ends a lecture, then the lowest mode.
RANKS: dict[str, int] = {kind: rank for rank, kind in enumerate(
    (Kind.CHECK, Kind.PROBE, Kind.PACKAGE, Kind.AUDIO, Kind.SLIDES, Kind.CHUNK, Kind.TEXT)
)}  # fmt: skip
# A recording is ready without these: a lecture whose slides nobody could find still plays.
OPTIONAL = (Kind.CHECK, Kind.SLIDES, Kind.TEXT)
PICTURED = (Kind.SLIDES, Kind.PACKAGE, Kind.TEXT)
AT_ONCE = (Kind.PROBE, Kind.AUDIO, Kind.SLIDES, Kind.PACKAGE, Kind.TEXT)

ENDED = (State.DONE, State.FAILED, State.SKIPPED, State.CANCELLED)
OPEN = (State.WAITING, State.QUEUED, State.RUNNING)
# So often an owner may have failed work begun again; an administrator may at any time.
MAX_OWNER_RETRIES = 3


@dataclass(frozen=True)
class Standing:
    """Where one job stands."""

    kind: str
    state: str


def unlocked(kind: str, jobs: Iterable[Standing]) -> bool:
    """Tell whether everything that a kind of job waits for is there."""
    states: dict[str, list[str]] = {}
    for job in jobs:
        states.setdefault(job.kind, []).append(job.state)

    def all_in(wanted: str, *accepted: str) -> bool:
        found = states.get(wanted, [])
        return bool(found) and all(state in accepted for state in found)

    match kind:
        case Kind.AUDIO | Kind.SLIDES:
            return all_in(Kind.PROBE, State.DONE)
        case Kind.TEXT:
            return all_in(Kind.SLIDES, State.DONE)
        case Kind.CHUNK:
            # Without a slide index the video is made all the same, with the ladder that suits anything.
            return all_in(Kind.SLIDES, State.DONE, State.FAILED)
        case Kind.PACKAGE:
            return all_in(Kind.CHUNK, State.DONE) and all_in(Kind.AUDIO, State.DONE)
        case _:
            return True


def complete(jobs: Iterable[Standing]) -> bool:
    """Tell whether every job that a finished recording must have is done, or not needed."""
    needed = [job for job in jobs if job.kind not in OPTIONAL]
    return bool(needed) and all(job.state in (State.DONE, State.SKIPPED) for job in needed)


def stopped(jobs: Iterable[Standing]) -> bool:
    """Tell whether a job that the recording cannot do without failed or was cancelled: then nothing new is begun."""
    return any(job.kind not in OPTIONAL and job.state in (State.FAILED, State.CANCELLED) for job in jobs)
