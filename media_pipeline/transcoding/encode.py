"""Running the tools: probe, measure, encode, decode. Every failure comes out with a code that has a sentence."""

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

from media_pipeline.recordings.failures import Failure, RecordingRefused, StageFailed
from media_pipeline.transcoding import commands, rules
from media_pipeline.transcoding.ladder import largest_bytes
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run

OnPercent = Callable[[int], None]
Cancelled = Callable[[], bool]

_PROBE_LIMITS = Limits(wall_seconds=60, stall_seconds=60, memory_bytes=2 * 1024**3, cpu_seconds=60)
_PROBE_ANSWER_BYTES = 4 * 1024**2
# Two cores shared with others decode and encode a lecture in less than its own length; this is for the worst day.
_WALL_PER_SECOND = 10


def probe(source: Path, *, folder: Path, cancelled: Cancelled) -> rules.Source:
    """Return what a recording claims to hold. Raises RecordingRefused or StageFailed."""
    lines: list[str] = []

    def keep(line: str) -> bool:
        if sum(map(len, lines)) + len(line) > _PROBE_ANSWER_BYTES:
            raise RecordingRefused(Failure.TOO_MANY_STREAMS, "the probe's answer has no end")
        lines.append(line)
        return True

    try:
        run(commands.probe(source), limits=_PROBE_LIMITS, folder=folder, on_line=keep, cancelled=cancelled)
        answer: dict[str, Any] = json.loads("\n".join(lines))
    except ToolFailed as error:
        raise RecordingRefused(rules.complaint(error.tail), error.tail) from error
    except ToolTimedOut as error:
        raise RecordingRefused(Failure.DAMAGED, f"the probe did not end: {error.tail}") from error
    except ValueError as error:
        raise RecordingRefused(Failure.DAMAGED, "the probe's answer is not JSON") from error
    return rules.judge(answer)


def measure(source: Path, facts: rules.Source, *, folder: Path, cancelled: Cancelled) -> rules.Timeline:
    """Read every packet of a recording and return its real length. Raises RecordingRefused or StageFailed."""
    measured = rules.Measured()
    size = source.stat().st_size
    limits = Limits(wall_seconds=120 + size // 5_000_000, stall_seconds=120, memory_bytes=2 * 1024**3)
    try:
        run(
            commands.packets(source, facts.demuxer),
            limits=limits,
            folder=folder,
            on_line=measured.take,
            cancelled=cancelled,
        )
    except ToolFailed as error:
        # It stopped in the middle: the lengths below say whether anything is missing.
        if not measured.packets:
            raise RecordingRefused(rules.complaint(error.tail), error.tail) from error
    except ToolTimedOut as error:
        raise RecordingRefused(Failure.DAMAGED, f"the packets did not end: {error.tail}") from error
    return rules.timeline(facts, measured)


def make_audio(
    source: Path,
    facts: rules.Source,
    timeline: rules.Timeline,
    output: commands.Output,
    *,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> None:
    """Make the sound-only rendition. Raises RecordingRefused for silence, and StageFailed."""
    command = commands.audio(source, facts, timeline, output)
    tail = _encode(command, [output], timeline, on_percent=on_percent, cancelled=cancelled)
    loudest = re.findall(r"max_volume: (-?[\d.]+|-inf) dB", tail)
    if loudest and (loudest[-1] == "-inf" or float(loudest[-1]) < rules.SILENCE_DB):
        raise RecordingRefused(Failure.SILENT, f"loudest sample {loudest[-1]} dB")


def make_video(
    source: Path,
    facts: rules.Source,
    timeline: rules.Timeline,
    outputs: list[commands.Output],
    *,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> None:
    """Make every rendition with a picture from one decode. Raises StageFailed."""
    command = commands.video(source, facts, timeline, outputs)
    _encode(command, outputs, timeline, on_percent=on_percent, cancelled=cancelled)


def decode(path: Path, *, cancelled: Cancelled) -> int:
    """Decode a finished rendition and return how many key pictures it showed. Raises StageFailed when any part does not."""
    pictures = 0

    def count(line: str) -> bool:
        nonlocal pictures
        name, _, value = line.partition("=")
        if name == "frame" and value.strip().isdigit():
            pictures = int(value)
        return True

    limits = Limits(wall_seconds=3600)
    try:
        complaints = run(
            commands.decode(path), limits=limits, folder=path.parent, on_line=count, cancelled=cancelled
        )
    except (ToolFailed, ToolTimedOut) as error:
        raise StageFailed(Failure.OUTPUT_WRONG, error.tail) from error
    if complaints.strip():
        raise StageFailed(Failure.OUTPUT_WRONG, complaints)
    return pictures


def _encode(
    command: list[str],
    outputs: list[commands.Output],
    timeline: rules.Timeline,
    *,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> str:
    """Run one ffmpeg and return the end of its standard error."""
    folder = outputs[0].path.parent
    sizes = [largest_bytes(output.step, timeline.duration_ms) for output in outputs]
    if shutil.disk_usage(folder).free < sum(sizes) * 1.3:
        raise StageFailed(Failure.NO_SPACE, f"{sum(sizes)} bytes may be needed")
    reached_us = -1

    def progress(line: str) -> bool:
        nonlocal reached_us
        name, _, value = line.partition("=")
        if name != "out_time_us" or not value.strip().lstrip("-").isdigit() or int(value) <= reached_us:
            return False
        reached_us = int(value)
        on_percent(min(99, max(0, reached_us // 10 // timeline.duration_ms)))
        return True

    limits = Limits(
        wall_seconds=300 + _WALL_PER_SECOND * timeline.duration_ms // 1000,
        stall_seconds=300,
        file_bytes=2 * max(sizes),
    )
    try:
        return run(command, limits=limits, folder=folder, on_line=progress, cancelled=cancelled)
    except ToolTimedOut as error:
        raise StageFailed(Failure.STALLED if error.stalled else Failure.TOOK_TOO_LONG, error.tail) from error
    except ToolFailed as error:
        code = Failure.NO_SPACE if "No space left" in error.tail else Failure.INTERNAL
        raise StageFailed(code, error.tail) from error
