"""What each stage of a recording does: the tools in order, the checks after them, and what is published in the end."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

from django.utils import timezone

from media_pipeline.conductor import operations
from media_pipeline.conductor.heartbeat import Pulse
from media_pipeline.conductor.models import MediaJob
from media_pipeline.packaging.inspect import Packaged, packaged
from media_pipeline.recordings import files
from media_pipeline.recordings.failures import Failure, StageFailed
from media_pipeline.recordings.models import Recording, Rendition
from media_pipeline.transcoding import encode
from media_pipeline.transcoding.commands import Output
from media_pipeline.transcoding.ladder import AUDIO, LIGHT, STANDARD, Step
from media_pipeline.transcoding.rules import Source, Timeline, tolerance_ms


@dataclass(frozen=True)
class Run:
    """One attempt at one job: its claim, its heartbeat, and a folder that nobody else uses."""

    held: operations.Claim
    pulse: Pulse
    folder: Path

    @property
    def recording(self) -> Recording:
        return Recording.objects.get(pk=self.held.recording_id)

    def now(self) -> datetime:
        """The moment at which something of this run is written down."""
        return timezone.now()


def run_stage(run: Run) -> None:
    """Do the stage that the claim is for. Raises RecordingRefused, StageFailed, ToolCancelled and LeaseLost."""
    match run.held.kind:
        case MediaJob.Kind.PROBE:
            _probe(run)
        case MediaJob.Kind.AUDIO:
            _audio(run)
        case MediaJob.Kind.VIDEO:
            _video(run)
        case unknown:
            raise StageFailed(Failure.INTERNAL, f"no stage for {unknown}")


def _probe(run: Run) -> None:
    with _source(run) as (_path, facts, timeline):
        picture = facts.picture
        found = operations.ProbedFacts(
            duration_ms=timeline.duration_ms,
            width=picture.width if picture else None,
            height=picture.height if picture else None,
        )
    operations.publish_facts(run.held, facts=found, at=run.now())


def _audio(run: Run) -> None:
    output = Output(AUDIO, run.folder / "audio.mp4")
    with _source(run) as (path, facts, timeline):
        encode.make_audio(path, facts, timeline, output, on_percent=run.pulse.tell, cancelled=run.pulse.lost)
    _publish(run, [output], timeline)


def _video(run: Run) -> None:
    outputs = [Output(step, run.folder / f"{step.mode}.mp4") for step in (LIGHT, STANDARD)]
    with _source(run) as (path, facts, timeline):
        encode.make_video(path, facts, timeline, outputs, on_percent=run.pulse.tell, cancelled=run.pulse.lost)
    _publish(run, outputs, timeline)


@contextmanager
def _source(run: Run) -> Iterator[tuple[Path, Source, Timeline]]:
    """Yield the original as a local file, judged anew: what it is, is never taken on trust from an earlier stage."""
    try:
        with files.local_copy(run.recording.original_file, folder=run.folder) as path:
            facts = encode.probe(path, folder=run.folder, cancelled=run.pulse.lost)
            yield path, facts, encode.measure(path, facts, folder=run.folder, cancelled=run.pulse.lost)
    except FileNotFoundError as error:
        raise StageFailed(Failure.FILE_MISSING, str(error)) from error


def _publish(run: Run, outputs: list[Output], timeline: Timeline) -> None:
    """Verify every output, store it under this claim's fence, and publish all of them in one guarded step."""
    checked = [(output, _verified(run, output, timeline)) for output in outputs]
    recording = run.recording
    stored: list[str] = []
    try:
        renditions = []
        for output, facts in checked:
            if run.pulse.lost():
                raise operations.LeaseLost(str(run.held))
            name = files.rendition_name(recording.public_id, run.held.fence, output.step.mode)
            stored.append(files.keep(output.path, name))
            renditions.append(_rendition(output.step, stored[-1], facts))
        operations.publish_renditions(run.held, renditions=renditions, at=run.now())
    except operations.LeaseLost:
        # Under our own fence: nobody else's file has these names.
        for name in stored:
            files.storage().delete(name)
        raise


def _verified(run: Run, output: Output, timeline: Timeline) -> Packaged:
    facts = packaged(
        output.path,
        file=f"{output.step.mode}.mp4",
        expected_ms=timeline.duration_ms,
        tolerance_ms=tolerance_ms(timeline.duration_ms),
        pictured=output.step.picture is not None,
    )
    pictures = encode.decode(output.path, cancelled=run.pulse.lost)
    if output.step.picture and pictures != len(facts.segments):
        raise StageFailed(Failure.OUTPUT_WRONG, f"{pictures} key pictures in {len(facts.segments)} segments")
    return facts


def _rendition(step: Step, name: str, facts: Packaged) -> Rendition:
    rate = facts.frame_rate
    return Rendition(
        mode=step.mode,
        file=name,
        playlist=facts.playlist,
        size_bytes=facts.size_bytes,
        duration_ms=facts.duration_ms,
        average_bps=facts.average_bps,
        peak_bps=facts.peak_bps,
        codecs=facts.codecs,
        width=facts.width,
        height=facts.height,
        frame_rate=Decimal(rate.numerator) / rate.denominator if rate else None,
    )
