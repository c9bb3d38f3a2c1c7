"""Arithmetic of the queue on plain values: how far a recording is, and how long the work will still take."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

# Seconds of one worker for each second of a recording, as long as nothing was measured on these machines yet. Assumed, and
# rather too long than too short: an estimate that is kept pleases more than one that is broken. The page says "assumed".
DEFAULT_COST: Mapping[str, float] = {
    "check": 0.002,
    "probe": 0.05,
    "audio": 0.03,
    "slides": 0.15,
    "chunk": 0.6,
    "package": 0.1,
    "text": 0.05,
}
# How much of a recording's processing each kind stands for, in per cent of a lecture with a picture.
WEIGHT: Mapping[str, int] = {"probe": 3, "audio": 5, "slides": 12, "chunk": 70, "package": 7, "text": 3}
# Kinds that a recording without a picture never needs.
PICTURED = frozenset({"slides", "chunk", "package", "text"})
# In the order in which several jobs on one line are told: what needs somebody, what goes on, what waits, what is over.
LOUDEST = ("failed", "running", "queued", "waiting", "cancelled", "done", "skipped")
# An estimate made from less than this says nothing.
_LEAST_SECONDS, _LEAST_PERCENT = 3.0, 2
_LONGEST_ESTIMATE_SECONDS = 24 * 3600.0


@dataclass(frozen=True)
class Tally:
    """The jobs of one kind in one state of one recording, added up."""

    kind: str
    state: str
    count: int = 1
    # Sum of the jobs' progress, 0 to 100 each.
    percent_sum: int = 0
    # How often one of them was begun again.
    retries: int = 0
    code: str = ""
    # Running: since the earliest of them began. Done: what all of them took together.
    seconds: float | None = None


def state_of(tallies: Iterable[Tally]) -> str:
    """Return the one state of several jobs: the loudest. Jobs that are done beside jobs that wait are running."""
    states = {tally.state for tally in tallies}
    if not states:
        return "waiting"
    loudest = min(states, key=LOUDEST.index)
    if "done" in states and loudest in ("queued", "waiting"):
        return "running"
    return loudest


def percent_of(tallies: Sequence[Tally]) -> int:
    """Return how far several jobs are together, 0 to 100; 100 only when every one of them is done or not needed."""
    counted = [tally for tally in tallies if tally.state != "skipped"]
    jobs = sum(tally.count for tally in counted)
    if not jobs:
        return 100 if tallies else 0
    reached = sum(100 * tally.count if tally.state == "done" else tally.percent_sum for tally in counted)
    whole = all(tally.state == "done" for tally in counted)
    return 100 if whole else min(99, max(0, reached // jobs))


def progress_of(tallies: Sequence[Tally], *, pictured: bool) -> int:
    """Return how far a whole recording is, 0 to 100. Chunks weigh most, because they take longest.

    Jobs that are not planned yet count as not begun: the chunks come after the slides.
    """
    by_kind: dict[str, list[Tally]] = {}
    for tally in tallies:
        by_kind.setdefault(tally.kind, []).append(tally)
    wanted = [
        kind
        for kind in WEIGHT
        if (pictured or kind not in PICTURED)
        and not (by_kind.get(kind) and state_of(by_kind[kind]) == "skipped")
    ]
    weight = sum(WEIGHT[kind] for kind in wanted)
    if not weight:
        return 0
    return sum(WEIGHT[kind] * percent_of(by_kind.get(kind, [])) for kind in wanted) // weight


def seconds_left(tallies: Sequence[Tally]) -> float | None:
    """Return how long jobs of one kind will still take, from their own speed: those done first, else those that run.

    None while nothing is known, for jobs of which none runs, and for what would be over a day: then it is a guess.
    """
    running = [tally for tally in tallies if tally.state == "running"]
    hands = sum(tally.count for tally in running)
    if not hands:
        return None
    done = [tally for tally in tallies if tally.state == "done" and tally.seconds is not None]
    done_jobs = sum(tally.count for tally in done)
    open_jobs = sum(tally.count for tally in tallies if tally.state in ("waiting", "queued", "running"))
    reached = sum(tally.percent_sum for tally in running) / 100
    if done_jobs:
        each = sum(tally.seconds or 0.0 for tally in done) / done_jobs
    else:
        elapsed = max(tally.seconds or 0.0 for tally in running)
        if elapsed < _LEAST_SECONDS or reached * 100 < _LEAST_PERCENT * hands:
            return None
        each = elapsed * hands / reached
    left = max(0.0, open_jobs - reached) * each / hands
    return left if left <= _LONGEST_ESTIMATE_SECONDS else None


@dataclass(frozen=True)
class Measured:
    """What finished jobs of one kind took, and how much of recordings they worked on, both in seconds."""

    work_seconds: float
    media_seconds: float
    jobs: int


@dataclass(frozen=True)
class Forecast:
    """How long one kind of work would keep one worker busy."""

    kind: str
    media_seconds: float
    cost: float
    measured_jobs: int

    @property
    def work_seconds(self) -> float:
        return self.media_seconds * self.cost


def forecast(
    remaining: Mapping[str, float],
    measured: Mapping[str, Measured],
    *,
    defaults: Mapping[str, float] = DEFAULT_COST,
) -> tuple[Forecast, ...]:
    """Return the work that is left, kind by kind: remaining media seconds × seconds for each of them.

    The cost is what recent jobs of the kind took; where they come to less than a second, the documented default.
    """
    lines = []
    for kind, media_seconds in remaining.items():
        known = measured.get(kind)
        usable = known is not None and known.media_seconds >= 1 and known.work_seconds > 0
        cost = known.work_seconds / known.media_seconds if known and usable else defaults.get(kind, 1.0)
        lines.append(Forecast(kind, max(0.0, media_seconds), cost, known.jobs if known and usable else 0))
    return tuple(lines)


def hours_of_queue(lines: Iterable[Forecast], *, workers: int) -> float:
    """Return the hours until the queue is empty with this many workers. Nobody at work counts as one: somebody will come."""
    return sum(line.work_seconds for line in lines) / max(1, workers) / 3600


def machine_of(worker: str) -> tuple[str, str]:
    """Return machine and process of a lease holder's name `host:pid:claim`; what is missing is empty."""
    host, _colon, rest = worker.partition(":")
    return host, rest.partition(":")[0]


def first_line(log: str, *, most: int = 160) -> str:
    """Return the first line of a log that says anything, cut to `most` characters."""
    said = next((line.strip() for line in log.splitlines() if line.strip()), "")
    return said if len(said) <= most else f"{said[: most - 1]}…"
