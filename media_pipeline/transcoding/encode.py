"""Running the tools: probe, measure, encode, decode. Every failure comes out with a code that has a sentence."""

import json
import re
import shutil
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

from media_pipeline.recordings.failures import Failure, Outage, RecordingRefused, StageFailed
from media_pipeline.transcoding import commands, rules
from media_pipeline.transcoding.chunks import Span
from media_pipeline.transcoding.ladder import AAC, OPUS, Step, largest_bytes, largest_sound_bytes
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run

OnPercent = Callable[[int], None]
Cancelled = Callable[[], bool]
OnBlock = Callable[[bytes], bool]

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
    except (ToolFailed, ToolTimedOut) as error:
        raise _why_unread(error) from error
    except ValueError as error:
        raise StageFailed(Failure.DAMAGED, f"the probe's answer is not JSON: {error}") from error
    return rules.judge(answer)


def _why_unread(error: ToolFailed | ToolTimedOut) -> RecordingRefused | StageFailed:
    """Return who is the reason that ffprobe did not read a file to its end.

    The file, only where ffprobe itself says so in words that we know, or computed for as long as it may. A tool that was
    killed, that never started, or that a busy disk kept waiting says nothing about the file.
    """
    if isinstance(error, ToolTimedOut):
        return StageFailed(Failure.STALLED if error.stalled else Failure.TOOK_TOO_LONG, error.tail)
    if error.used_its_cpu:
        return RecordingRefused(Failure.DAMAGED, f"the probe has no end: {error.tail}")
    if error.gave_up and (known := rules.complaint(error.tail)):
        return RecordingRefused(known, error.tail)
    if error.gave_up and not rules.machine_trouble(error.tail):
        return StageFailed(Failure.DAMAGED, error.tail)
    return by_the_machine(error)


def by_the_machine(error: ToolFailed) -> StageFailed:
    """Return the failure of a tool that never started, for want of room, or by what may be the recording's doing."""
    if "No space left" in error.tail:
        return Outage(Failure.NO_SPACE, error.tail)
    if error.never_started:
        return Outage(Failure.INTERNAL, error.tail)
    return StageFailed(Failure.INTERNAL, f"{error}\n{error.tail}")


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
        # It gave up in the middle: the lengths below say whether anything is missing.
        if not (measured.packets and error.gave_up) or rules.machine_trouble(error.tail):
            raise _why_unread(error) from error
    except ToolTimedOut as error:
        raise _why_unread(error) from error
    return rules.timeline(facts, measured)


@dataclass(frozen=True)
class Loudness:
    """EBU R 128: how loud the source's sound is as a whole, and how much was added to the levelled sound (dB)."""

    lufs: Decimal
    gain_db: Decimal


def make_sound(
    source: Path,
    facts: rules.Source,
    timeline: rules.Timeline,
    *,
    opus: Path,
    aac: Path,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> Loudness:
    """Make both sound tracks, equally loud whatever the source is. Raises RecordingRefused for silence, and StageFailed."""
    levelled = opus.with_name("levelled.flac")
    loudness = level_sound(
        source,
        facts,
        timeline,
        levelled,
        on_percent=lambda percent: on_percent(percent * 3 // 4),
        cancelled=cancelled,
    )
    run_encoder(
        commands.encode_sound(levelled, loudness.gain_db, timeline, opus=opus, aac=aac),
        folder=levelled.parent,
        largest=[largest_sound_bytes(sound, timeline.duration_ms) for sound in (OPUS, AAC)],
        duration_ms=timeline.duration_ms,
        on_percent=lambda percent: on_percent(75 + percent // 4),
        cancelled=cancelled,
    )
    levelled.unlink()
    return loudness


def level_sound(
    source: Path,
    facts: rules.Source,
    timeline: rules.Timeline,
    levelled: Path,
    *,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> Loudness:
    """Write a recording's whole sound, made level and without loss, into `levelled`; return how loud it was and the gain
    that it still needs. Raises RecordingRefused for silence, and StageFailed.
    """
    tail = run_encoder(
        commands.level_sound(source, facts, timeline, levelled),
        folder=levelled.parent,
        largest=[timeline.duration_ms * commands.SAMPLE_RATE // 500 + 1024**2],
        duration_ms=timeline.duration_ms,
        on_percent=on_percent,
        cancelled=cancelled,
    )
    loudest = re.findall(r"max_volume: (-?[\d.]+|-inf) dB", tail)
    if loudest and (loudest[-1] == "-inf" or float(loudest[-1]) < rules.SILENCE_DB):
        raise RecordingRefused(Failure.SILENT, f"loudest sample {loudest[-1]} dB")
    before, after = _loudnesses(tail, 2)
    return Loudness(before, _gain(levelled, after, timeline, cancelled=cancelled))


def _gain(levelled: Path, lufs: Decimal, timeline: rules.Timeline, *, cancelled: Cancelled) -> Decimal:
    """Return the gain (dB) that makes a levelled sound as loud as every recording is.

    What the limiter takes back grows with the gain, so after a large one it is measured and added, with half as much
    again because that is limited too.
    """
    gain_db = min(rules.LOUDNESS_LUFS - lufs, rules.MAX_GAIN_DB)
    for _ in range(2):
        if gain_db <= commands.HEADROOM_DB or gain_db == rules.MAX_GAIN_DB:
            break
        tail = run_encoder(
            commands.try_gain(levelled, gain_db),
            folder=levelled.parent,
            largest=[0],
            duration_ms=timeline.duration_ms,
            on_percent=lambda _percent: None,
            cancelled=cancelled,
        )
        (heard,) = _loudnesses(tail, 1)
        missing = rules.LOUDNESS_LUFS - heard
        if missing < rules.LOUDNESS_STEP:
            break
        gain_db = min(gain_db + missing * Decimal("1.5"), rules.MAX_GAIN_DB)
    return gain_db.quantize(Decimal("0.1"))


def _loudnesses(tail: str, count: int) -> list[Decimal]:
    """Return the loudnesses (LUFS) that ffmpeg's last words tell, in the order of the filters. Raises StageFailed."""
    summary = r"\[Parsed_ebur128_(\d+) @ [^\]]*\] Summary:.*?\bI:\s+(-?[\d.]+) LUFS"
    # ffmpeg sets its filters up twice, and the first ones say that they heard nothing: the last word counts.
    told = {int(number): Decimal(lufs) for number, lufs in re.findall(summary, tail, re.DOTALL)}
    if len(told) != count:
        raise StageFailed(Failure.INTERNAL, tail)
    return [told[number] for number in sorted(told)]


def make_chunk(
    source: Path,
    facts: rules.Source,
    timeline: rules.Timeline,
    span: Span,
    steps: Sequence[Step],
    *,
    folder: Path,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> dict[str, Path]:
    """Make the pictures of one span in every step, lowest first, from one decode; return the file of each mode.

    Every file holds exactly the span's pictures, or StageFailed is raised.
    """
    outputs = [commands.Output(step, folder / f"{step.mode}.mp4") for step in steps]
    run_encoder(
        commands.chunk(source, facts, timeline, span, outputs),
        folder=folder,
        largest=[largest_bytes(output.step, span.duration_ms) for output in outputs],
        duration_ms=span.duration_ms,
        on_percent=on_percent,
        cancelled=cancelled,
    )
    for output in outputs:
        wanted = span.pictures(output.step.picture.frame_rate)
        found = _part(output.path, cancelled=cancelled).pictures
        if found != wanted:
            raise StageFailed(
                Failure.OUTPUT_WRONG, f"{output.step.mode}: {found} pictures instead of {wanted}"
            )
    return {output.step.mode: output.path for output in outputs}


def join(
    parts: Sequence[Path],
    sound: Path,
    output: Path,
    step: Step,
    timeline: rules.Timeline,
    *,
    cancelled: Cancelled,
) -> None:
    """Lay the chunks of a mode end to end beside its sound, without encoding anything again. Raises StageFailed.

    Chunks that a decoder would have to be set up for anew, as another version of the encoder makes them, do not join.
    """
    found = [_part(part, cancelled=cancelled) for part in parts]
    if len({part.set_up for part in found}) != 1:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{step.mode}: chunks of different settings {found}")
    script = output.with_name(f"{output.stem}.ffconcat")
    rate = step.picture.frame_rate
    lengths = [Fraction(part.pictures) / rate for part in found]
    script.write_text(commands.listing(list(zip(parts, lengths, strict=True))), encoding="utf-8")
    run_encoder(
        commands.join(script, sound, output, step),
        folder=output.parent,
        largest=[sum(part.stat().st_size for part in (*parts, sound)) * 5 // 4 + 1024**2],
        duration_ms=timeline.duration_ms,
        on_percent=lambda _percent: None,
        cancelled=cancelled,
    )
    script.unlink()


@dataclass(frozen=True)
class _Part:
    """What a chunk's file holds: how many pictures, and what a decoder must be set up with to show them."""

    pictures: int
    set_up: tuple[str, ...]


def _part(path: Path, *, cancelled: Cancelled) -> _Part:
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    try:
        command = commands.parameters(path)
        run(command, limits=_PROBE_LIMITS, folder=path.parent, on_line=keep, cancelled=cancelled)
        (stream,) = json.loads("\n".join(lines))["streams"]
        set_up = tuple(str(stream[name]) for name in ("codec_name", "width", "height", "extradata_hash"))
        return _Part(int(stream["nb_read_packets"]), set_up)
    except (ToolFailed, ToolTimedOut) as error:
        raise StageFailed(Failure.OUTPUT_WRONG, error.tail) from error
    except (ValueError, KeyError) as error:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{path.name} is no chunk: {error!r}") from error


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


def run_encoder(
    command: list[str],
    *,
    folder: Path,
    largest: list[int],
    duration_ms: int,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> str:
    """Run one ffmpeg, whose outputs may need `largest` bytes each, and return the end of its standard error."""
    if shutil.disk_usage(folder).free < sum(largest) * 1.3:
        raise Outage(Failure.NO_SPACE, f"{sum(largest)} bytes may be needed")
    reached_us = -1

    def progress(line: str) -> bool:
        nonlocal reached_us
        name, _, value = line.partition("=")
        if name != "out_time_us" or not value.strip().lstrip("-").isdigit() or int(value) <= reached_us:
            return False
        reached_us = int(value)
        on_percent(min(99, max(0, reached_us // 10 // duration_ms)))
        return True

    limits = Limits(
        wall_seconds=300 + _WALL_PER_SECOND * duration_ms // 1000,
        stall_seconds=300,
        file_bytes=2 * max(largest) + 1024**2,
    )
    try:
        return run(command, limits=limits, folder=folder, on_line=progress, cancelled=cancelled)
    except ToolTimedOut as error:
        raise StageFailed(Failure.STALLED if error.stalled else Failure.TOOK_TOO_LONG, error.tail) from error
    except ToolFailed as error:
        raise by_the_machine(error) from error
