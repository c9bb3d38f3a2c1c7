"""After every ending: queue what is unlocked now, make the chunks, and call a recording ready. Under the recording's lock,
because two chunks that end in the same instant must not both leave it to the other.
"""

from datetime import datetime

from django.conf import settings
from django.db.models import Max, QuerySet

from media_pipeline.conductor import plan
from media_pipeline.conductor.dispatch import wake
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import events
from media_pipeline.recordings.models import Recording
from media_pipeline.transcoding.chunks import spans
from media_pipeline.transcoding.ladder import ladder_name
from qianchang.groundwork import audit

Kind, State = MediaJob.Kind, MediaJob.State


def locked(recording_id: int) -> Recording:
    """Return a recording that nobody else changes until the transaction ends."""
    return Recording.objects.select_for_update(no_key=True).get(pk=recording_id)


def make_jobs(recording: Recording) -> None:
    """Make the rows of the recording's generation. Doing it again changes nothing."""
    for kind in plan.AT_ONCE:
        MediaJob.objects.get_or_create(
            recording=recording, generation=recording.generation, kind=kind, defaults=_fresh(recording)
        )


def make_chunks(recording: Recording, *, content: str) -> None:
    """Make one job for each chunk of the video, told its times and its ladder. Doing it again changes nothing.

    `content` chooses the ladder: slides, camera or mixed.
    """
    probed = _of(recording).get(kind=Kind.PROBE).output
    ladder = {"content": content, "ladder": ladder_name(content), "full": settings.MEDIA_FULL_MODE}
    found = spans(probed["duration_ms"], probed["demuxer"], chunk_seconds=settings.MEDIA_CHUNK_SECONDS)
    for part, span in enumerate(found):
        MediaJob.objects.get_or_create(
            recording=recording,
            generation=recording.generation,
            kind=Kind.CHUNK,
            part=part,
            defaults={
                **_fresh(recording),
                "input": {**ladder, "from_ms": span.from_ms, "until_ms": span.until_ms},
            },
        )


def _fresh(recording: Recording) -> dict[str, object]:
    """A later generation's fences begin above all earlier ones, so that no file name is ever used twice."""
    earlier = MediaJob.objects.filter(recording=recording, generation__lt=recording.generation)
    return {"fence": earlier.aggregate(highest=Max("fence"))["highest"] or 0}


def advance(recording: Recording, *, at: datetime) -> None:
    """Queue every waiting job whose turn has come; when nothing is left to do, the recording is ready."""
    if recording.content == Recording.Content.AUDIO:
        _of(recording).filter(kind__in=plan.PICTURED, state=State.WAITING).update(
            state=State.SKIPPED, finished_at=at
        )
    standing = [plan.Standing(*row) for row in _of(recording).values_list("kind", "state")]
    if plan.stopped(standing):
        return
    for kind in Kind.values:
        if not plan.unlocked(kind, standing):
            continue
        queued = (
            _of(recording)
            .filter(kind=kind, state=State.WAITING)
            .update(state=State.QUEUED, queued_at=at, not_before=None)
        )
        if queued:
            wake(plan.QUEUES[kind], queued)
    if plan.complete(standing):
        _ready(recording, at=at)


def _of(recording: Recording) -> QuerySet[MediaJob]:
    return MediaJob.objects.filter(recording=recording, generation=recording.generation)


def _ready(recording: Recording, *, at: datetime) -> None:
    """Say that every mode is there: once for each generation."""
    unfinished = Recording.objects.filter(pk=recording.pk).exclude(
        state=Recording.State.READY, ready_generation=recording.generation
    )
    if not unfinished.update(
        state=Recording.State.READY,
        ready_generation=recording.generation,
        ready_at=recording.ready_at or at,
        failure_code="",
    ):
        return
    audit.record(
        "recording ready", object_type="recording", object_key=str(recording.pk), by=None, at=at,
        generation=recording.generation,
    )  # fmt: skip
    events.announce(events.recording_ready, recording_id=recording.pk, at=at)
