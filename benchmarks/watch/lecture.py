"""The lecture that is watched: a piece of the drawn slide lecture through our own ladder, repeated until it lasts."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from benchmarks.media import recordings

ROOT = Path(__file__).resolve().parents[2]
# Whole segments of twelve seconds: the repeats then begin with a key picture.
PIECE_SECONDS = 48


def ladder(made: Path) -> Path:
    """Return the folder with every mode of the piece; made once, in a minute or two, as production makes it."""
    talk = recordings.lecture(made)
    folder = made / f"watch-{PIECE_SECONDS}-{talk.path.stem.rpartition('-')[2]}"
    if (folder / "report.json").exists():
        return folder
    folder.mkdir(exist_ok=True)
    piece = folder / "piece.mp4"
    _run("ffmpeg", "-v", "error", "-nostdin", "-y", "-i", str(talk.path), "-map", "0:v:0", "-map", "0:a:0",
         "-c", "copy", "-t", str(PIECE_SECONDS), str(piece))  # fmt: skip
    _run(sys.executable, "manage.py", "transcode", str(piece), "--out", str(folder))
    return folder


def repeated(source: Path, target: Path, *, seconds: int, movflags: str, interleave: int) -> None:
    """Write `seconds` of a rendition that goes round and round, packed as it was, nothing encoded again."""
    target.parent.mkdir(parents=True, exist_ok=True)
    packing = ["-movflags", movflags, *(["-frag_interleave", str(interleave)] if interleave else [])]
    if not interleave:
        packing += ["-frag_duration", "12000000"]
    _run("ffmpeg", "-v", "error", "-nostdin", "-y", "-stream_loop", "-1", "-i", str(source), "-map", "0", "-c", "copy",
         "-t", str(seconds), "-f", "mp4", *packing, str(target))  # fmt: skip


def modes(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the ladder wrote down of each mode, by its name."""
    report = json.loads((folder / "report.json").read_text(encoding="utf-8"))
    return {made["mode"]: made for made in report["files"]}


def _run(*command: str) -> None:
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "qianchang.project.settings.dev"}
    done = subprocess.run(
        command,
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
