"""Recordings made on the spot by ffmpeg's own generators, a few seconds long, and rows that stand for finished ones."""

import subprocess
import uuid
from datetime import datetime
from pathlib import Path

from media_pipeline.recordings.models import Recording, Rendition
from qianchang.people.models import Account

VOICE = "aevalsrc=0.3*sin(2*PI*(180+60*sin(2*PI*3*t))*t)*(0.5+0.5*sin(2*PI*1.7*t)):s=48000"


def ffmpeg(*arguments: object) -> None:
    """Run ffmpeg for a test's own material."""
    subprocess.run(["ffmpeg", "-v", "error", "-nostdin", "-y", *map(str, arguments)], check=True)


def _voice(seconds: float) -> list[object]:
    return ["-f", "lavfi", "-i", f"{VOICE}:d={seconds}"]


def _slides(seconds: float, size: str = "640x360", rate: str = "25") -> list[object]:
    return ["-f", "lavfi", "-i", f"testsrc=s={size}:r={rate}:d={seconds}"]


def lecture(path: Path, seconds: float = 6, size: str = "640x360", rate: str = "25") -> Path:
    """A talk with slides: H.264 and AAC in MP4."""
    ffmpeg(*_slides(seconds, size, rate), *_voice(seconds), "-c:v", "libx264", "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", "-c:a", "aac", "-shortest", path)  # fmt: skip
    return path


def phone(path: Path, seconds: float = 5) -> Path:
    """What a phone held upright makes: a turned picture, uneven frame times, QuickTime."""
    flat = path.with_name(f"{path.stem}-flat.mov")
    ffmpeg(*_slides(seconds, "640x360", "30"), *_voice(seconds), "-vf", "select='not(between(mod(n,30),10,21))'",
           "-fps_mode", "vfr", "-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p",
           "-c:a", "aac", flat)  # fmt: skip
    ffmpeg("-i", flat, "-c", "copy", "-metadata:s:v:0", "rotate=90", path)
    return path


def matroska(path: Path, seconds: float = 5) -> Path:
    """Two sound tracks (FLAC, then Opus as the default), an odd size, a Chinese title."""
    ffmpeg(*_slides(seconds, "641x361"), *_voice(seconds), "-map", "0", "-map", "1", "-map", "1", "-c:v", "mpeg4",
           "-c:a:0", "flac", "-c:a:1", "libopus", "-disposition:a:0", "0", "-disposition:a:1", "default",
           "-metadata", "title=医疗损害鉴定", path)  # fmt: skip
    return path


def sound_only(path: Path, seconds: float = 5) -> Path:
    """A dictaphone's M4A with a cover picture."""
    cover = path.with_name("cover.png")
    ffmpeg("-f", "lavfi", "-i", "color=c=blue:s=64x64:d=1", "-frames:v", 1, cover)
    ffmpeg(*_voice(seconds), "-i", cover, "-map", 0, "-map", 1, "-c:a", "aac", "-c:v", "copy",
           "-disposition:v:0", "attached_pic", path)  # fmt: skip
    return path


def interlaced(path: Path, seconds: float = 4) -> Path:
    """DV from a tape: PAL, interlaced, pixels that are not square."""
    ffmpeg(
        *_slides(seconds, "720x576"),
        *_voice(seconds),
        "-c:v",
        "dvvideo",
        "-pix_fmt",
        "yuv420p",
        "-aspect",
        "16:9",
        "-c:a",
        "pcm_s16le",
        "-ac",
        2,
        path,
    )
    return path


def mute(path: Path) -> Path:
    """A picture without any sound track."""
    ffmpeg(*_slides(3), "-c:v", "libx264", "-preset", "ultrafast", path)
    return path


def silent(path: Path) -> Path:
    """A sound track on which nothing can be heard: the microphone was off."""
    ffmpeg(*_slides(3), "-f", "lavfi", "-i", "anullsrc=r=48000:cl=mono", "-t", 3, "-c:v", "libx264", "-preset",
           "ultrafast", "-c:a", "aac", path)  # fmt: skip
    return path


def received(owner: Account, *, at: datetime, **values: object) -> Recording:
    """A recording whose bytes have arrived, without any file."""
    defaults: dict[str, object] = {
        "original_name": "医疗损害鉴定.mp4", "state": Recording.State.PROCESSING, "sha256": uuid.uuid4().hex * 2,
        "size_bytes": 1000, "created_at": at, "received_at": at,
    }  # fmt: skip
    return Recording.objects.create(owner=owner, **{**defaults, **values})


def rendition(recording: Recording, mode: str = "audio", *, at: datetime, **values: object) -> Rendition:
    """A published mode, without any file unless the test writes one under its name."""
    defaults: dict[str, object] = {
        "fence": 1, "file": f"{recording.public_id}/1/{mode}.mp4", "playlist": f"#EXTM3U\n# {mode}\n", "size_bytes": 1000,
        "duration_ms": 60000, "average_bps": 21000, "peak_bps": 22000, "codecs": "opus", "published_at": at,
    }  # fmt: skip
    return Rendition.objects.create(recording=recording, mode=mode, **{**defaults, **values})


def read_hls(master: str, cookie: str, program: int) -> dict[str, float]:
    """Decode one line of an HLS master with ffmpeg as the client, and return how much there was."""
    command = ["ffmpeg", "-v", "error", "-nostdin", "-headers", f"Cookie: {cookie}\r\n", "-i", master,
               "-map", f"0:p:{program}:v", "-map", f"0:p:{program}:a", "-f", "null", "-progress", "pipe:1", "-"]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=60)
    said = dict(line.split("=", 1) for line in done.stdout.splitlines() if "=" in line)
    return {"frames": int(said["frame"]), "seconds": int(said["out_time_us"]) / 1e6}
