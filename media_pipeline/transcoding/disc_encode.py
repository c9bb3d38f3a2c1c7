"""Running ffmpeg for discs. Every piece is counted after it was made: an exit code proves nothing."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from media_pipeline.recordings.failures import Failure, StageFailed
from media_pipeline.transcoding import disc_commands, encode
from media_pipeline.transcoding.encode import Cancelled, OnPercent
from media_pipeline.transcoding.rules import Source, Timeline
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run

AC3_BYTES = disc_commands.AC3_KBITS * 1000 // 8 * 1536 // 48000
_AC3_SYNC = b"\x0b\x77"
_COUNTING = Limits(wall_seconds=600, memory_bytes=2 * 1024**3)


@dataclass(frozen=True)
class Making:
    """What every run needs: a folder of its own, whom to tell how far it is, and whether anybody still wants it."""

    folder: Path
    on_percent: OnPercent
    cancelled: Cancelled


@dataclass(frozen=True)
class Footage:
    """An original on this disk, judged and measured."""

    path: Path
    facts: Source
    timeline: Timeline


def make_pictures(
    footage: Footage, *, from_ms: int, count: int, output: Path, kbits: int | None, making: Making
) -> None:
    """Encode `count` pictures of a recording from a moment on. Raises StageFailed."""
    command = disc_commands.pictures(
        footage.path,
        footage.facts,
        footage.timeline,
        from_ms=from_ms,
        count=count,
        output=output,
        kbits=kbits,
    )
    _pictures(command, count=count, output=output, clean=kbits is None, making=making)


def make_card(picture: Path, *, count: int, output: Path, kbits: int | None, making: Making) -> None:
    """Encode a still picture for as long as it stands. Raises StageFailed."""
    command = disc_commands.card(picture, count=count, output=output, kbits=kbits)
    _pictures(command, count=count, output=output, clean=kbits is None, making=making)


def make_coded(clean: Path, code: Path, *, count: int, output: Path, kbits: int, making: Making) -> None:
    """Encode the pictures of a code's piece with its card over them. Raises StageFailed."""
    command = disc_commands.coded(clean, code, count=count, output=output, kbits=kbits)
    _pictures(command, count=count, output=output, clean=False, making=making)


def make_sound(
    levelled: Path, gain_db: Decimal, *, from_ms: int, frames: int, output: Path, making: Making
) -> None:
    """Encode so many AC-3 frames of a levelled recording. Raises StageFailed."""
    command = disc_commands.sound(levelled, gain_db, from_ms=from_ms, frames=frames, output=output)
    _run(command, most=frames * AC3_BYTES, length_ms=frames * 32, making=making)
    check_frames(output, frames)


def make_sound_piece(
    levelled: Path, gain_db: Decimal, *, from_ms: int, first: int, samples: int, output: Path, making: Making
) -> None:
    """Cut the sound that a code will be spoken over. Raises StageFailed."""
    command = disc_commands.sound_piece(
        levelled, gain_db, from_ms=from_ms, first=first, samples=samples, output=output
    )
    _run(command, most=samples * 2 + 65536, length_ms=max(1, samples // 48), making=making)


def make_spoken(
    clean: Path,
    words: Sequence[tuple[int, Path]],
    *,
    lowered: Sequence[tuple[int, int]],
    frames: int,
    output: Path,
    making: Making,
) -> None:
    """Encode a code's sound. Raises StageFailed."""
    command = disc_commands.spoken(clean, words, lowered=lowered, frames=frames, output=output)
    _run(command, most=frames * AC3_BYTES, length_ms=frames * 32, making=making)
    check_frames(output, frames)


def make_menu(picture: Path, output: Path, *, making: Making) -> None:
    """Make a menu page's stream. Raises StageFailed."""
    _run(disc_commands.menu(picture, output), most=4 * 1024**2, length_ms=1000, making=making)


def put_together(parts: Sequence[Path], heard: Path, output: Path, *, count: int, making: Making) -> None:
    """Lay pieces end to end beside their sound, and see that all of it can be decoded. Raises StageFailed."""
    most = sum(part.stat().st_size for part in (*parts, heard)) * 21 // 20 + 1024**2
    _run(disc_commands.together(parts, heard, output), most=most, length_ms=count * 40, making=making)
    found = count_pictures(output, "mpeg", making=making)
    if found != count:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{output.name}: {found} pictures instead of {count}")
    try:
        limits = Limits(wall_seconds=3600)
        command = disc_commands.decode(output)
        complaints = run(command, limits=limits, folder=making.folder, cancelled=making.cancelled)
    except (ToolFailed, ToolTimedOut) as error:
        raise StageFailed(Failure.OUTPUT_WRONG, error.tail) from error
    if complaints.strip():
        raise StageFailed(Failure.OUTPUT_WRONG, complaints)


def count_pictures(path: Path, demuxer: str, *, making: Making) -> int:
    """Return how many pictures a file of ours holds. Raises StageFailed for what is no PAL picture."""
    lines: list[str] = []

    def keep(line: str) -> bool:
        lines.append(line)
        return True

    try:
        run(
            disc_commands.count_pictures(path, demuxer),
            limits=_COUNTING,
            folder=making.folder,
            on_line=keep,
            cancelled=making.cancelled,
        )
        (stream,) = json.loads("\n".join(lines))["streams"]
        if (stream["width"], stream["height"]) != (disc_commands.WIDTH, disc_commands.HEIGHT):
            raise StageFailed(Failure.OUTPUT_WRONG, f"{path.name}: {stream}")
        return int(stream["nb_read_packets"])
    except (ToolFailed, ToolTimedOut) as error:
        raise StageFailed(Failure.OUTPUT_WRONG, error.tail) from error
    except (ValueError, KeyError) as error:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{path.name}: {error!r}") from error


def check_frames(path: Path, frames: int) -> None:
    """See that a file holds exactly so many AC-3 frames. Raises StageFailed."""
    size = path.stat().st_size
    whole = size == frames * AC3_BYTES
    with path.open("rb") as sound:
        for number in range(frames if whole else 0):
            sound.seek(number * AC3_BYTES)
            whole = whole and sound.read(2) == _AC3_SYNC
    if not whole:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{path.name}: {size} bytes are not {frames} frames")


def _pictures(command: list[str], *, count: int, output: Path, clean: bool, making: Making) -> None:
    length_ms = count * 40
    # What is almost without loss has no rate cap; a player's has.
    most = length_ms * (30_000 if clean else disc_commands.PEAK_KBITS) // 8 + 4 * 1024**2
    _run(command, most=most, length_ms=length_ms, making=making)
    found = count_pictures(output, "mov" if clean else "mpegvideo", making=making)
    if found != count:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{output.name}: {found} pictures instead of {count}")


def _run(command: list[str], *, most: int, length_ms: int, making: Making) -> None:
    encode.run_encoder(
        command,
        folder=making.folder,
        largest=[most],
        duration_ms=length_ms,
        on_percent=making.on_percent,
        cancelled=making.cancelled,
    )
