"""A look at the first blocks of an upload: whether the rest is worth sending, and what its owner should know now.

Only what is certain refuses: the tracks that a container lists at its head, and nothing that the missing rest could
still change. Everything else warns or waits for a later look, which hears a later piece of the sound.
"""

import re
import statistics
import struct
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import IO

from media_pipeline.recordings.failures import Failure, RecordingRefused, StageFailed, Warned
from media_pipeline.transcoding import commands, encode, rules
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run
from media_pipeline.uploads import parts
from media_pipeline.uploads.rules import SNIFF_BYTES, container_of

# What is looked at, at most; the file's own header may be added to it.
HEAD_BYTES = 64 * 1024**2
# How much sound is listened to, and how far into the file at most (ms).
HEARD_MS = 20_000
DEEPEST_MS = 300_000
# Less is no ground for calling somebody quiet; this much settles it.
ENOUGH_TO_WARN_MS, ENOUGH_MS = 3_000, 15_000
# Speech is made -16 LUFS in the end: from here on it would be raised by 19 dB and more, and its noise with it.
QUIET_LUFS = -35.0
SMALL_LONG_SIDE, SMALL_SHORT_SIDE = 640, 360
# Frame times: this share of the intervals may lie this far from the usual one.
UNEVEN_SHARE, UNEVEN_BY, ENOUGH_FRAMES = 0.02, 0.3, 48

# Containers that list all their tracks before the first picture, and those whose head says how long they are.
_LIST_TRACKS = ("mp4", "matroska", "avi", "asf", "wav", "flac", "mp3")
_SAY_LENGTH = ("mp4", "matroska", "asf", "flac")
_LIMITS = Limits(wall_seconds=60, stall_seconds=60, memory_bytes=2 * 1024**3, cpu_seconds=60)


@dataclass(frozen=True)
class FirstLook:
    """What the first blocks say. `conclusive` is False where a later look, at more of the file, will know better."""

    refusal: Failure | None = None
    warnings: tuple[Warned, ...] = ()
    duration_ms: int | None = None
    width: int | None = None
    height: int | None = None
    conclusive: bool = False


@dataclass
class _Packets:
    """The packets that are wholly within the first bytes: where the sound ends, and when the pictures come (ms)."""

    reach: int
    sound: int
    picture: int | None
    heard_ms: float = 0.0
    shown_ms: list[float] = field(default_factory=list)

    def take(self, line: str) -> bool:
        """Count one line of `index,pts,dts,duration,size,pos`. Raises _BeyondReach where the hole begins."""
        parts_of_line = line.strip().split(",")
        if len(parts_of_line) < 6 or not parts_of_line[0].isdigit():
            return False
        index = int(parts_of_line[0])
        time, decoded, lasts, size, place = (_number(text) for text in parts_of_line[1:6])
        if place is not None and place + (size or 0) > self.reach:
            raise _BeyondReach
        start = decoded if time is None else time
        if start is None:
            return True
        if index == self.sound:
            self.heard_ms = max(self.heard_ms, (start + (lasts or 0)) * 1000)
        elif index == self.picture:
            self.shown_ms.append(start * 1000)
        if self.heard_ms > DEEPEST_MS:
            raise _BeyondReach
        return True


class _BeyondReach(Exception):
    """Everything that is here has been read."""


def look(path: Path, *, length: int, folder: Path, cancelled: encode.Cancelled) -> FirstLook:
    """Judge the part of an upload at `path`, which will have `length` bytes, working in `folder`.

    Raises StageFailed and ToolCancelled, never RecordingRefused.
    """
    head, reach = lay_out(path, length=length, folder=folder)
    try:
        with head.open("rb") as first:
            container = container_of(first.read(SNIFF_BYTES))
        try:
            facts = encode.probe(head, folder=folder, cancelled=cancelled)
        except RecordingRefused as refused:
            certain = _is_certain(refused.code, container)
            return FirstLook(refusal=refused.code if certain else None, conclusive=certain)
        except StageFailed as failed:
            if failed.code != Failure.DAMAGED:
                raise
            # Nobody knows what ffprobe's words mean, least of all about a file whose end is missing.
            return FirstLook()
        packets = _packets(head, facts, reach=reach, folder=folder, cancelled=cancelled)
        sound = _listen(head, facts, packets.heard_ms, folder=folder, cancelled=cancelled)
    finally:
        head.unlink(missing_ok=True)
    picture = facts.picture
    return FirstLook(
        warnings=(*_of_picture(picture, packets, container), *sound),
        duration_ms=facts.claimed_ms if container in _SAY_LENGTH else None,
        width=picture.width if picture else None,
        height=picture.height if picture else None,
        conclusive=packets.heard_ms >= ENOUGH_MS and Warned.SILENT_SO_FAR not in sound,
    )


def lay_out(path: Path, *, length: int, folder: Path) -> tuple[Path, int]:
    """Make a file of the first bytes of a part, a hole, and the header that was sent ahead, each in its place.

    Return it and how many bytes from its beginning are real.
    """
    head = folder / "first-blocks"
    with path.open("rb") as source, head.open("wb") as target:
        reach = _copy(source, target, HEAD_BYTES)
    header = parts.header_of(path)
    if header is not None and header.offset + len(header.content) <= length:
        with head.open("r+b") as target:
            hole = _after_last_box(target, reach)
            if hole is not None and hole <= header.offset:
                _skip(target, hole, header.offset)
                target.seek(header.offset)
                target.write(header.content)
    return head, reach


def _copy(source: IO[bytes], target: IO[bytes], count: int) -> int:
    """Copy the first bytes of a file, and return how many there were."""
    copied = 0
    while block := source.read(min(1024 * 1024, count - copied)):
        target.write(block)
        copied += len(block)
    return copied


def _after_last_box(target: IO[bytes], reach: int) -> int | None:
    """Return where the last box that begins in the first `reach` bytes ends; None when it never does."""
    place = 0
    while place + 16 <= reach:
        target.seek(place)
        size, kind, long_size = struct.unpack(">I4sQ", target.read(16))
        size = long_size if size == 1 else size
        if size < 8 or kind == b"moov":
            return None  # the rest of the file, nonsense, or the header is here already
        place += size
    return place


def _skip(target: IO[bytes], begin: int, end: int) -> None:
    """Put a box that means nothing over a hole, so that a reader steps over it."""
    if end - begin >= 16:
        target.seek(begin)
        target.write(struct.pack(">I4sQ", 1, b"free", end - begin))
    elif end - begin >= 8:
        target.seek(begin)
        target.write(struct.pack(">I4s", end - begin, b"free"))


def _is_certain(code: Failure, container: str | None) -> bool:
    """Tell whether the rest of the file could not change this."""
    match code:
        case Failure.PICTURE_TOO_LARGE:
            return container is not None
        case Failure.NO_SOUND | Failure.CODEC_NOT_SUPPORTED:
            return container in _LIST_TRACKS
        case Failure.TOO_LONG:
            return container in _SAY_LENGTH
        case _:
            return False


def _packets(
    head: Path, facts: rules.Source, *, reach: int, folder: Path, cancelled: encode.Cancelled
) -> _Packets:
    found = _Packets(reach, facts.sound_index, facts.picture.index if facts.picture else None)
    entries = "packet=stream_index,pts_time,dts_time,duration_time,size,pos"
    command = [*commands.ffprobe((facts.demuxer,)), "-show_entries", entries, "-of", "csv=p=0"]
    command += ["-i", commands.url(head)]
    # The end of what is here looks like damage, and is none.
    with suppress(_BeyondReach, ToolFailed, ToolTimedOut):
        run(command, limits=_LIMITS, folder=folder, on_line=found.take, cancelled=cancelled)
    return found


def _listen(
    head: Path, facts: rules.Source, until_ms: float, *, folder: Path, cancelled: encode.Cancelled
) -> tuple[Warned, ...]:
    """Decode the last piece of sound that is here and judge how loud it is."""
    if until_ms < ENOUGH_TO_WARN_MS:
        return ()
    begin = max(0.0, until_ms - HEARD_MS) / 1000
    command = ["ffmpeg", "-v", "info", "-hide_banner", "-nostdin", "-nostats", "-max_alloc", commands.MAX_ALLOC,
               *_allowed(facts), "-codec_whitelist", ",".join(rules.DECODERS), "-t", f"{until_ms / 1000:.3f}",
               "-i", commands.url(head), "-map", f"0:{facts.sound_index}",
               "-af", f"atrim=start={begin:.3f},aformat=channel_layouts=mono,volumedetect,ebur128=framelog=verbose",
               "-f", "null", "-"]  # fmt: skip
    try:
        said = run(command, limits=_LIMITS, folder=folder, cancelled=cancelled)
    except (ToolFailed, ToolTimedOut):
        return ()
    loudest = re.findall(r"max_volume: (-?[\d.]+|-inf) dB", said)
    if not loudest:
        return ()
    if loudest[-1] == "-inf" or float(loudest[-1]) < rules.SILENCE_DB:
        return (Warned.SILENT_SO_FAR,)
    whole = re.findall(r"\bI:\s+(-?[\d.]+) LUFS", said)
    return (Warned.TOO_QUIET,) if whole and float(whole[-1]) < QUIET_LUFS else ()


def _of_picture(
    picture: rules.SourcePicture | None, packets: _Packets, container: str | None
) -> tuple[Warned, ...]:
    if picture is None:
        return (Warned.NO_PICTURE,) if container in _LIST_TRACKS else ()
    warned = []
    long_side, short_side = max(picture.width, picture.height), min(picture.width, picture.height)
    if long_side < SMALL_LONG_SIDE or short_side < SMALL_SHORT_SIDE:
        warned.append(Warned.SMALL_PICTURE)
    if is_uneven(packets.shown_ms):
        warned.append(Warned.VARIABLE_FRAME_RATE)
    return tuple(warned)


def is_uneven(times_ms: list[float]) -> bool:
    """Tell whether pictures come at uneven times. The last ones may wait for others that are not here yet."""
    intervals = [later - earlier for earlier, later in pairwise(sorted(times_ms)[:-16])]
    if len(intervals) < ENOUGH_FRAMES:
        return False
    usual = statistics.median(intervals)
    uneven = sum(abs(interval - usual) > UNEVEN_BY * usual for interval in intervals)
    return uneven > UNEVEN_SHARE * len(intervals)


def _allowed(facts: rules.Source) -> list[str]:
    return ["-protocol_whitelist", "file,pipe", "-format_whitelist", facts.demuxer,
            "-max_streams", str(rules.MAX_STREAMS), "-max_pixels", str(rules.MAX_PIXELS),
            "-probesize", commands.PROBE_BYTES, "-analyzeduration", commands.ANALYSE]  # fmt: skip


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
