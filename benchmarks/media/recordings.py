"""Recordings that the benchmark makes by itself, the same every time, and pieces of recordings that it is given.

Nothing foreign is in them: the slides and the room are drawn, the speech is espeak-ng's. A drawn room with sensor noise
is not a person before a camera; for a judgement on camera material give a real recording (CAMERA=).
"""

import hashlib
import json
import math
import random
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from benchmarks.media import deck
from benchmarks.media.spending import ffmpeg

RATE, SECONDS, CAMERA_SECONDS = 25, 120, 24


@dataclass(frozen=True)
class Truth:
    """The lines that can be read on the screen at `at` seconds, and since when they stand there."""

    at: float
    since: float
    text: tuple[str, ...]


@dataclass(frozen=True)
class Recording:
    """A recording to measure; `truth` is empty where nobody knows what stands on its slides."""

    path: Path
    seconds: float
    width: int
    height: int
    frame_rate: float
    bit_rate: int
    truth: tuple[Truth, ...] = ()


def lecture(folder: Path, *, seconds: int = SECONDS) -> Recording:
    """Return the slide lecture, made anew only if its makers changed: 1080p25, speaker in a corner, pointer, speech."""
    target = folder / f"lecture-{seconds}-{_version()}.mp4"
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    states = deck.draw(work, until=seconds)
    if not target.exists():
        _room(work / "room.mp4", deck.HEAD_WIDTH, deck.HEAD_HEIGHT, seconds=min(seconds, 20), work=work)
        _speak(work / "say.wav", [line for state in states for line in state.text])
        _film(states, work, target, seconds=seconds)
    ends = [*(state.at for state in states[1:]), float(seconds)]
    truth = tuple(
        Truth(end - 0.5, state.at, state.text)
        for state, end in zip(states, ends, strict=True)
        if end - state.at > 1
    )
    return _looked_at(target, truth)


def camera(folder: Path) -> Recording:
    """Return the camera-like recording: a textured room that pans slowly, a head that moves and talks, sensor noise."""
    target = folder / f"camera-{CAMERA_SECONDS}-{_version()}.mp4"
    work = folder / "work"
    work.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        _speak(work / "say.wav", ["今天我们讲授医疗损害责任纠纷的举证。", "请各位同行一起讨论。"])
        _room(work / "camera.mp4", 1920, 1080, seconds=CAMERA_SECONDS, work=work)
        ffmpeg("-i", work / "camera.mp4", "-stream_loop", -1, "-i", work / "say.wav", "-map", "0:v", "-map", "1:a",
               "-t", CAMERA_SECONDS, "-c:v", "copy", "-c:a", "aac", "-b:a", "160k", "-ac", 2, target)  # fmt: skip
    return _looked_at(target, ())


def given(path: Path, folder: Path, *, seconds: int, truth: Path | None) -> Recording:
    """Return the first `seconds` of a recording, cut without re-encoding (0: all of it).

    `truth`: JSON with `changes`, each with `t` (seconds) and `text` (the lines that are then on the screen).
    """
    source = path.resolve()
    if seconds:
        folder.mkdir(parents=True, exist_ok=True)
        piece = folder / f"piece-{seconds}{source.suffix.lower()}"
        ffmpeg("-i", f"file:{source}", "-map", "0:v:0?", "-map", "0:a:0", "-c", "copy", "-t", seconds, piece)
        source = piece
    looked = _looked_at(source, ())
    if truth is None:
        return looked
    changes = json.loads(truth.read_text(encoding="utf-8"))["changes"]
    begins = [float(change["t"]) for change in changes]
    ends = [min(end, looked.seconds) for end in [*begins[1:], looked.seconds]]
    known = tuple(
        Truth(end - 0.5, begin, tuple(change["text"]))
        for change, begin, end in zip(changes, begins, ends, strict=True)
        if end - begin > 1
    )
    return Recording(**{**vars(looked), "truth": known})


def _version() -> str:
    """What the drawn recordings depend on; another version is another file."""
    digest = hashlib.sha256()
    for maker in (Path(__file__), Path(deck.__file__)):
        digest.update(maker.read_bytes())
    return digest.hexdigest()[:10]


def _looked_at(path: Path, truth: tuple[Truth, ...]) -> Recording:
    asked = ["ffprobe", "-v", "error", "-select_streams", "v:0", "-show_entries",
             "stream=width,height,avg_frame_rate:format=duration", "-of", "json", f"file:{path}"]  # fmt: skip
    said = json.loads(subprocess.run(asked, check=True, capture_output=True, text=True).stdout)
    stream, seconds = said["streams"][0], float(said["format"]["duration"])
    top, _, bottom = stream["avg_frame_rate"].partition("/")
    bit_rate = round(path.stat().st_size * 8 / seconds)
    return Recording(
        path, seconds, int(stream["width"]), int(stream["height"]), int(top) / int(bottom), bit_rate, truth
    )


def _speak(target: Path, lines: list[str]) -> None:
    text = target.with_suffix(".txt")
    text.write_text("\n".join(lines), encoding="utf-8")
    subprocess.run(
        ["espeak-ng", "-v", "cmn", "-s", "170", "-f", text, "-w", target], check=True, capture_output=True
    )


def _film(states: list[deck.State], work: Path, target: Path, *, seconds: int) -> None:
    """Slides, the speaker's picture and a pointer that rests most of the time, as screen recorders write them."""
    listing = work / "slides.ffconcat"
    ends = [*(state.at for state in states[1:]), float(seconds)]
    rows = ["ffconcat version 1.0"]
    for state, end in zip(states, ends, strict=True):
        rows += [f"file {state.picture.name}", f"duration {end - state.at:.3f}"]
    listing.write_text("\n".join([*rows, f"file {states[-1].picture.name}", ""]), encoding="utf-8")
    _pointer(work / "pointer.png")
    # It moves in one second out of four, along a wide curve.
    steps = "(4*floor(t/4)+min(1\\,mod(t\\,4)))"
    graph = (
        f"{_still(2, 'pointer', 'yuva420p')};"
        f"[0:v]format=yuv420p,fps={RATE}[deck];[deck][1:v]overlay={deck.HEAD_LEFT}:{deck.HEAD_TOP}[speaker];"
        f"[speaker][pointer]overlay=x='760+560*sin({steps}/3)':y='520+330*cos({steps}/5)',format=yuv420p[v];"
        # Far too quiet and uneven, with a hum: what the levelling is there for.
        f"[3:a]aresample=48000,volume='0.12*pow(10,6*sin(2*PI*t/47)/20)':eval=frame[voice];"
        f"aevalsrc='0.003*sin(2*PI*50*t)':s=48000:d={seconds}[hum];"
        "[voice][hum]amix=inputs=2:normalize=0:duration=longest,aformat=channel_layouts=stereo[a]"
    )
    ffmpeg("-f", "concat", "-i", listing, "-stream_loop", -1, "-i", work / "room.mp4",
           "-i", work / "pointer.png", "-stream_loop", -1, "-i", work / "say.wav", "-filter_complex", graph,
           "-map", "[v]", "-map", "[a]", "-t", seconds, "-c:v", "libx264", "-preset", "veryfast", "-crf", 16,
           "-maxrate", "12M", "-bufsize", "24M", "-g", 2 * RATE, "-c:a", "aac", "-b:a", "160k",
           "-movflags", "+faststart", target)  # fmt: skip


def _room(target: Path, width: int, height: int, *, seconds: int, work: Path) -> None:
    """A room seen by a camera that pans, a head that sways, a mouth that moves, and noise on every pixel."""
    _texture(width * 5 // 4, height * 5 // 4).save(work / f"wall-{height}.png")
    side = height * 3 // 5
    _head(side).save(work / f"head-{height}.png")
    _mouth(side).save(work / f"mouth-{height}.png")
    x, y = f"W*0.42+W*0.05*sin(2*PI*t/{5.3})", f"H*0.22+H*0.02*sin(2*PI*t/{2.9})"
    graph = (
        f"{_still(0, 'wall')};{_still(1, 'face', 'yuva420p')};{_still(2, 'lips', 'yuva420p')};"
        f"[wall]crop={width}:{height}:x='(iw-ow)/2*(1+sin(2*PI*t/41))':y='(ih-oh)/2*(1+cos(2*PI*t/31))'[room];"
        f"[room][face]overlay=x='{x}':y='{y}'[head];"
        f"[head][lips]overlay=x='{x}+{side}*0.36':y='{y}+{side}*(0.72+0.025*sin(2*PI*t*3.1)*gt(sin(2*PI*t/7)\\,-0.6))',"
        "noise=c0s=7:c0f=t+u:all_seed=11,format=yuv420p[v]"
    )
    pictures = [word for name in ("wall", "head", "mouth") for word in ("-i", work / f"{name}-{height}.png")]
    ffmpeg(*pictures, "-filter_complex", graph, "-map", "[v]", "-t", seconds, "-c:v", "libx264", "-preset", "veryfast",
           "-crf", 17, "-maxrate", "14M", "-bufsize", "14M", "-g", 2 * RATE, target)  # fmt: skip


def _still(number: int, name: str, pixels: str = "yuv420p") -> str:
    """One picture for as long as it is wanted, decoded once."""
    return f"[{number}:v]format={pixels},loop=loop=-1:size=1,setpts=N/{RATE}/TB,fps={RATE}[{name}]"


def _texture(width: int, height: int) -> Image.Image:
    """Noise of many sizes over a slow change of light: wood, cloth, books out of focus."""
    chance = np.random.default_rng(1912)
    field = np.zeros((height, width), np.float32)
    cells, weight = 6, 60.0
    while cells < height:
        coarse = chance.normal(0, 1, (cells, cells * 2)).astype(np.float32)
        grown = Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)
        field += np.asarray(grown) * weight / math.sqrt(cells)
        cells *= 2
    light = np.linspace(70, 130, width, dtype=np.float32)[None, :]
    colours = [np.clip(light + field * part, 8, 235) for part in (1.0, 0.85, 0.7)]
    return Image.fromarray(np.stack(colours, axis=-1).astype(np.uint8))


def _head(side: int) -> Image.Image:
    image = Image.new("RGBA", (side, side * 7 // 5), (0, 0, 0, 0))
    draw, chance = ImageDraw.Draw(image), random.Random(7)  # noqa: S311 (a picture, not a secret)
    draw.ellipse((side * 0.02, side * 1.05, side * 0.98, side * 2.1), fill=(44, 52, 78, 255))
    draw.ellipse((side * 0.18, 0, side * 0.82, side * 1.08), fill=(42, 32, 26, 255))
    draw.ellipse((side * 0.24, side * 0.16, side * 0.76, side * 1.0), fill=(206, 164, 138, 255))
    for centre in (0.38, 0.62):
        draw.ellipse(
            (side * (centre - 0.05), side * 0.46, side * (centre + 0.05), side * 0.52),
            fill=(240, 238, 234, 255),
        )
        draw.ellipse(
            (side * (centre - 0.02), side * 0.465, side * (centre + 0.02), side * 0.515),
            fill=(52, 36, 28, 255),
        )
    for _hair in range(side):  # strands: fine lines are what is hard to keep
        left = chance.uniform(0.18, 0.82) * side
        ends = (
            left,
            side * chance.uniform(0.02, 0.1),
            left + chance.uniform(-9, 9),
            side * chance.uniform(0.14, 0.24),
        )
        draw.line(ends, fill=(chance.randint(38, 96), chance.randint(30, 70), 30, 255), width=1)
    return image.filter(ImageFilter.GaussianBlur(0.6))


def _mouth(side: int) -> Image.Image:
    image = Image.new("RGBA", (side * 28 // 100, side * 10 // 100), (0, 0, 0, 0))
    ImageDraw.Draw(image).ellipse((0, 0, image.width - 1, image.height - 1), fill=(138, 62, 60, 255))
    return image


def _pointer(target: Path) -> None:
    image = Image.new("RGBA", (24, 36), (0, 0, 0, 0))
    outline = [(1, 1), (1, 27), (7, 21), (11, 31), (15, 29), (11, 20), (19, 20)]
    ImageDraw.Draw(image).polygon(outline, fill="white", outline="black")
    image.save(target)
