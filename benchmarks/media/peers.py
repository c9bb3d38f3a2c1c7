"""The ladders of two known systems, from their public settings: what each would make of the same recording.

docs/benchmarks.md names versions and sources, and what we had to decide where the settings leave it open.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.media.recordings import Recording
from benchmarks.media.spending import Spent, ffmpeg


@dataclass(frozen=True)
class Rung:
    """One rendition as stored: everything in its folder counts; `file` is what a player of it would fetch."""

    name: str
    lines: int
    file: Path
    stored_bytes: int
    played_bytes: int
    spent: Spent


@dataclass(frozen=True)
class Peer:
    """A system: its sizes (lines), how it encodes one of them, and how it packs what it encoded."""

    name: str
    lines: tuple[int, ...]
    make: Callable[[Recording, int, Path, bool], Rung]


def run(
    peer: Peer, recording: Recording, folder: Path, *, lines: Sequence[int] = (), sound: bool = True
) -> list[Rung]:
    """Make the peer's ladder, one process a rung as it does itself, lowest first; no rung above the source's size."""
    top = min(recording.width, recording.height)
    made = []
    for wanted in lines or peer.lines:
        if wanted <= top:
            into = folder / peer.name / str(wanted)
            into.mkdir(parents=True, exist_ok=True)
            made.append(peer.make(recording, wanted, into, sound))
    return made


def size(recording: Recording, lines: int) -> tuple[int, int]:
    """Return width and height of a rung: `lines` is the shorter side; even numbers."""
    short, long = sorted((recording.width, recording.height))
    other = round(long * lines / short / 2) * 2
    return (other, lines) if recording.width >= recording.height else (lines, other)


# --- PeerTube: x264 veryfast at its default CRF (23), key pictures every 2 s, HLS in one fragmented MP4 a size ----------

# Bits a pixel that cap a rung, by its lines.
_AVERAGE = {144: 0.19, 240: 0.17, 360: 0.15, 480: 0.12, 720: 0.11, 1080: 0.10}
_LEAST = 0.02


def peertube_cap(recording: Recording, lines: int) -> int:
    """Return the rate cap of a rung (bit/s): an average for its pixels, or 1.3 times the source if that is less."""
    width, height = size(recording, lines)
    pixels = width * height * min(recording.frame_rate, 60)
    return round(max(pixels * _LEAST, min(pixels * _AVERAGE[lines], recording.bit_rate * 1.3)))


def _peertube(recording: Recording, lines: int, into: Path, sound: bool) -> Rung:
    cap, rate = peertube_cap(recording, lines), round(recording.frame_rate)
    # AAC at no more than 384 kbit/s is taken as it is: each rung holds the source's sound.
    heard = ["-map", "0:a:0", "-c:a", "copy"] if sound else ["-an"]
    spent = ffmpeg(
        "-i", recording.path, "-map", "0:v:0", *heard, "-pix_fmt", "yuv420p", "-vf", _scaled(recording, lines),
        "-c:v", "libx264", "-preset", "veryfast", "-maxrate:v", cap, "-bufsize:v", 2 * cap, "-b_strategy", 1, "-bf", 16,
        "-r", rate, "-g:v", 2 * rate, "-max_muxing_queue_size", 1024, "-map_metadata", -1,
        "-f", "hls", "-hls_time", 4, "-hls_list_size", 0, "-hls_playlist_type", "vod", "-hls_segment_type", "fmp4",
        "-hls_flags", "single_file", "-hls_segment_filename", into / "video.mp4", into / "video.m3u8",
    )  # fmt: skip
    stored = _bytes(into)
    return Rung(f"{lines}p", lines, into / "video.mp4", stored, stored, spent)


# --- MediaCMS: x264 medium, CRF 23, key pictures every 4 s, AAC 128k in each; an MP4 and an HLS copy -------------------

_RATES = {144: 150, 240: 300, 360: 500, 480: 1000, 720: 2500, 1080: 4500}


def _mediacms(recording: Recording, lines: int, into: Path, sound: bool) -> Rung:
    cap, apart = _RATES[lines] * 3 // 2, 4 * round(recording.frame_rate)
    heard = ["-c:a", "aac", "-b:a", "128k", "-ac", 2] if sound else ["-an"]
    file, copy = into / "video.mp4", into / "hls"
    copy.mkdir(exist_ok=True)
    filters = f"{_scaled(recording, lines)}:flags=lanczos,fps={recording.frame_rate}"
    spent = ffmpeg(
        "-i", recording.path, "-c:v", "libx264", "-filter:v", filters, "-pix_fmt", "yuv420p", "-crf", 23, *heard,
        "-maxrate", f"{cap}k", "-bufsize", f"{cap}k", "-force_key_frames", "expr:gte(t,n_forced*4)",
        "-x264-params", f"keyint={2 * apart}:keyint_min={apart}", "-preset", "medium", "-profile:v", "main",
        "-level", "4.2", "-movflags", "+faststart", file,
    )  # fmt: skip
    # It packs with Bento4 (MPEG-TS, 4 s); ffmpeg's muxer stands in for it.
    packed = ffmpeg("-i", file, "-c", "copy", "-f", "hls", "-hls_time", 4, "-hls_playlist_type", "vod",
                    "-hls_segment_filename", copy / "segment-%d.ts", copy / "stream.m3u8")  # fmt: skip
    return Rung(f"{lines}p", lines, file, _bytes(into), _bytes(copy), spent + packed)


PEERS = (
    Peer("PeerTube", (144, 240, 360, 480, 720, 1080), _peertube),
    Peer("MediaCMS", (144, 240, 360, 480, 720, 1080), _mediacms),
)


def bare(recording: Recording, target: Path) -> Spent:
    """The anchor: one plain ffmpeg that makes the top rendition alone."""
    return ffmpeg("-i", recording.path, "-c:v", "libx264", "-preset", "veryfast", "-crf", 23, "-pix_fmt", "yuv420p",
                  "-c:a", "aac", "-b:a", "128k", target)  # fmt: skip


def decode(recording: Recording) -> Spent:
    """Decode the recording and throw it away."""
    return ffmpeg("-i", recording.path, "-f", "null", "-")


def _scaled(recording: Recording, lines: int) -> str:
    width, height = size(recording, lines)
    return f"scale={width}:{height}"


def _bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())
