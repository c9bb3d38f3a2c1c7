"""How much a rendition looks like the recording: VMAF and SSIM by the ffmpeg that the PyPI package imageio-ffmpeg brings."""

import json
import math
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import imageio_ffmpeg  # type: ignore[import-untyped]

from benchmarks.media.recordings import Recording
from benchmarks.media.spending import spend


@dataclass(frozen=True)
class Likeness:
    """VMAF (0 to 100): its mean and the picture at the fifth hundredth; SSIM (0 to 1)."""

    vmaf: float
    vmaf_low: float
    ssim: float


@dataclass(frozen=True)
class Point:
    """One rendition of a ladder: bit/s of its picture, and how much it looks like the recording."""

    bits: float
    vmaf: float


def likeness(
    recording: Recording, file: Path, work: Path, *, start: float, seconds: float, every: int
) -> Likeness:
    """Compare a stretch of a rendition with the recording at the recording's size and rate, every so many pictures.

    A rendition with fewer pictures a second is compared with what it shows in between: the same picture again.
    """
    log = work / "vmaf.json"
    rate, shown = (
        f"fps=fps={recording.frame_rate:.6f}:start_time=0",
        f"scale={recording.width}:{recording.height}:flags=bicubic",
    )
    graph = (
        f"[0:v]{rate},{shown},format=yuv420p,setpts=N[made];[1:v]{rate},format=yuv420p,setpts=N[source];"
        f"[made][source]libvmaf=n_threads=2:n_subsample={every}:feature=name=float_ssim:log_fmt=json:log_path={log}"
    )
    stretch = ["-ss", f"{start:.3f}", "-t", f"{seconds:.3f}", "-i"]
    spend([imageio_ffmpeg.get_ffmpeg_exe(), "-v", "error", "-nostdin", *stretch, file, *stretch, recording.path,
           "-lavfi", graph, "-f", "null", "-"])  # fmt: skip
    frames = [frame["metrics"] for frame in json.loads(log.read_text())["frames"]]
    scores = sorted(frame["vmaf"] for frame in frames)
    return Likeness(
        vmaf=sum(scores) / len(scores),
        vmaf_low=scores[len(scores) // 20],
        ssim=sum(frame["float_ssim"] for frame in frames) / len(frames),
    )


def picture_bits(recording: Recording, file: Path) -> float:
    """Return the bit/s of a rendition's picture alone, without sound and container."""
    asked = [
        "ffprobe",
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_entries",
        "packet=size",
        "-of",
        "csv=p=0",
        str(file),
    ]
    said = subprocess.run(asked, check=True, capture_output=True, text=True).stdout
    return sum(int(line.strip(",")) for line in said.split()) * 8 / recording.seconds


def bits_at(ladder: Sequence[Point], vmaf: float) -> float | None:
    """Return the bit/s that a ladder needs for a likeness: straight lines between its rungs, over the logarithm of bits.

    None where the ladder has nothing so good; its lowest rung where even that is better than asked.
    """
    rungs = sorted(ladder, key=lambda point: point.vmaf)
    if not rungs or vmaf > rungs[-1].vmaf:
        return None
    if vmaf <= rungs[0].vmaf:
        return rungs[0].bits
    for low, high in pairwise(rungs):
        if vmaf <= high.vmaf:
            way = (vmaf - low.vmaf) / (high.vmaf - low.vmaf)
            return math.exp(math.log(low.bits) + way * math.log(high.bits / low.bits))
    return None
