"""The processing queue as administrators see it: jobs grouped by recording, by age, state and machine."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import Count, Max, Min, Q, QuerySet
from django.db.models.functions import Coalesce, Left
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from media_pipeline.conductor import rules
from media_pipeline.conductor.capacity import Capacity, Room, capacity, of_newest_generation, rooms
from media_pipeline.conductor.discs.overview import DiscLine, disc_lines
from media_pipeline.conductor.lines import tried_again
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.plan import OPEN
from media_pipeline.conductor.queries import tallies_of
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.recordings.sentences import sentence

Kind, State = MediaJob.Kind, MediaJob.State
PER_PAGE = 20
_REFUSED = Q(recording__state=Recording.State.REFUSED)
# Nothing is lost by a look at the first blocks that failed: the file check sees all of it.
_TO_MEND = Q(state=State.FAILED) & ~_REFUSED & ~Q(kind=Kind.CHECK)
# What the filter "state" offers, and which jobs each choice means. A file that was refused is its expert's matter: it
# failed by its own fault, and does not stand among what an administrator has to mend.
STATES: dict[str, Q] = {
    "": Q(state__in=OPEN) | _TO_MEND,
    "queued": Q(state__in=[State.WAITING, State.QUEUED]),
    "running": Q(state=State.RUNNING),
    "failed": _TO_MEND,
    "refused": Q(state=State.FAILED) & _REFUSED,
    "cancelled": Q(state=State.CANCELLED),
    "done": Q(state=State.DONE),
}
# The classes of the tags in the stylesheet: done, waiting, needs somebody, going on.
COLOURS: dict[str, str] = {State.DONE: "ok", State.FAILED: "er", State.RUNNING: "br", State.QUEUED: "wa"}
# What an administrator reads where the expert is told that the administrator sees it.
REASONS: dict[Failure, Promise] = {
    Failure.NO_SPACE: gettext_lazy("No room was left on the disk. It is tried again by itself; make room."),
    Failure.TOOK_TOO_LONG: gettext_lazy("It took longer than it may and was stopped."),
    Failure.STALLED: gettext_lazy("It made no progress any more and was stopped."),
    Failure.OUTPUT_WRONG: gettext_lazy(
        "What was made does not match the recording, so it was not published."
    ),
    Failure.FILE_MISSING: gettext_lazy("The stored original cannot be found."),
    Failure.WORKER_LOST: gettext_lazy("Its worker died, or was cut off from the database."),
    Failure.INTERNAL: gettext_lazy("The platform itself made an error; the log says where."),
}
# Characters of a log that a list reads to find the first line that says anything.
_LOG_BEGINNING = 600


class JobUnknown(Exception):
    """There is no such job."""


@dataclass(frozen=True)
class Filter:
    """What of the queue is looked at. `recording` shows one recording's jobs one by one, whatever their state."""

    state: str = ""
    kind: str = ""
    machine: str = ""
    recording: uuid.UUID | None = None
    page: int = 1

    @property
    def query(self) -> str:
        """The filter as a query string, without its page."""
        said = {
            "state": self.state,
            "kind": self.kind,
            "machine": self.machine,
            "recording": str(self.recording or ""),
        }
        return urlencode({name: value for name, value in said.items() if value})

    def jobs(self) -> QuerySet[MediaJob]:
        """Return the jobs that pass."""
        found = of_newest_generation()
        if self.recording is not None:
            found = found.filter(recording__public_id=self.recording)
        if self.state or self.recording is None:
            found = found.filter(STATES[self.state])
        if self.kind:
            found = found.filter(kind=self.kind)
        if self.machine:
            found = found.filter(worker__startswith=f"{self.machine}:")
        return found


@dataclass(frozen=True)
class JobRow:
    """One job, or several of one kind that wait alike. `since` is when it came into its state."""

    id: int
    kind: str
    label: str
    count: int
    state: str
    state_label: str
    colour: str
    percent: int
    machine: str
    process: str
    since: datetime | None
    age: str
    retried: str
    reason: str
    log_line: str

    @property
    def state_filter(self) -> str:
        """The choice of the filter "state" that shows each job of this row."""
        return State.QUEUED if self.state == State.WAITING else self.state


@dataclass(frozen=True)
class Group:
    """One recording in the queue with its jobs. `hasten` is the job by which it is put first; None when none waits."""

    recording_id: int
    public_id: uuid.UUID
    name: str
    owner: str
    duration_ms: int | None
    percent: int
    rows: tuple[JobRow, ...]
    hasten: int | None
    can_retry: bool
    can_cancel: bool
    can_transcode_again: bool
    can_drop: bool


@dataclass(frozen=True)
class Counters:
    """How many jobs stand where, whatever the filter says."""

    queued: int
    running: int
    failed: int


@dataclass(frozen=True)
class QueueOverview:
    """The whole page of the queue."""

    which: Filter
    counters: Counters
    groups: tuple[Group, ...]
    page: Page[Any]
    capacity: Capacity
    rooms: tuple[Room, ...]
    discs: Sequence[DiscLine]
    at: datetime

    @property
    def tightest(self) -> Room | None:
        """The disk with the smallest share left: the figure that matters."""
        disks = [room for room in self.rooms if room.total_bytes]
        return max(disks, key=lambda room: room.used_percent, default=None)

    @property
    def nobody_works(self) -> bool:
        """Tell whether jobs wait though no worker was seen in the last minute."""
        waits = bool(self.counters.queued or self.counters.running) or any(
            line.state != State.FAILED for line in self.discs
        )
        return waits and not self.capacity.workers


@dataclass(frozen=True)
class JobDetail:
    """One job with everything that is known of it; `log` is the end of what its tools said, at most 8000 characters."""

    row: JobRow
    group: Group
    generation: int
    attempt: int
    most_attempts: int
    queued_at: datetime | None
    not_before: datetime | None
    started_at: datetime | None
    finished_at: datetime | None
    log: str = field(repr=False)


def queue_overview(*, which: Filter, at: datetime) -> QueueOverview:
    """Return the queue, in a fixed number of queries however long it is."""
    order = "-until" if which.state in ("done", "cancelled", "refused") else "since"
    found = (
        which.jobs()
        .values("recording_id")
        .annotate(since=Coalesce(Min("queued_at"), Min("recording__created_at")), until=Max("finished_at"))
        .order_by(order, "recording_id")
    )
    page = Paginator(found, PER_PAGE).get_page(which.page)
    ids = [row["recording_id"] for row in page.object_list]
    recordings = Recording.objects.select_related("owner").in_bulk(ids)
    tallies = tallies_of(MediaJob.objects.filter(recording_id__in=ids), now=at)
    jobs: dict[int, list[MediaJob]] = defaultdict(list)
    for job in _with_log_beginning(which.jobs().filter(recording_id__in=ids)):
        jobs[job.recording_id].append(job)
    return QueueOverview(
        which=which,
        counters=_counters(),
        groups=tuple(
            _group(recordings[pk], tallies.get(pk, []), jobs[pk], folded=which.recording is None, at=at)
            for pk in ids
            if pk in recordings
        ),
        page=page,
        capacity=capacity(at=at),
        rooms=rooms(),
        discs=disc_lines(),
        at=at,
    )


def job_detail(job_id: int, *, at: datetime) -> JobDetail:
    """Return one job with its log. Raises JobUnknown."""
    job = MediaJob.objects.select_related("recording__owner").filter(pk=job_id).first()
    if job is None:
        raise JobUnknown(str(job_id))
    recording = job.recording
    tallies = tallies_of(MediaJob.objects.filter(recording=recording), now=at).get(recording.pk, [])
    group = _group(recording, tallies, [job], folded=False, at=at)
    return JobDetail(
        row=group.rows[0],
        group=group,
        generation=job.generation,
        attempt=job.attempt,
        most_attempts=MediaJob.MAX_ATTEMPTS,
        queued_at=job.queued_at,
        not_before=job.not_before if job.state == State.QUEUED else None,
        started_at=job.started_at,
        finished_at=job.finished_at,
        log=job.error_log,
    )


def _with_log_beginning(jobs: QuerySet[MediaJob]) -> QuerySet[MediaJob]:
    """In the order of the list; of each log only its beginning is read."""
    beginning = Left("error_log", _LOG_BEGINNING)
    return jobs.defer("error_log", "input", "output").annotate(log=beginning).order_by("recording_id", "pk")


def _counters() -> Counters:
    counted = of_newest_generation().aggregate(
        queued=Count("pk", filter=STATES["queued"]),
        running=Count("pk", filter=STATES["running"]),
        failed=Count("pk", filter=STATES["failed"]),
    )
    return Counters(**counted)


def _group(
    recording: Recording,
    tallies: Sequence[rules.Tally],
    jobs: Sequence[MediaJob],
    *,
    folded: bool,
    at: datetime,
) -> Group:
    parts = sum(tally.count for tally in tallies if tally.kind == Kind.CHUNK)
    working = any(tally.state in OPEN for tally in tallies)
    stopped = any(
        tally.state in (State.FAILED, State.CANCELLED) for tally in tallies if tally.kind != Kind.CHECK
    )
    waits = any(tally.state in (State.WAITING, State.QUEUED) for tally in tallies)
    kept = bool(recording.original_file)
    ordered = sorted(jobs, key=lambda job: (Kind.values.index(job.kind), job.part))
    return Group(
        recording_id=recording.pk,
        public_id=recording.public_id,
        name=recording.original_name,
        owner=str(recording.owner),
        duration_ms=recording.duration_ms,
        percent=rules.progress_of(tallies, pictured=recording.content != Recording.Content.AUDIO),
        rows=tuple(_row(alike, parts=parts, at=at) for alike in _alike(ordered, folded=folded)),
        hasten=jobs[0].pk if waits and jobs else None,
        can_retry=stopped and kept and recording.state != Recording.State.REFUSED,
        can_cancel=working and recording.state != Recording.State.UPLOADING,
        can_transcode_again=kept and not working,
        can_drop=kept and not working,
    )


def _alike(jobs: Iterable[MediaJob], *, folded: bool) -> list[list[MediaJob]]:
    """Put together what waits or ended alike: fifty chunks in a line are one row, a failed one is its own."""
    piles: dict[tuple[object, ...], list[MediaJob]] = {}
    for job in jobs:
        key: tuple[object, ...] = (job.state, job.kind)
        if job.state == State.WAITING:
            key = (job.state,)
        if not folded or job.state in (State.RUNNING, State.FAILED) or job.error_code:
            key = (job.pk,)
        piles.setdefault(key, []).append(job)
    order = rules.LOUDEST
    return (
        sorted(piles.values(), key=lambda pile: order.index(pile[0].state))
        if folded
        else list(piles.values())
    )


def _row(jobs: Sequence[MediaJob], *, parts: int, at: datetime) -> JobRow:
    job = jobs[0]
    machine, process = rules.machine_of(job.worker)
    since = _since(job)
    return JobRow(
        id=job.pk,
        kind=job.kind,
        label=_label(jobs, parts=parts),
        count=len(jobs),
        state=job.state,
        state_label=str(job.get_state_display()),
        colour=COLOURS.get(job.state, ""),
        percent=job.progress_percent,
        machine=machine if len(jobs) == 1 else "",
        process=process if len(jobs) == 1 else "",
        since=since,
        age=age_words((at - since).total_seconds()) if since else "",
        retried=tried_again(max(0, job.attempt - 1)),
        reason=_reason(job.error_code),
        log_line=rules.first_line(getattr(job, "log", "")),
    )


def _reason(code: str) -> str:
    if not code:
        return ""
    try:
        failure = Failure(code)
    except ValueError:
        # A code of a later or earlier release.
        failure = Failure.INTERNAL
    return str(REASONS.get(failure, "")) or sentence(failure)


def _label(jobs: Sequence[MediaJob], *, parts: int) -> str:
    job = jobs[0]
    kinds = list(dict.fromkeys(str(each.get_kind_display()) for each in jobs))
    if len(kinds) > 1:
        return _(", ").join(kinds)
    if job.kind != Kind.CHUNK or parts < 2:
        return kinds[0]
    if len(jobs) == 1:
        return _("%(kind)s, part %(part)d of %(parts)d") % {
            "kind": kinds[0],
            "part": job.part + 1,
            "parts": parts,
        }
    said = ngettext("%(kind)s, %(count)d part", "%(kind)s, %(count)d parts", len(jobs))
    return said % {"kind": kinds[0], "count": len(jobs)}


def _since(job: MediaJob) -> datetime | None:
    match job.state:
        case State.RUNNING:
            return job.started_at
        case State.QUEUED:
            return job.queued_at
        case State.WAITING:
            return None
        case _:
            return job.finished_at


def age_words(seconds: float) -> str:
    """Return an age as its largest unit: "4 min", "3 h", "2 days"."""
    minutes = max(0, int(seconds // 60))
    if minutes < 1:
        return _("under a minute")
    if minutes < 60:
        return _("%(minutes)d min") % {"minutes": minutes}
    if minutes < 48 * 60:
        return _("%(hours)d h") % {"hours": minutes // 60}
    days = minutes // (24 * 60)
    return ngettext("%(count)d day", "%(count)d days", days) % {"count": days}
