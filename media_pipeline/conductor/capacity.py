"""What the machines can still take: room on the disks, workers seen, and the hours until the queue is empty."""

import math
import shutil
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import BigIntegerField, Count, ExpressionWrapper, F, Q, QuerySet, Sum
from django.db.models.fields.json import KT
from django.db.models.functions import Cast
from django.utils.translation import gettext as _

from media_pipeline.conductor import rules
from media_pipeline.conductor.claims import LEASE_SECONDS
from media_pipeline.conductor.models import DiscImage, MediaJob
from media_pipeline.recordings import files

Kind, State = MediaJob.Kind, MediaJob.State
# A worker counts as there for this long after it last renewed a lease or ended a job.
SEEN_SECONDS = 60
# Speeds are those of the latest jobs: machines and ladders change.
_RECENT_JOBS = 300
# Below this share of a disk somebody should act.
_SCARCE = 0.1

_SPAN = ExpressionWrapper(
    Cast(KT("input__until_ms"), BigIntegerField()) - Cast(KT("input__from_ms"), BigIntegerField()),
    output_field=BigIntegerField(),
)


@dataclass(frozen=True)
class Room:
    """One disk and what of ours is on it. `total_bytes` is None for object storage, which has no end of its own."""

    label: str
    free_bytes: int | None
    total_bytes: int | None

    @property
    def used_percent(self) -> int:
        if not self.total_bytes or self.free_bytes is None:
            return 0
        return 100 - self.free_bytes * 100 // self.total_bytes

    @property
    def scarce(self) -> bool:
        return bool(self.total_bytes) and (self.free_bytes or 0) < (self.total_bytes or 0) * _SCARCE


@dataclass(frozen=True)
class WorkerSeen:
    """One worker process that held a lease within the last minute. `job_id` is None when it makes a disc, and when it has
    nothing just now: then `kind_label` is empty too.
    """

    machine: str
    process: str
    job_id: int | None
    kind_label: str
    recording_name: str


@dataclass(frozen=True)
class ForecastLine:
    """One kind of work that is left. `cost` is in seconds of a worker for each second of a recording."""

    label: str
    media_hours: float
    cost: float
    measured_jobs: int
    work_hours: float

    @property
    def cost_minutes(self) -> float:
        """Minutes of a worker for an hour of a recording."""
        return self.cost * 60


@dataclass(frozen=True)
class Capacity:
    """How long the queue will take, and why. `unmeasured` counts recordings whose length nobody knows yet."""

    hours: float
    lines: tuple[ForecastLine, ...]
    workers: tuple[WorkerSeen, ...]
    unmeasured: int

    @property
    def minutes(self) -> int:
        """The hours as whole minutes, for a queue that is short."""
        return math.ceil(self.hours * 60)

    @property
    def hands(self) -> int:
        """How many workers the hours are shared by: nobody at work counts as one."""
        return max(1, len(self.workers))

    @property
    def machines(self) -> tuple[str, ...]:
        return tuple(sorted({worker.machine for worker in self.workers if worker.machine}))


def rooms() -> tuple[Room, ...]:
    """Return the disks of work, uploads and recordings; folders on one disk are one line."""
    places: dict[int, tuple[list[str], Path]] = {}
    found: list[Room] = []
    for label, path in _folders():
        if path is None:
            found.append(Room(label, None, None))
            continue
        labels, _path = places.setdefault(path.stat().st_dev, ([], path))
        labels.append(label)
    disks = []
    for labels, path in places.values():
        usage = shutil.disk_usage(path)
        disks.append(Room(_(", ").join(labels), usage.free, usage.total))
    return (*disks, *found)


def _folders() -> Iterator[tuple[str, Path | None]]:
    yield _("work"), _standing(Path(settings.MEDIA_WORK_DIR))
    yield _("uploads"), _standing(Path(settings.UPLOAD_DIR))
    stored = files.local_path(files.storage(), "")
    yield _("recordings"), None if stored is None else _standing(stored)


def _standing(path: Path) -> Path:
    """The folder, or the nearest one above it that exists already."""
    path = path.absolute()
    while not path.exists() and path != path.parent:
        path = path.parent
    return path


def capacity(*, at: datetime) -> Capacity:
    """Return workers, speeds and the hours that are left, in four queries."""
    remaining, unmeasured = _remaining()
    forecasts = rules.forecast(remaining, _measured())
    workers = _workers(at=at)
    return Capacity(
        hours=rules.hours_of_queue(forecasts, workers=len(workers)),
        lines=tuple(
            ForecastLine(
                label=str(Kind(line.kind).label),
                media_hours=line.media_seconds / 3600,
                cost=line.cost,
                measured_jobs=line.measured_jobs,
                work_hours=line.work_seconds / 3600,
            )
            for line in forecasts
            if line.media_seconds
        ),
        workers=workers,
        unmeasured=unmeasured,
    )


def minutes_of_work(duration_ms: int | None) -> int | None:
    """Return how long one worker would need for a whole recording; None for one of unknown length. One query."""
    if duration_ms is None:
        return None
    lines = rules.forecast(dict.fromkeys(rules.WEIGHT, duration_ms / 1000), _measured())
    return max(1, round(sum(line.work_seconds for line in lines) / 60))


def of_newest_generation() -> QuerySet[MediaJob]:
    """The jobs that still mean something: those of each recording's newest generation."""
    return MediaJob.objects.filter(generation=F("recording__generation"))


def _remaining() -> tuple[dict[str, float], int]:
    """Seconds of recordings that each kind still has to work through, and how many recordings have no length yet."""
    left: dict[str, float] = dict.fromkeys(Kind.values, 0.0)
    unmeasured = set()
    rows = (
        of_newest_generation()
        .filter(state__in=[State.WAITING, State.QUEUED, State.RUNNING])
        .values("recording_id", "kind", "recording__duration_ms")
        .annotate(count=Count("pk"), percent_sum=Sum("progress_percent"), span=Sum(_SPAN))
        .order_by()
    )
    for row in rows:
        duration = row["recording__duration_ms"]
        if duration is None:
            unmeasured.add(row["recording_id"])
            continue
        share = max(0.0, 1 - row["percent_sum"] / 100 / row["count"])
        whole = row["span"] if row["span"] is not None else duration * row["count"]
        left[row["kind"]] += whole / 1000 * share
        if row["kind"] == Kind.SLIDES:
            # The chunks are made when the slides are known; they will be as long as the recording.
            left[Kind.CHUNK] += duration / 1000
    return left, len(unmeasured)


def _measured() -> dict[str, rules.Measured]:
    rows = (
        MediaJob.objects.filter(
            state=State.DONE,
            started_at__isnull=False,
            finished_at__isnull=False,
            recording__duration_ms__isnull=False,
        )
        .annotate(span=_SPAN)
        .order_by("-finished_at")
        .values_list("kind", "started_at", "finished_at", "span", "recording__duration_ms")[:_RECENT_JOBS]
    )
    work: Counter[str] = Counter()
    media: Counter[str] = Counter()
    jobs: Counter[str] = Counter()
    for kind, started_at, finished_at, span, duration in rows:
        if started_at is None or finished_at is None or duration is None:
            continue
        # Whole milliseconds: counters count.
        work[kind] += round((finished_at - started_at).total_seconds() * 1000)
        media[kind] += span if span is not None else duration
        jobs[kind] += 1
    return {kind: rules.Measured(work[kind] / 1000, media[kind] / 1000, jobs[kind]) for kind in jobs}


def _workers(*, at: datetime) -> tuple[WorkerSeen, ...]:
    alive = Q(state=State.RUNNING, lease_until__gt=at - timedelta(seconds=SEEN_SECONDS - LEASE_SECONDS))
    ended = Q(finished_at__gt=at - timedelta(seconds=SEEN_SECONDS)) & ~Q(state=State.RUNNING)
    rows = (
        MediaJob.objects.filter(alive | ended)
        .exclude(worker="")
        .order_by("worker")
        .values_list("worker", "state", "pk", "kind", "recording__original_name")
    )
    seen = _making_discs(alive | ended)
    for worker, state, job_id, kind, name in rows:
        machine, process = rules.machine_of(worker)
        if state == State.RUNNING:
            seen[machine, process] = WorkerSeen(machine, process, job_id, str(Kind(kind).label), name)
        else:
            seen.setdefault((machine, process), WorkerSeen(machine, process, None, "", ""))
    return tuple(seen[name] for name in sorted(seen))


def _making_discs(seen_lately: Q) -> dict[tuple[str, str], WorkerSeen]:
    """Return the workers that make discs, or just did, by machine and process. One query."""
    rows = DiscImage.objects.filter(seen_lately).exclude(worker="").order_by("worker")
    found: dict[tuple[str, str], WorkerSeen] = {}
    for worker, state, serial in rows.values_list("worker", "state", "serial"):
        machine, process = rules.machine_of(worker)
        if state == State.RUNNING:
            found[machine, process] = WorkerSeen(machine, process, None, _("disc image"), serial)
        else:
            found.setdefault((machine, process), WorkerSeen(machine, process, None, "", ""))
    return found
