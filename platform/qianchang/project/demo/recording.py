"""Makes the demo's recording: spoken Chinese over slides with a moving pointer, the same bytes in one state folder.

The lines are the associations' own, from the project's copy of the programme's facts.
"""

import json
import math
import subprocess
import tempfile
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

WIDTH, HEIGHT, FPS = 1280, 720, 25
SECONDS = 90
BACKGROUND, BAND, INK, MARK = (250, 251, 253), (18, 40, 76), (26, 36, 51), (180, 35, 29)


def make_recording(facts: Path, target: Path, *, seconds: int = SECONDS) -> Path:
    """Write a spoken slide lecture of `seconds` to `target` (H.264 1280x720 at 25 fps, stereo AAC) and return it.

    Raises subprocess.CalledProcessError with ffmpeg's or espeak-ng's words if one of them fails.
    """
    lines = _lines(facts)
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder)
        voice = _speak(lines, work)
        slides = _slides(lines, work, count=max(2, math.ceil(seconds / 15)))
        _encode(slides, voice, target, seconds=seconds)
    return target


def _lines(facts: Path) -> list[str]:
    rows = json.loads(facts.read_text(encoding="utf-8"))
    quotes = [
        row["quote"]
        for key in ("allocations", "delivery_modes", "programmes")
        for row in rows[key]
        if row.get("quote")
    ]
    return list(dict.fromkeys(quotes))


def _speak(lines: list[str], work: Path) -> Path:
    text, wave = work / "say.txt", work / "say.wav"
    text.write_text("。\n".join(lines), encoding="utf-8")
    _run(["espeak-ng", "-v", "cmn", "-s", "165", "-f", str(text), "-w", str(wave)])
    return wave


def _slides(lines: list[str], work: Path, *, count: int) -> list[Path]:
    heading, body, small = _font(44), _font(30), _font(20)
    made: list[Path] = []
    for number in range(count):
        picture = Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)
        draw = ImageDraw.Draw(picture)
        draw.rectangle((0, 0, WIDTH, 92), fill=BAND)
        draw.text((48, 20), f"{number + 1}、千场计划的任务与安排", font=heading, fill="white")
        top = 140
        for line in (lines[(number * 4 + offset) % len(lines)] for offset in range(4)):
            draw.rectangle((52, top + 12, 64, top + 24), fill=MARK)
            for part in _wrap(line, body, WIDTH - 400):
                draw.text((84, top), part, font=body, fill=INK)
                top += 46
            top += 22
        draw.text((WIDTH - 190, HEIGHT - 40), f"第 {number + 1} 页 / 共 {count} 页", font=small, fill=INK)
        made.append(work / f"slide-{number:03d}.png")
        picture.save(made[-1])
    return made


def _encode(slides: list[Path], voice: Path, target: Path, *, seconds: int) -> None:
    each = seconds / len(slides)
    command = ["ffmpeg", "-v", "error", "-nostdin", "-y"]
    for slide in slides:
        command += ["-loop", "1", "-framerate", "1", "-t", f"{each:.3f}", "-i", str(slide)]
    command += ["-stream_loop", "-1", "-i", str(voice)]
    joined = "".join(f"[{number}:v]" for number in range(len(slides)))
    # A small square travels like a pointer, so that the picture is never quite still.
    graph = (
        f"{joined}concat=n={len(slides)}:v=1,fps={FPS}[deck];color=c=0xB4231D:s=10x10:r={FPS}[dot];"
        "[deck][dot]overlay=x='900+260*sin(t/3)':y='380+200*cos(t/5)':shortest=1,format=yuv420p[v];"
        f"[{len(slides)}:a]aresample=48000,volume=-14dB,aformat=channel_layouts=stereo[a]"
    )
    command += ["-filter_complex", graph, "-map", "[v]", "-map", "[a]", "-t", str(seconds)]
    command += [
        "-c:v",
        "libx264",
        "-preset",
        "veryfast",
        "-crf",
        "18",
        "-g",
        str(FPS * 2),
        "-c:a",
        "aac",
        "-b:a",
        "128k",
    ]
    command += ["-movflags", "+faststart", str(target)]
    _run(command)


def _font(size: int) -> ImageFont.FreeTypeFont:
    found = subprocess.run(
        ["fc-match", "-f", "%{file}|%{index}", "Noto Sans CJK SC:bold"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("|")
    return ImageFont.truetype(found[0], size, index=int(found[1]))


def _wrap(text: str, font: ImageFont.FreeTypeFont, width: int) -> list[str]:
    parts, line = [], ""
    for character in text:
        if line and font.getlength(line + character) > width:
            parts.append(line)
            line = ""
        line += character
    return [*parts, line]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True, capture_output=True)
