"""One run: a master of two lectures, two serials of it, and what every player says."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from rich.table import Table

from benchmarks.disc import layer, looking
from benchmarks.disc.targets import TARGETS
from benchmarks.media import legibility, peers
from benchmarks.media.recordings import Recording, Truth
from benchmarks.media.spending import Spent, ffmpeg
from media_pipeline.packaging.discs.cuts import shown
from media_pipeline.packaging.discs.spec import LAYER_BYTES
from media_pipeline.transcoding.reading import read_text

Say = Callable[[str], None]
# Of the second lecture only a piece: a disc has several, and their cost is told by the first.
PIECE_SECONDS = 20
CODES = {"D-0057": ("4719", "0382"), "D-0058": ("6205", "9914")}


@dataclass
class Run:
    """Everything that was measured."""

    recording: Recording
    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    figures: dict[str, float | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)
    pictures: list[Path] = field(default_factory=list)
    bare: Spent = field(default_factory=Spent)


def run(recording: Recording, work: Path, say: Say, *, full_layer: bool = False) -> Run:
    """Make both discs by the command, as an administrator would, and look at the first; fill a layer if wanted."""
    found = Run(recording)
    windows = _windows(recording.seconds)
    for serial, codes in CODES.items():
        say(f"{serial}: {'pieces and disc' if not found.told else 'codes and disc'}")
        found.told[serial] = _make(recording, work, serial, codes, windows)
    say("the bare top rendition")
    found.bare = peers.bare(recording, work / "bare.mp4")
    image = work / "D-0057.iso"
    say("lsdvd and libdvdnav")
    titles = found.told["D-0057"]["titles"]
    known = [len(chapters) for _number, chapters in _chapters(recording)]
    chapters = known if recording.truth else [title["chapters"] for title in titles]
    wrong = looking.wrong_titles(image, list(zip((recording.seconds, PIECE_SECONDS), chapters, strict=True)))
    steps, pages = looking.wrong_steps(image, work, len(titles))
    unread = looking.unread(pages)
    found.faults = [*wrong, *steps, *unread]
    found.pictures = pages
    say("mpv and OCR: codes")
    read, outside = _codes_read(found, work, windows)
    say("mpv and OCR: slides")
    text = _text_read(found, work, windows[0])
    _figures(found, text=text, codes=read, outside=outside)
    found.figures |= {
        "titles_wrong": len(wrong),
        "steps_wrong": len(steps),
        "pages_unread": len(unread),
    }
    if full_layer:
        filled = layer.fill(work, say)
        found.figures |= filled.figures
        found.faults += filled.faults
    return found


def _make(
    recording: Recording, work: Path, serial: str, codes: tuple[str, str], windows: list[tuple[int, int]]
) -> dict[str, Any]:
    piece = work / "piece.mp4"
    if not piece.exists():
        ffmpeg("-i", recording.path, "-t", PIECE_SECONDS, "-c", "copy", piece)
    told = [
        f"{number}@{a}-{b}={code}"
        for number, ((a, b), code) in enumerate(zip(windows, codes, strict=True), 1)
    ]
    marks = [
        f"--chapter={number}@{at:.3f}={title}"
        for number, chapters in _chapters(recording)
        for at, title in chapters
    ]
    names = ["--title", "医疗损害责任纠纷实务", "--name", "举证与鉴定", "--name", "县域办案提醒"]
    kept = ["--pieces", str(work / "pieces"), "--out", str(work / f"{serial}.iso"), "--serial", serial]
    coded = [f"--code={code}" for code in told]
    sources = [str(recording.path), str(piece)]
    command = [sys.executable, "manage.py", "make_disc", *sources, *names, *kept, *coded, *marks]
    answer = subprocess.run(command, check=True, capture_output=True, text=True, env=os.environ)
    found: dict[str, Any] = json.loads(answer.stdout.splitlines()[-1])
    return found


def repeated(recording: Recording, times: int, work: Path) -> Recording:
    """Return a recording several times in a row, nothing encoded again: what a disc costs once would hide its price."""
    target = work / "repeated.mp4"
    ffmpeg("-stream_loop", times - 1, "-i", recording.path, "-c", "copy", target)
    truth = [
        replace(
            state, at=state.at + round_ * recording.seconds, since=state.since + round_ * recording.seconds
        )
        for round_ in range(times)
        for state in recording.truth
    ]
    return replace(recording, path=target, seconds=recording.seconds * times, truth=tuple(truth))


def _chapters(recording: Recording) -> list[tuple[int, list[tuple[float, str]]]]:
    """Of both lectures, where a slide with another title begins; nothing where nobody knows the slides."""
    marks = [(state.since, state.text[0]) for state in recording.truth]
    changed = [mark for place, mark in enumerate(marks) if place == 0 or marks[place - 1][1] != mark[1]]
    return [(1, changed), (2, [mark for mark in changed if mark[0] < PIECE_SECONDS - 1])]


def _windows(seconds: float) -> list[tuple[int, int]]:
    """A ninth in the middle of each lecture, as the site has it; of the piece eight seconds."""
    middle, half = int(seconds) // 2, max(5, int(seconds) // 18)
    return [(middle - half, middle + half), (6, 14)]


def _codes_read(found: Run, work: Path, windows: list[tuple[int, int]]) -> tuple[float, float]:
    inside, outside, all_digits = 0, 0, 0
    for title, (window, code) in enumerate(zip(windows, CODES["D-0057"], strict=True), start=1):
        begin, end = (ms / 1000 for ms in shown((window[0] * 1000, window[1] * 1000)))
        for at in (begin + 1, (begin + end) / 2, end - 1.5):
            picture = looking.shown(work / "D-0057.iso", title, at, work)
            found.pictures.append(_named(picture, f"code-{title}-{at:g}.png"))
            inside += len(code) if code in looking.text_in(picture) else 0
            all_digits += len(code)
        for at in (begin - 2, end + 2):
            if at >= 0:
                text = looking.text_in(looking.shown(work / "D-0057.iso", title, at, work))
                outside += len(code) if code in text else 0
    return inside / all_digits, outside / all_digits


def _text_read(found: Run, work: Path, window: tuple[int, int]) -> float | None:
    """The share of the slides' text that can be read on the disc, of what can be read in the recording. Where a code stands,
    it hides text on purpose: those moments are left out.
    """
    free = [one for one in found.recording.truth if not window[0] - 2 <= one.at <= window[1] + 2]
    truth = legibility.chosen(free)
    if not truth:
        return None
    there = legibility.share_read(found.recording, found.recording.path, truth, work)
    return _share(found, work, truth) / there if there else None


def _share(found: Run, work: Path, truth: list[Truth]) -> float:
    read = known = 0
    for state in truth:
        picture = looking.shown(work / "D-0057.iso", 1, state.at - 0.5, work)
        scaled = work / "scaled.png"
        size = f"{found.recording.width}:{found.recording.height}"
        ffmpeg("-i", picture, "-vf", f"scale={size}:flags=bicubic", scaled)
        lines = read_text(scaled).splitlines()
        read += sum(legibility.matched(line, lines) for line in state.text)
        known += sum(len(legibility.plain(line)) for line in state.text)
    return read / known


def _figures(found: Run, *, text: float | None, codes: float, outside: float) -> None:
    first, second = (found.told[serial] for serial in CODES)
    minutes = first["minutes"]
    share = found.recording.seconds / 60 / minutes
    megabytes = first["size_bytes"] / 1e6 / minutes
    found.figures = {
        "cpu_to_bare": first["cpu_seconds"] * share / found.bare.cpu,
        "second_to_first": second["seconds"] / first["seconds"],
        "second_to_first_cpu": second["cpu_seconds"] / first["cpu_seconds"],
        "seconds_an_hour": first["seconds"] / minutes * 60,
        "cpu_seconds_an_hour": first["cpu_seconds"] / minutes * 60,
        "second_seconds_an_hour": second["seconds"] / minutes * 60,
        "megabytes_a_minute": megabytes,
        "gigabytes_an_hour": megabytes * 60 / 1000,
        "minutes_on_a_layer": LAYER_BYTES / 1e6 / megabytes,
        "text_read": text,
        "codes_read": codes,
        "codes_outside": outside,
    }


def table(found: Run) -> Table:
    """Return the table: what was measured, and the promise where there is one."""
    promised = {target.figure: target for target in TARGETS}
    grid = Table(
        title=f"Two discs of one master: {found.recording.seconds / 60:.1f} minutes", title_justify="left"
    )
    for heading in ("what", "measured", "promised", ""):
        grid.add_column(heading, justify="left" if heading == "what" else "right")
    for name, value in found.figures.items():
        target = promised.get(name)
        kept = "" if target is None or value is None else ("kept" if target.met(value) else "MISSED")
        said = "–" if value is None else f"{value:,.3g}" if abs(value) < 1000 else f"{value:,.0f}"
        grid.add_row(target.says if target else name, said, target.bound if target else "", kept)
    for fault in found.faults:
        grid.add_row(f"! {fault}", "", "", "")
    return grid


def as_json(found: Run) -> dict[str, Any]:
    """Return everything that was measured, and what was missed."""
    missed = [
        target.figure
        for target in TARGETS
        if (value := found.figures.get(target.figure)) is not None and not target.met(value)
    ]
    return {
        "figures": {
            name: None if value is None else round(value, 4) for name, value in found.figures.items()
        },
        "bare_cpu_seconds": round(found.bare.cpu, 1),
        "discs": found.told,
        "faults": found.faults,
        "unmeasured": [target.figure for target in TARGETS if found.figures.get(target.figure) is None],
        "missed": missed,
    }


def _named(picture: Path, name: str) -> Path:
    return Path(shutil.copy(picture, picture.parent.parent / name))
