"""`python -m benchmarks.disc`: make two discs of one master, look at them with players, and last one line of JSON."""

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

import django
from rich.console import Console


def main() -> None:
    """Run the benchmark. A target that is missed is printed as missed and ends nothing."""
    wanted = _arguments()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "qianchang.project.settings.dev")
    django.setup()
    # Only now: these import models.
    from benchmarks.disc import measure
    from benchmarks.media import recordings

    console = Console(width=None if sys.stdout.isatty() else 130)
    made = Path(os.environ.get("QIANCHANG_STATE", "var")).resolve() / "bench"
    made.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix="disc-", dir=made))
    began = time.monotonic()
    try:
        talk = (
            recordings.given(wanted.recording, work / "talk", seconds=wanted.seconds, truth=wanted.truth)
            if wanted.recording
            else measure.repeated(recordings.lecture(made), wanted.times, work)
        )
        shelf = measure.run(
            talk, work, lambda step: console.print(f"[dim]{step}[/dim]"), full_layer=wanted.layer
        )
        console.print(measure.table(shelf))
        kept = made / "disc-pages"
        shutil.rmtree(kept, ignore_errors=True)
        kept.mkdir()
        for picture in shelf.pictures:
            shutil.copy(picture, kept / picture.name)
        console.print(f"What the players showed: {kept}. It took {time.monotonic() - began:.0f} s.")
        print(json.dumps(measure.as_json(shelf), ensure_ascii=False))
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="make bench-disc",
        description="Two discs of one master: what they cost beside the bare top rendition, whether lsdvd, libdvdnav "
        "and mpv find on them what should be there, and what OCR reads. About 10 minutes on two quiet cores.",
    )
    parser.add_argument("--recording", type=Path, help="a slide lecture; without it one is drawn")
    parser.add_argument("--truth", type=Path, help="JSON with the times and the lines of its slides")
    parser.add_argument("--seconds", type=int, default=0, help="how much of it; 0 for all")
    parser.add_argument(
        "--times", type=int, default=10, help="the drawn lecture of 2 minutes so often in a row"
    )
    parser.add_argument(
        "--layer", action="store_true", help="also fill a layer to its limit (12 GB for some minutes)"
    )
    return parser.parse_args()


main()
