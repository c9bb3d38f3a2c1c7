"""A layer filled to its limit. Five minutes of a restless picture at a full layer's rate are encoded once; every lecture is
made of them, end to end, by the same tools that make any disc: stream copy, dvdauthor, genisoimage, and all checks.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.disc import looking
from benchmarks.disc.navigator import Navigator
from benchmarks.media.spending import ffmpeg
from media_pipeline.conductor.discs import local, making
from media_pipeline.conductor.discs.making import Shelf, Work
from media_pipeline.conductor.discs.operations import UnableToMakeDisc, require_room
from media_pipeline.packaging.discs import spec, titles
from media_pipeline.packaging.discs.spec import DiscLecture, DiscSpec
from media_pipeline.packaging.discs.titles import TitlePlan
from media_pipeline.transcoding.disc_encode import AC3_BYTES

PIECE_MINUTES = 5
# Two lectures so long that their films do not fit into one file of a disc, and as many short ones as a disc may have.
LONG_MINUTES = (215, 110)
# What DVD-Video allows: a file of a disc, and single-layer media, which hold a little more than their name.
MOST_VOB_BYTES = 1024**3
MEDIA_BYTES = 4_700_372_992
MOST_CHAPTERS = 99


@dataclass
class Layer:
    """What was found."""

    figures: dict[str, float | None] = field(default_factory=dict)
    faults: list[str] = field(default_factory=list)


class Repeated(local.FolderShelf):
    """The pieces of a title of any length, all of which are the one piece of five minutes that was made."""

    def __init__(self, folder: Path, plan: TitlePlan) -> None:
        super().__init__(folder)
        self._plan = plan

    def has(self, kind: str, number: int) -> bool:
        return super().has(kind, 0)

    @contextmanager
    def take(self, kind: str, number: int) -> Iterator[Path]:
        if kind != "sound":
            yield self._path(kind, 0)
            return
        # Frames of AC-3 stand alone: a longer sound is the same bytes more often.
        piece = self._path(kind, 0).read_bytes()
        whole = self._path(kind, 0).with_name("sound-repeated")
        wanted = self._plan.sound_frames * AC3_BYTES
        whole.write_bytes((piece * (wanted // len(piece) + 1))[:wanted])
        yield whole
        whole.unlink()


def fill(work: Path, tell: Any) -> Layer:
    """Make a disc as full as one may be, and look at it. Needs 12 GB for a few minutes."""
    found, disc = Layer(), _disc()
    began = time.monotonic()
    folder = work / "layer"
    folder.mkdir()
    doing = Work(disc, folder, lambda _step, _percent: None, lambda: False)
    plans = titles.plans_of(disc)
    tell(f"a full layer: {len(plans)} lectures, {disc.length_ms // spec.MINUTE_MS} minutes")
    shelf = _piece(disc, plans[0].kbits, doing)
    shelves: list[Shelf] = [Repeated(shelf, plan) for plan in plans]
    image = making.build(doing, shelves, write_data=_fill_up)
    seconds = time.monotonic() - began
    tables = making.checked(disc, image)
    tell("a full layer: lsdvd, libdvdnav and mpv")
    _look(found, disc, image, tables, folder)
    size = image.stat().st_size
    found.faults += _too_much(disc)
    found.figures = {
        "layer_minutes": disc.length_ms / spec.MINUTE_MS,
        "layer_seconds": seconds,
        "layer_bytes": size,
        "layer_bytes_free": min(MEDIA_BYTES, spec.LAYER_BYTES) - size,
        "layer_megabytes_a_minute": _film(tables) / 1e6 / (disc.length_ms / spec.MINUTE_MS),
        "layer_faults": len(found.faults),
    }
    return found


def _disc() -> DiscSpec:
    """As many pieces of five minutes as one disc may hold, in as many lectures as one disc may hold."""
    pieces = spec.minutes_that_fit() // PIECE_MINUTES
    short = spec.MOST_LECTURES - len(LONG_MINUTES) - 1
    rest = pieces * PIECE_MINUTES - sum(LONG_MINUTES) - short * PIECE_MINUTES
    minutes = [*LONG_MINUTES, *[PIECE_MINUTES] * short, rest]
    lectures = tuple(_lecture(number, each) for number, each in enumerate(minutes, start=1))
    return spec.checked(DiscSpec("D-9999", "D_9999", "写满的一张盘", lectures))


def _lecture(number: int, minutes: int) -> DiscLecture:
    length_ms = minutes * spec.MINUTE_MS
    every = -(-length_ms // min(MOST_CHAPTERS, minutes))
    marks = tuple((at, f"第 {place} 页") for place, at in enumerate(range(0, length_ms, every), start=1))
    return DiscLecture(number, f"第 {number} 讲", "陈嘉敏", 0, length_ms, marks)


def _piece(disc: DiscSpec, kbits: int, doing: Work) -> Path:
    """Make the one piece, of a picture so restless that it takes all that its rate gives."""
    restless = doing.folder / "restless.mp4"
    size = f"testsrc2=size=640x360:rate=25:duration={PIECE_MINUTES * 60},noise=alls=14:allf=t"
    heard = f"anoisesrc=color=pink:amplitude=0.2:sample_rate=48000:duration={PIECE_MINUTES * 60}"
    ffmpeg("-f", "lavfi", "-i", size, "-f", "lavfi", "-i", heard, "-c:v", "libx264", "-preset", "ultrafast", "-crf", 20,
           "-pix_fmt", "yuv420p", "-c:a", "aac", restless)  # fmt: skip
    footage = local.look_at(restless, doing.folder)
    lecture = DiscLecture(1, "", "", 0, PIECE_MINUTES * spec.MINUTE_MS)
    folder = doing.folder / "pieces"
    making.make_pieces(TitlePlan(lecture, kbits), local.FolderShelf(folder), footage, doing, share=(0, 1))
    restless.unlink()
    return folder


def _fill_up(data: Path) -> None:
    """A data part that takes what the films leave of the layer."""
    tree = data.parent
    films = sum(path.stat().st_size for path in tree.rglob("*") if path.is_file())
    room = spec.LAYER_BYTES - making.AROUND_BYTES - films
    with (data / "课件.pdf").open("wb") as content:
        content.truncate(max(1, room))


def _look(found: Layer, disc: DiscSpec, image: Path, tables: dict[str, Any], folder: Path) -> None:
    size = image.stat().st_size
    if size > min(MEDIA_BYTES, spec.LAYER_BYTES):
        found.faults.append(f"{size} bytes do not fit on single-layer media")
    vobs = {name: bytes_ for name, bytes_ in tables["sizes"].items() if name.endswith(".VOB")}
    found.faults += [f"{name} has {bytes_} bytes" for name, bytes_ in vobs.items() if bytes_ > MOST_VOB_BYTES]
    for title, minutes in enumerate(LONG_MINUTES, start=1):
        parts = [
            name for name in vobs if name.startswith(f"VTS_{title:02d}_") and not name.endswith("_0.VOB")
        ]
        if len(parts) < 2:
            found.faults.append(f"the film of {minutes} minutes stands in {parts}")
    chapters = [len(plan.title.chapters) for plan in titles.plans_of(disc)]
    lengths = [lecture.length_ms / 1000 for lecture in disc.lectures]
    found.faults += looking.wrong_titles(image, list(zip(lengths, chapters, strict=True)))
    with Navigator(image) as player:
        if player.titles != chapters:
            found.faults.append(f"libdvdnav finds {player.titles} chapters instead of {chapters}")
    # Beyond the first file of a film, and shortly before its end.
    for at in (lengths[0] * 0.6, lengths[0] - 10):
        looking.shown(image, 1, at, folder)


def _too_much(disc: DiscSpec) -> Sequence[str]:
    """One lecture more has to be refused with the minutes that are too many."""
    last = disc.lectures[-1]
    longer = DiscLecture(99, last.title, last.lecturer, 0, last.length_ms + PIECE_MINUTES * spec.MINUTE_MS)
    more = DiscSpec(disc.serial, disc.volume, disc.title, (*disc.lectures[:-1], longer))
    over = -spec.minutes_left(lecture.length_ms for lecture in more.lectures)
    try:
        require_room(more)
    except UnableToMakeDisc as refusal:
        return [] if str(over) in str(refusal) else [f"refused without the {over} minutes: {refusal}"]
    return [f"{over} minutes too many are not refused"]


def _film(tables: dict[str, Any]) -> int:
    return sum(size for name, size in tables["sizes"].items() if name.endswith(".VOB"))
