"""Recordings as other rooms see them: frozen, with their modes and jobs, in the reader's language."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import OuterRef, QuerySet, Subquery

from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording, Rendition
from media_pipeline.recordings.queries import MODE_ORDER
from media_pipeline.recordings.sentences import sentence
from media_pipeline.uploads.models import Upload
from qianchang.people.models import Account

_JOB_ORDER: tuple[str, ...] = (MediaJob.Kind.PROBE, MediaJob.Kind.AUDIO, MediaJob.Kind.VIDEO)


class RecordingUnknown(Exception):
    """There is no such recording, or not for this account."""


@dataclass(frozen=True)
class ModeSummary:
    """One way to play a recording, with its price: bytes, and kbit/s as measured."""

    mode: str
    label: str
    size_bytes: int
    average_kbits: int
    peak_kbits: int
    width: int | None
    height: int | None
    codecs: str


@dataclass(frozen=True)
class JobSummary:
    """One line of the expert's processing list."""

    kind: str
    label: str
    state: str
    state_label: str
    progress_percent: int
    sentence: str


@dataclass(frozen=True)
class RecordingSummary:
    """One recording: what it is, how far it is, and what can be played."""

    id: int
    public_id: uuid.UUID
    owner_id: int
    original_name: str
    state: str
    state_label: str
    size_bytes: int
    received_bytes: int
    content: str
    duration_ms: int | None
    width: int | None
    height: int | None
    failure_sentence: str
    modes: tuple[ModeSummary, ...]
    jobs: tuple[JobSummary, ...]
    first_watchable_at: datetime | None
    ready_at: datetime | None
    received_at: datetime | None


def recording_summary(recording_id: int) -> RecordingSummary:
    """Return one recording. Raises RecordingUnknown."""
    try:
        return recording_summaries([recording_id])[recording_id]
    except KeyError as error:
        raise RecordingUnknown(str(recording_id)) from error


def recording_summaries(ids: Iterable[int]) -> dict[int, RecordingSummary]:
    """Return recordings by id, in three queries however many they are. Unknown ids are left out."""
    return {summary.id: summary for summary in _summaries(Recording.objects.filter(pk__in=list(ids)))}


def recordings_of(owner: Account) -> list[RecordingSummary]:
    """Return every recording of an owner, newest first."""
    return _summaries(Recording.objects.filter(owner=owner).order_by("-created_at", "-pk"))


def recording_by_public_id(public_id: uuid.UUID) -> RecordingSummary:
    """Return one recording by the id that addresses show. Raises RecordingUnknown."""
    found = _summaries(Recording.objects.filter(public_id=public_id))
    if not found:
        raise RecordingUnknown(str(public_id))
    return found[0]


def _summaries(recordings: QuerySet[Recording]) -> list[RecordingSummary]:
    # The confirmed bytes of an upload that is still running ride along in the first query.
    rows = list(recordings.annotate(received=_received()))
    ids = [row.pk for row in rows]
    modes: dict[int, list[Rendition]] = defaultdict(list)
    for rendition in Rendition.objects.filter(recording_id__in=ids).defer("playlist"):
        modes[rendition.recording_id].append(rendition)
    jobs: dict[int, list[MediaJob]] = defaultdict(list)
    for job in MediaJob.objects.filter(recording_id__in=ids).defer("error_log"):
        jobs[job.recording_id].append(job)
    return [_summary(row, modes[row.pk], jobs[row.pk]) for row in rows]


def _received() -> Subquery:
    uploads = Upload.objects.filter(recording=OuterRef("pk"), state=Upload.State.OPEN)
    return Subquery(uploads.values("offset")[:1])


def _summary(row: Recording, modes: list[Rendition], jobs: list[MediaJob]) -> RecordingSummary:
    received: int | None = row.received  # type: ignore[attr-defined]
    arrived = row.size_bytes if row.received_at else 0
    return RecordingSummary(
        id=row.pk,
        public_id=row.public_id,
        owner_id=row.owner_id,
        original_name=row.original_name,
        state=row.state,
        state_label=row.get_state_display(),
        size_bytes=row.size_bytes,
        received_bytes=arrived if received is None else received,
        content=row.content,
        duration_ms=row.duration_ms,
        width=row.width,
        height=row.height,
        failure_sentence=sentence(row.failure_code),
        modes=tuple(_mode(one) for one in sorted(modes, key=lambda one: MODE_ORDER.index(one.mode))),
        jobs=tuple(_job(one) for one in sorted(jobs, key=lambda one: _JOB_ORDER.index(one.kind))),
        first_watchable_at=row.first_watchable_at,
        ready_at=row.ready_at,
        received_at=row.received_at,
    )


def _mode(rendition: Rendition) -> ModeSummary:
    return ModeSummary(
        mode=rendition.mode,
        label=rendition.get_mode_display(),
        size_bytes=rendition.size_bytes,
        average_kbits=round(rendition.average_bps / 1000),
        peak_kbits=round(rendition.peak_bps / 1000),
        width=rendition.width,
        height=rendition.height,
        codecs=rendition.codecs,
    )


def _job(job: MediaJob) -> JobSummary:
    return JobSummary(
        kind=job.kind,
        label=job.get_kind_display(),
        state=job.state,
        state_label=job.get_state_display(),
        progress_percent=job.progress_percent,
        sentence=sentence(job.error_code),
    )
