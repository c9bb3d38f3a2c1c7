"""`python -m benchmarks.media`: measure, print one table, and last one line of JSON."""

import argparse
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

import django
from rich.console import Console


def main() -> None:
    """Run the benchmark. A target that is missed is printed as missed and ends nothing."""
    wanted = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qianchang.project.settings.dev")
    django.setup()
    # Only now: these import models.
    from benchmarks.media import measure, recordings, table
    from benchmarks.media.targets import judge

    console = Console(width=None if sys.stdout.isatty() else 150)
    made = Path(os.environ.get("QIANCHANG_STATE", "var")).resolve() / "bench"
    made.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="run-", dir=made))
    try:
        console.print("[dim]recordings[/dim]")
        seconds, whole = wanted.seconds, wanted.seconds or recordings.SECONDS
        talk = (
            recordings.given(wanted.recording, work / "talk", seconds=seconds, truth=wanted.truth)
            if wanted.recording
            else recordings.lecture(made, seconds=whole)
        )
        shot = (
            recordings.given(wanted.camera, work / "shot", seconds=recordings.CAMERA_SECONDS, truth=None)
            if wanted.camera
            else recordings.camera(made)
        )
        lecture = measure.lecture(
            talk, work / "lecture", lambda step: console.print(f"[dim]lecture: {step}[/dim]")
        )
        camera = measure.camera(
            shot, work / "camera", lambda step: console.print(f"[dim]camera: {step}[/dim]")
        )
        values = table.figures(lecture, camera)
        verdict = judge(values)
        console.print(table.renditions(lecture, camera, values))
        print(json.dumps(table.as_json(lecture, camera, verdict), ensure_ascii=False))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-media",
        description="Our ladder, a bare encode and the published ladders of two known systems, side by side. About 12 "
        "minutes on two quiet cores (the first run makes its recordings: a few more). CPU-seconds are the processes' own, "
        "so a busy machine stretches the time and hardly the figures.",
    )
    parser.add_argument("--recording", type=Path, help="a slide lecture; without it one is drawn")
    parser.add_argument("--truth", type=Path, help="JSON with the times and the lines of its slides")
    parser.add_argument("--camera", type=Path, help="a camera recording; without it one is drawn")
    parser.add_argument(
        "--seconds",
        type=int,
        default=120,
        help="how much of the lecture is measured; 0 for all of it (default 120)",
    )
    return parser.parse_args()


main()
