"""Recordings as other rooms see them: frozen, with their modes and stages, in the reader's language."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    Count,
    DurationField,
    ExpressionWrapper,
    F,
    Max,
    Min,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from media_pipeline.conductor import plan, rules
from media_pipeline.conductor.lines import Facts, JobSummary, is_open, lines_of
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings.models import Recording, Rendition, Slide
from media_pipeline.recordings.queries import OFFERED
from media_pipeline.recordings.sentences import sentence, warning
from media_pipeline.transcoding.ladder import ladder_for
from media_pipeline.uploads.models import Upload
from qianchang.people.models import Account

State = MediaJob.State
_PICTURED = (Recording.Content.SLIDES, Recording.Content.CAMERA, Recording.Content.MIXED)


class RecordingUnknown(Exception):
    """There is no such recording, or not for this account."""


@dataclass(frozen=True)
class ModeSummary:
    """One way to play a recording, with its price: bytes, and kbit/s as measured. `file` is its name in the storage."""

    mode: str
    label: str
    size_bytes: int
    average_kbits: int
    peak_kbits: int
    width: int | None
    height: int | None
    codecs: str
    file: str


@dataclass(frozen=True)
class RecordingSummary:
    """One recording: what it is, how far it is, and what can be played.

    `warnings` are sentences. `loudness_lufs` is the source's, before speech was made equally loud. `progress_percent` is
    of the processing; `can_…` say what would not be refused, whoever asks.
    """

    id: int
    public_id: uuid.UUID
    owner_id: int
    original_name: str
    state: str
    state_label: str
    size_bytes: int
    received_bytes: int
    content: str
    content_label: str
    duration_ms: int | None
    width: int | None
    height: int | None
    loudness_lufs: float | None
    slide_count: int
    generation: int
    failure_sentence: str
    warnings: tuple[str, ...]
    progress_percent: int
    modes: tuple[ModeSummary, ...]
    jobs: tuple[JobSummary, ...]
    can_cancel: bool
    can_retry: bool
    can_transcode_again: bool
    first_watchable_at: datetime | None
    ready_at: datetime | None
    received_at: datetime | None

    @property
    def has_ended(self) -> bool:
        """Tell whether nothing more will change by itself."""
        return not self.can_cancel and self.state not in (
            Recording.State.UPLOADING,
            Recording.State.PROCESSING,
        )


def recording_summary(recording_id: int) -> RecordingSummary:
    """Return one recording. Raises RecordingUnknown."""
    try:
        return recording_summaries([recording_id])[recording_id]
    except KeyError as error:
        raise RecordingUnknown(str(recording_id)) from error


def recording_summaries(ids: Iterable[int]) -> dict[int, RecordingSummary]:
    """Return recordings by id, in three queries however many they are. Unknown ids are left out."""
    return {summary.id: summary for summary in _summaries(Recording.objects.filter(pk__in=list(ids)))}


def modes_of(recording_id: int, *, slides: int) -> tuple[ModeSummary, ...]:
    """Return the ways of watching a recording with this many slides, least bytes first. One query."""
    ready = Rendition.objects.filter(recording_id=recording_id, mode__in=OFFERED).defer("playlist")
    return _modes(ready, slides=slides)


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
    # The confirmed bytes of an upload that is still running and the number of slides ride along in the first query.
    rows = list(recordings.annotate(received=_received(), slide_count=_slide_count()))
    ids = [row.pk for row in rows]
    modes: dict[int, list[Rendition]] = defaultdict(list)
    for rendition in Rendition.objects.filter(recording_id__in=ids, mode__in=OFFERED).defer("playlist"):
        modes[rendition.recording_id].append(rendition)
    tallies = tallies_of(MediaJob.objects.filter(recording_id__in=ids), now=timezone.now())
    return [_summary(row, modes[row.pk], tallies.get(row.pk, [])) for row in rows]


def tallies_of(jobs: QuerySet[MediaJob], *, now: datetime) -> dict[int, list[rules.Tally]]:
    """Add up the jobs of each recording's newest generation by kind and state: a long lecture has dozens of chunks."""
    took = ExpressionWrapper(F("finished_at") - F("started_at"), output_field=DurationField())
    again = Case(When(attempt__gt=1, then=F("attempt") - 1), default=Value(0))
    rows = (
        jobs.filter(generation=F("recording__generation"))
        .values("recording_id", "kind", "state")
        .annotate(
            count=Count("pk"),
            percent_sum=Sum("progress_percent"),
            retries=Sum(again),
            code=Max("error_code"),
            began=Min("started_at"),
            took=Sum(took),
        )
        .order_by()
    )
    found: dict[int, list[rules.Tally]] = defaultdict(list)
    for row in rows:
        found[row["recording_id"]].append(_tally(row, now=now))
    return found


def _tally(row: Mapping[str, Any], *, now: datetime) -> rules.Tally:
    seconds: float | None = None
    if row["state"] == State.RUNNING and row["began"]:
        seconds = (now - row["began"]).total_seconds()
    elif row["state"] == State.DONE and row["took"] is not None:
        seconds = row["took"].total_seconds()
    return rules.Tally(
        kind=row["kind"],
        state=row["state"],
        count=row["count"],
        percent_sum=row["percent_sum"],
        retries=row["retries"],
        code=row["code"],
        seconds=seconds,
    )


def _received() -> Subquery:
    uploads = Upload.objects.filter(recording=OuterRef("pk"), state=Upload.State.OPEN)
    return Subquery(uploads.values("offset")[:1])


def _slide_count() -> Coalesce:
    slides = Slide.objects.filter(recording=OuterRef("pk")).order_by().values("recording")
    return Coalesce(Subquery(slides.annotate(count=Count("pk")).values("count")), 0)


def _modes(renditions: Iterable[Rendition], *, slides: int) -> tuple[ModeSummary, ...]:
    return tuple(
        _mode(one, slides=slides) for one in sorted(renditions, key=lambda one: OFFERED.index(one.mode))
    )


def _summary(row: Recording, modes: list[Rendition], tallies: list[rules.Tally]) -> RecordingSummary:
    received: int | None = row.received  # type: ignore[attr-defined]
    slides: int = row.slide_count  # type: ignore[attr-defined]
    arrived = row.size_bytes if row.received_at else 0
    facts = Facts(row, _pictured_modes(row, modes), slides)
    working = is_open(tallies)
    stopped = any(
        tally.state in (State.FAILED, State.CANCELLED) for tally in tallies if tally.kind != "check"
    )
    kept = bool(row.original_file)
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
        content_label=row.get_content_display(),
        duration_ms=row.duration_ms,
        width=row.width,
        height=row.height,
        loudness_lufs=None if row.loudness_lufs is None else float(row.loudness_lufs),
        slide_count=slides,
        generation=row.generation,
        failure_sentence=sentence(row.failure_code),
        warnings=tuple(said for code in row.warnings if (said := warning(code))),
        progress_percent=rules.progress_of(tallies, pictured=facts.pictured),
        modes=_modes(modes, slides=slides),
        jobs=lines_of(facts, tallies),
        can_cancel=working and row.state != Recording.State.UPLOADING,
        # A refused file is refused again: the expert sends another one.
        can_retry=stopped
        and kept
        and row.state != Recording.State.REFUSED
        and row.owner_retries < plan.MAX_OWNER_RETRIES,
        can_transcode_again=kept and not working and bool(tallies),
        first_watchable_at=row.first_watchable_at,
        ready_at=row.ready_at,
        received_at=row.received_at,
    )


def _pictured_modes(row: Recording, modes: list[Rendition]) -> list[str]:
    """The modes with a picture: those published, or those that the ladder will make as soon as it is chosen."""
    made = [mode for mode in OFFERED if any(one.mode == mode and one.width for one in modes)]
    if made or row.content not in _PICTURED or not row.width or not row.height:
        return made
    return [
        step.mode for step in ladder_for(row.content, row.width, row.height, full=settings.MEDIA_FULL_MODE)
    ]


def _mode(rendition: Rendition, *, slides: int) -> ModeSummary:
    sound_only = rendition.mode == Rendition.Mode.AUDIO and not slides
    return ModeSummary(
        mode=rendition.mode,
        label=_("Audio") if sound_only else str(rendition.get_mode_display()),
        size_bytes=rendition.size_bytes,
        average_kbits=round(rendition.average_bps / 1000),
        peak_kbits=round(rendition.peak_bps / 1000),
        width=rendition.width,
        height=rendition.height,
        codecs=rendition.codecs,
        file=rendition.file,
    )
