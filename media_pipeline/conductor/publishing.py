"""What becomes visible when a stage ends: facts, sound, slides, chunks, renditions, slide text.

Each is one transaction that ends the job, writes what it made and queues what is next. It happens only while the claim's
fence stands (LeaseLost otherwise), so a late worker changes nothing, and no half of anything is ever seen.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet

from media_pipeline.conductor.advance import advance, locked, make_chunks
from media_pipeline.conductor.claims import Claim, finish
from media_pipeline.conductor.models import MediaJob
from media_pipeline.recordings import events, files
from media_pipeline.recordings.failures import Warned
from media_pipeline.recordings.models import OutdatedFile, Recording, Rendition, Slide, Storyboard

# Storing and publishing takes minutes; who has not done it after this is dead.
_UNPUBLISHED = timedelta(days=2)


@dataclass(frozen=True)
class ProbedFacts:
    """What the probe found out about a recording. `demuxer` says whether it can be cut into chunks."""

    duration_ms: int
    width: int | None
    height: int | None
    demuxer: str = "mov"
    warnings: tuple[Warned, ...] = ()
    # What the later stages work by: `rules.recorded`, and the size of the file that it was read from.
    on_record: Mapping[str, object] = field(default_factory=dict)

    @property
    def content(self) -> Recording.Content:
        return Recording.Content.VIDEO if self.width else Recording.Content.AUDIO


def publish_facts(held: Claim, *, facts: ProbedFacts, at: datetime) -> None:
    """Write down what the probe found. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        output = {"duration_ms": facts.duration_ms, "demuxer": facts.demuxer, **facts.on_record}
        finish(held, output=output, at=at)
        recording.duration_ms, recording.width, recording.height = (
            facts.duration_ms,
            facts.width,
            facts.height,
        )
        recording.content = facts.content
        recording.warnings = [str(code) for code in facts.warnings]
        recording.save(update_fields=["duration_ms", "width", "height", "content", "warnings"])
        advance(recording, at=at)


def publish_sound(
    held: Claim,
    *,
    renditions: Sequence[Rendition],
    loudness_lufs: Decimal,
    warnings: Iterable[Warned],
    at: datetime,
) -> None:
    """Make the sound visible: the first thing that can be heard. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        finish(held, output={"files": {one.mode: one.file for one in renditions}}, at=at)
        recording.loudness_lufs = loudness_lufs
        recording.warnings = sorted({*recording.warnings, *map(str, warnings)})
        recording.save(update_fields=["loudness_lufs", "warnings"])
        _replace(recording, held, renditions, at=at)
        advance(recording, at=at)


def publish_slides(
    held: Claim, *, content: str, slides: Sequence[Slide], storyboard: Storyboard | None, at: datetime
) -> None:
    """Make the slide index and the storyboard visible, and cut the video into chunks. Raises LeaseLost.

    An index that the expert has edited is kept: detection does not know better than who gave the lecture. All slides of
    a recording come from one claim, so their pictures share its fence.
    """
    with transaction.atomic():
        recording = locked(held.recording_id)
        # An audio-only recording never gets here, so the content is one of the three kinds of picture.
        recording.content = content
        recording.save(update_fields=["content"])
        kept = recording.slides.filter(edited_at__isnull=False).exists()
        finish(held, output={"content": content, "slides": len(slides), "kept": kept}, at=at)
        if kept:
            outdate((slide.picture for slide in slides), at=at)
        else:
            outdate(recording.slides.values_list("picture", flat=True), at=files.links_over(at))
            recording.slides.all().delete()
            _keep(slide.picture for slide in slides)
            for slide in slides:
                slide.recording, slide.fence = recording, held.fence
            Slide.objects.bulk_create(slides)
        _replace_storyboard(recording, held, storyboard, at=at)
        make_chunks(recording, content=content)
        advance(recording, at=at)
        events.announce(events.recording_words_changed, recording_id=recording.pk, at=at)


def publish_chunk(held: Claim, *, names: Mapping[str, str], at: datetime) -> None:
    """Write down where the renditions of one chunk stand in the storage, by mode. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        finish(held, output={"files": dict(names)}, at=at)
        _keep(names.values())
        advance(recording, at=at)


def publish_renditions(held: Claim, *, renditions: Sequence[Rendition], at: datetime) -> None:
    """Make joined, verified, stored renditions visible, all at once, and let the chunks go. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        finish(held, output={"files": {one.mode: one.file for one in renditions}}, at=at)
        _replace(recording, held, renditions, at=at)
        made = {one.mode for one in renditions} | {Rendition.Mode.AUDIO, Rendition.Mode.AAC}
        # A ladder of today may have fewer modes than the one before.
        _drop(recording.renditions.exclude(mode__in=made), at=at)
        outdate(chunk_files(recording), at=at)
        advance(recording, at=at)


def publish_text(held: Claim, *, texts: Mapping[int, str], at: datetime) -> None:
    """Write down what is legible on each slide, by the slide's number. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        finish(held, output={"slides": len(texts)}, at=at)
        slides = list(recording.slides.filter(number__in=texts))
        for slide in slides:
            slide.text, slide.text_read_at = texts[slide.number], at
        Slide.objects.bulk_update(slides, ["text", "text_read_at"])
        events.announce(events.recording_words_changed, recording_id=recording.pk, at=at)


def publish_first_look(
    held: Claim, *, output: Mapping[str, object], warnings: Iterable[Warned], at: datetime
) -> None:
    """Write down what the first blocks of an upload say. Raises LeaseLost."""
    with transaction.atomic():
        recording = locked(held.recording_id)
        finish(held, output=dict(output), at=at)
        if recording.state == Recording.State.UPLOADING:
            recording.warnings = [str(code) for code in warnings]
            # What the look could not tell yet stays unknown; the file check writes all of it anew.
            for fact in ("duration_ms", "width", "height"):
                setattr(recording, fact, output.get(fact))
            recording.save(update_fields=["warnings", "duration_ms", "width", "height"])


def chunk_files(recording: Recording) -> list[str]:
    """Return the storage names of every chunk that a recording still has, of any generation."""
    outputs = MediaJob.objects.filter(recording=recording, kind=MediaJob.Kind.CHUNK).values_list(
        "output", flat=True
    )
    return [name for output in outputs for name in output.get("files", {}).values()]


def outdate(names: Iterable[str], *, at: datetime) -> None:
    """Let stored files go after `at`: nothing points to them any more."""
    OutdatedFile.objects.bulk_create(
        [OutdatedFile(name=name, delete_after=at) for name in dict.fromkeys(names)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["delete_after"],
    )


def announce_files(names: Iterable[str], *, at: datetime) -> None:
    """Write down the names of files that are about to be stored. They go again unless a stage publishes them in time."""
    outdate(names, at=at + _UNPUBLISHED)


def take_back(names: Sequence[str]) -> None:
    """Delete what was announced and stored, but not published."""
    for unpublished in OutdatedFile.objects.filter(name__in=names):
        files.storage().delete(unpublished.name)
        unpublished.delete()


def _keep(names: Iterable[str]) -> None:
    """From here on rows point to these files: they stay."""
    OutdatedFile.objects.filter(name__in=list(names)).delete()


def _replace(recording: Recording, held: Claim, renditions: Sequence[Rendition], *, at: datetime) -> None:
    modes = [one.mode for one in renditions]
    kept = [one.file for one in renditions]
    _drop(recording.renditions.filter(mode__in=modes), at=at, but=kept)
    _keep(kept)
    for rendition in renditions:
        rendition.recording, rendition.fence, rendition.published_at = recording, held.fence, at
        rendition.save(force_insert=True)
    if recording.first_watchable_at is None:
        recording.first_watchable_at = at
        recording.save(update_fields=["first_watchable_at"])
        events.announce(events.recording_watchable, recording_id=recording.pk, at=at)


def _drop(renditions: QuerySet[Rendition], *, at: datetime, but: Sequence[str] = ()) -> None:
    outdate(
        (name for name in renditions.values_list("file", flat=True) if name not in but),
        at=files.links_over(at),
    )
    renditions.delete()


def _replace_storyboard(
    recording: Recording, held: Claim, storyboard: Storyboard | None, *, at: datetime
) -> None:
    before = Storyboard.objects.filter(recording=recording)
    outdate(before.values_list("file", flat=True), at=files.links_over(at))
    before.delete()
    if storyboard is not None:
        _keep([storyboard.file])
        storyboard.recording, storyboard.fence = recording, held.fence
        storyboard.save(force_insert=True)
