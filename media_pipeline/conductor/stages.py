"""What each stage of a recording does: the tools in order, the checks after them, and what is published in the end."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.db import close_old_connections
from django.utils import timezone

from media_pipeline.conductor import publishing
from media_pipeline.conductor.check import check
from media_pipeline.conductor.claims import Claim, LeaseLost
from media_pipeline.conductor.heartbeat import Pulse
from media_pipeline.conductor.made import Made, rendition_of, slides_of, storyboard_of, verified
from media_pipeline.conductor.models import MediaJob
from media_pipeline.conductor.stored import kept, taken
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure, RecordingRefused, StageFailed
from media_pipeline.recordings.models import Recording
from media_pipeline.transcoding import analysis, encode, reading, rules
from media_pipeline.transcoding.chunks import Span
from media_pipeline.transcoding.ladder import OPUS, Step, ladder_for
from media_pipeline.transcoding.rules import Source, Timeline

Kind = MediaJob.Kind


@dataclass(frozen=True)
class Run:
    """One attempt at one job: its claim, its heartbeat, and a folder that nobody else uses."""

    held: Claim
    pulse: Pulse
    folder: Path

    @property
    def recording(self) -> Recording:
        return Recording.objects.get(pk=self.held.recording_id)

    def now(self) -> datetime:
        """The moment at which something of this run is written down. The database was not spoken to while tools ran, for
        minutes or hours: a connection that it closed meanwhile is opened anew.
        """
        close_old_connections()
        return timezone.now()


def run_stage(run: Run) -> None:
    """Do the stage that the claim is for. Raises RecordingRefused, StageFailed, ToolCancelled and LeaseLost."""
    stages: dict[str, Callable[[Run], None]] = {
        Kind.CHECK: check_stage,
        Kind.PROBE: _probe,
        Kind.AUDIO: _audio,
        Kind.SLIDES: _slides,
        Kind.CHUNK: _chunk,
        Kind.PACKAGE: _package,
        Kind.TEXT: _text,
    }
    stages[run.held.kind](run)


def check_stage(run: Run) -> None:
    check(run.held, folder=run.folder, cancelled=run.pulse.lost, at=run.now())


def _probe(run: Run) -> None:
    with _local(run, run.recording.original_file, "original") as path:
        facts, timeline = _judged(run, path)
        picture = facts.picture
        found = publishing.ProbedFacts(
            duration_ms=timeline.duration_ms,
            width=picture.width if picture else None,
            height=picture.height if picture else None,
            demuxer=facts.demuxer,
            warnings=tuple(rules.warnings(facts)),
            on_record={"size_bytes": path.stat().st_size, **rules.recorded(facts, timeline)},
        )
    publishing.publish_facts(run.held, facts=found, at=run.now())


def _audio(run: Run) -> None:
    opus, aac = run.folder / "audio.mp4", run.folder / "aac.mp4"
    with _source(run) as (path, facts, timeline):
        loudness = encode.make_sound(
            path, facts, timeline, opus=opus, aac=aac, on_percent=run.pulse.tell, cancelled=run.pulse.lost
        )
    made = [
        verified(path.stem, path, timeline, pictured=False, cancelled=run.pulse.lost) for path in (opus, aac)
    ]
    with _stored(run, made) as names:
        publishing.publish_sound(
            run.held,
            renditions=[rendition_of(one, name) for one, name in zip(made, names, strict=True)],
            loudness_lufs=loudness.lufs,
            warnings=rules.warnings(facts, lufs=loudness.lufs),
            at=run.now(),
        )


def _slides(run: Run) -> None:
    with _source(run) as (path, facts, timeline):
        found = analysis.analyse(
            path, facts, timeline, folder=run.folder, on_percent=run.pulse.tell, cancelled=run.pulse.lost
        )
    public_id = run.recording.public_id
    slides = slides_of(found, public_id=public_id, fence=run.held.fence)
    storyboard = storyboard_of(found, public_id=public_id, fence=run.held.fence)
    pictures = [(one.picture, slide.picture) for one, slide in zip(found.slides, slides, strict=True)]
    with _kept(run, [*pictures, (found.storyboard.file, storyboard.file)]):
        publishing.publish_slides(
            run.held, content=found.content, slides=slides, storyboard=storyboard, at=run.now()
        )


def _chunk(run: Run) -> None:
    told = run.held.input
    span = Span(told["from_ms"], told["until_ms"])
    with _source(run) as (path, facts, timeline):
        steps = _steps(facts, content=told["content"], full=told["full"])
        made = encode.make_chunk(
            path,
            facts,
            timeline,
            span,
            steps,
            folder=run.folder,
            on_percent=run.pulse.tell,
            cancelled=run.pulse.lost,
        )
    recording = run.recording
    names = {
        mode: files.chunk_name(recording.public_id, run.held.generation, run.held.part, run.held.fence, mode)
        for mode in made
    }
    with _kept(run, [(path, names[mode]) for mode, path in made.items()]):
        publishing.publish_chunk(run.held, names=names, at=run.now())


def _package(run: Run) -> None:
    recording = run.recording
    jobs = MediaJob.objects.filter(recording=recording, generation=run.held.generation)
    chunks = list(jobs.filter(kind=Kind.CHUNK).order_by("part"))
    sounds = jobs.get(kind=Kind.AUDIO).output["files"]
    told = chunks[0].input
    with _source(run) as (_path, facts, timeline):
        steps = _steps(facts, content=told["content"], full=told["full"])
    made = []
    for number, step in enumerate(steps):
        output = run.folder / f"{step.mode}.mp4"
        with ExitStack() as stack:
            parts = [
                stack.enter_context(
                    _local(run, chunk.output["files"][step.mode], f"{step.mode}-{chunk.part}")
                )
                for chunk in chunks
            ]
            sound_file = sounds["audio" if step.sound == OPUS else "aac"]
            sound = stack.enter_context(_local(run, sound_file, f"{step.mode}-sound"))
            encode.join(parts, sound, output, step, timeline, cancelled=run.pulse.lost)
        made.append(verified(step.mode, output, timeline, pictured=True, cancelled=run.pulse.lost))
        run.pulse.tell(100 * (number + 1) // (len(steps) + 1))
    with _stored(run, made) as names:
        publishing.publish_renditions(
            run.held,
            renditions=[rendition_of(one, name) for one, name in zip(made, names, strict=True)],
            at=run.now(),
        )


def _text(run: Run) -> None:
    texts: dict[int, str] = {}
    slides = list(run.recording.slides.all())
    for done, slide in enumerate(slides):
        if run.pulse.lost():
            raise LeaseLost(str(run.held))
        with _local(run, slide.picture, f"slide-{slide.number}") as picture:
            texts[slide.number] = reading.read_text(picture)
        run.pulse.tell(100 * done // len(slides))
    publishing.publish_text(run.held, texts=texts, at=run.now())


def _steps(facts: Source, *, content: str, full: bool) -> tuple[Step, ...]:
    assert facts.picture is not None  # noqa: S101 (chunks are only made of recordings with a picture)
    picture = facts.picture
    return ladder_for(content, picture.width, picture.height, frame_rate=picture.even_rate, full=full)


@contextmanager
def _source(run: Run) -> Iterator[tuple[Path, Source, Timeline]]:
    """Yield the original as a local file, with what the file check found out about it.

    It read every packet once; to do so again for each chunk would cost the square of a lecture's length, and a machine in
    trouble would have a say in what a good file is. The size tells whether these are still the bytes that it read.
    """
    recording = run.recording
    probe = MediaJob.objects.get(recording=recording, generation=run.held.generation, kind=Kind.PROBE)
    with _local(run, recording.original_file, "original") as path:
        if "source" in probe.output:
            size_bytes = path.stat().st_size
            if size_bytes != probe.output["size_bytes"]:
                raise StageFailed(
                    Failure.FILE_MISSING, f"{size_bytes} bytes instead of {probe.output['size_bytes']}"
                )
            facts, timeline = rules.remembered(probe.output)
        else:
            # Checked by a release that wrote down only the length.
            try:
                facts, timeline = _judged(run, path)
            except RecordingRefused as refused:
                raise StageFailed(Failure.INTERNAL, f"passed its check, but now: {refused}") from refused
        yield path, facts, timeline


def _judged(run: Run, path: Path) -> tuple[Source, Timeline]:
    facts = encode.probe(path, folder=run.folder, cancelled=run.pulse.lost)
    return facts, encode.measure(path, facts, folder=run.folder, cancelled=run.pulse.lost)


@contextmanager
def _local(run: Run, name: str, into: str) -> Iterator[Path]:
    """Yield a stored file as a local path. Raises StageFailed when the storage does not have it."""
    with taken(name, folder=run.folder / f"from-{into}") as path:
        yield path


@contextmanager
def _stored(run: Run, made: Iterable[Made]) -> Iterator[list[str]]:
    """Yield the storage names of finished renditions, which are kept only if the block publishes them."""
    public_id, fence = run.recording.public_id, run.held.fence
    pairs = [(one.path, files.rendition_name(public_id, fence, one.mode)) for one in made]
    with _kept(run, pairs) as names:
        yield names


@contextmanager
def _kept(run: Run, pairs: Iterable[tuple[Path, str]]) -> Iterator[list[str]]:
    """Store files under this claim's fence, and take them away again when the block could not publish them."""
    with kept(pairs, lost=run.pulse.lost, now=run.now) as names:
        yield names
