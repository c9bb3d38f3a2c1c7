"""From recordings to an image, with the tools in order and a check after each. Knows no rows: pieces come from a shelf.

First disc of a master: every piece is encoded. Every other one: only the pieces with its codes, then all is joined anew.
"""

import shutil
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Any, Protocol

from django.contrib.staticfiles import finders

from media_pipeline.packaging.discs import cuts, drawing, menus, reading, titles
from media_pipeline.packaging.discs.cuts import Part
from media_pipeline.packaging.discs.menus import Page
from media_pipeline.packaging.discs.spec import LAYER_BYTES, DiscSpec, most_bytes
from media_pipeline.packaging.discs.titles import TitlePlan
from media_pipeline.recordings.failures import Failure, RecordingRefused, StageFailed
from media_pipeline.transcoding import authoring, disc_encode
from media_pipeline.transcoding.disc_encode import AC3_BYTES, Footage, Making
from media_pipeline.transcoding.encode import Cancelled, level_sound
from media_pipeline.transcoding.rules import tolerance_ms

DATA_FOLDER = "资料"
_VOICE = "sound/1/code-{}.ogg"
_COPY_BYTES = 1024**2
# What the file systems take of a layer, at most.
AROUND_BYTES = 5_000_000


class Step(StrEnum):
    """What is being done."""

    PICTURES = "pictures"
    CODES = "codes"
    DISC = "disc"
    CHECKING = "checking"


# Where each step begins on the way from 0 to 100, where every piece has to be made and where none has to.
_BEGINS = {
    True: {Step.PICTURES: 0, Step.CODES: 78, Step.DISC: 84, Step.CHECKING: 96},
    False: {Step.PICTURES: 0, Step.CODES: 0, Step.DISC: 40, Step.CHECKING: 85},
}
Tell = Callable[[Step, int], None]
WriteData = Callable[[Path], None]


class Shelf(Protocol):
    """The pieces of one title, by kind and number: made once, kept, and taken for every disc."""

    def has(self, kind: str, number: int) -> bool:
        """Tell whether a piece is there."""

    def put(self, kind: str, number: int, path: Path, *, units: int) -> None:
        """Keep a piece that was made and counted."""

    def take(self, kind: str, number: int) -> AbstractContextManager[Path]:
        """Give a piece as a local file."""


@dataclass(frozen=True)
class Work:
    """One attempt at one disc: a folder of its own, whom to tell, and whether anybody still wants it."""

    disc: DiscSpec
    folder: Path
    tell: Tell
    cancelled: Cancelled

    def making(self, step: Step, *, whole: bool, share: tuple[int, int] = (0, 1)) -> Making:
        """Return what a tool's run needs. `whole`: pieces have to be made; `share`: which of how many parts of the step."""
        begins = _BEGINS[whole]
        ends = [*begins.values(), 99]
        low, high = begins[step], ends[list(begins).index(step) + 1]
        number, count = share

        def told(percent: int) -> None:
            self.tell(step, low + (high - low) * (100 * number + percent) // (100 * count))

        return Making(self.folder, told, self.cancelled)


def lacking(plan: TitlePlan, shelf: Shelf) -> list[tuple[str, int]]:
    """Return the pieces, kind and number, that a title still lacks."""
    wanted = [("picture" if part.code is None else "clean", part.number) for part in plan.parts]
    wanted += [("sound", 0), *(("spoken", part.number) for part in plan.coded)]
    return [(kind, number) for kind, number in wanted if not shelf.has(kind, number)]


def make_pieces(
    plan: TitlePlan, shelf: Shelf, footage: Footage, work: Work, *, share: tuple[int, int]
) -> None:
    """Make what a title lacks, one piece after the other, each kept as soon as it is counted. Raises StageFailed."""
    missing = lacking(plan, shelf)
    pictures = [
        part for part in plan.parts if ("picture" if part.code is None else "clean", part.number) in missing
    ]
    number, count = share
    steps = len(pictures) + 1
    for place, part in enumerate(pictures):
        making = work.making(Step.PICTURES, whole=True, share=(number * steps + place, count * steps))
        _make_part(plan, part, shelf, footage, making)
    if any(kind in ("sound", "spoken") for kind, _number in missing):
        making = work.making(Step.PICTURES, whole=True, share=(number * steps + steps - 1, count * steps))
        _make_sounds(plan, shelf, footage, making)


def build(work: Work, shelves: Sequence[Shelf], *, write_data: WriteData, whole: bool = False) -> Path:
    """Put the image of a disc together from pieces that are all there, and return its file. Raises StageFailed;
    RecordingRefused where the data part does not fit beside the film.
    """
    plans = titles.plans_of(work.disc)
    authoring.require_room(work.folder, 2 * most_bytes(work.disc.length_ms))
    streams = [
        _title(plan, shelf, work, whole=whole, share=(number, len(plans)))
        for number, (plan, shelf) in enumerate(zip(plans, shelves, strict=True))
    ]
    work.making(Step.DISC, whole=whole).on_percent(0)
    tree = _authored(plans, streams, work)
    for stream in streams:
        stream.unlink()
    work.making(Step.DISC, whole=whole).on_percent(50)
    data = tree / DATA_FOLDER
    data.mkdir()
    film = _size(tree)
    write_data(data)
    if not any(data.iterdir()):
        data.rmdir()
    needs = _size(tree)
    if film <= LAYER_BYTES - AROUND_BYTES < needs:
        # Trying again would change nothing, and what is wrong is not the film.
        raise RecordingRefused(Failure.DISC_TOO_FULL, f"{needs - film} bytes beside {film} bytes of film")
    image = work.folder / "disc.iso"
    authoring.image(tree, image, volume=work.disc.volume, needs=needs, cancelled=work.cancelled)
    shutil.rmtree(tree)
    work.making(Step.CHECKING, whole=whole).on_percent(0)
    return image


def _size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def checked(disc: DiscSpec, image: Path) -> dict[str, Any]:
    """Return what a finished image was found to hold. Raises StageFailed unless it is what was asked for."""
    try:
        found = reading.read_image(image)
    except reading.ImageDamaged as error:
        raise StageFailed(Failure.OUTPUT_WRONG, f"the image: {error}") from error
    plans = titles.plans_of(disc)
    faults = []
    if len(found.titles) != len(plans):
        faults.append(f"{len(found.titles)} titles instead of {len(plans)}")
    if image.stat().st_size > LAYER_BYTES:
        faults.append(f"{image.stat().st_size} bytes do not fit on one layer")
    for number, (title, plan) in enumerate(zip(found.titles, plans, strict=False), start=1):
        if abs(title.length_ms - plan.length_ms) > tolerance_ms(plan.length_ms):
            faults.append(f"title {number} lasts {title.length_ms} ms instead of {plan.length_ms} ms")
        if title.chapters != len(plan.title.chapters):
            faults.append(
                f"title {number} has {title.chapters} chapters instead of {len(plan.title.chapters)}"
            )
        said = (title.pal, title.aspect, title.sound, title.language, title.menu_language)
        if said != (True, "16:9", "ac3", menus.LANGUAGE, menus.LANGUAGE):
            faults.append(f"title {number} says {said}")
    if found.menu_language != menus.LANGUAGE or found.volume != disc.volume:
        faults.append(f"menus in {found.menu_language!r} on the volume {found.volume!r}")
    if faults:
        raise StageFailed(Failure.OUTPUT_WRONG, "; ".join(faults))
    return asdict(found)


def _make_part(plan: TitlePlan, part: Part, shelf: Shelf, footage: Footage, making: Making) -> None:
    kind, ending, kbits = ("picture", "m2v", plan.kbits) if part.code is None else ("clean", "mp4", None)
    output = making.folder / f"{kind}-{part.number}.{ending}"
    if footage.facts.picture is None:
        card = making.folder / "card.png"
        drawing.draw_card(plan.lecture.title, plan.lecture.lecturer, card)
        disc_encode.make_card(card, count=part.pictures, output=output, kbits=kbits, making=making)
    else:
        from_ms = plan.lecture.from_ms + part.first * cuts.PICTURE_MS
        disc_encode.make_pictures(
            footage, from_ms=from_ms, count=part.pictures, output=output, kbits=kbits, making=making
        )
    shelf.put(kind, part.number, output, units=part.pictures)


def _make_sounds(plan: TitlePlan, shelf: Shelf, footage: Footage, making: Making) -> None:
    levelled = making.folder / "levelled.flac"
    loudness = level_sound(
        footage.path,
        footage.facts,
        footage.timeline,
        levelled,
        on_percent=lambda percent: making.on_percent(percent * 3 // 4),
        cancelled=making.cancelled,
    )
    from_ms, frames = plan.lecture.from_ms, plan.sound_frames
    quiet = Making(making.folder, lambda _percent: None, making.cancelled)
    for part in plan.coded:
        first, until = cuts.sound_around(part, frames)
        output, samples = making.folder / f"spoken-{part.number}.flac", (until - first) * cuts.AC3_SAMPLES
        disc_encode.make_sound_piece(
            levelled, loudness.gain_db, from_ms=from_ms, first=first * cuts.AC3_SAMPLES, samples=samples,
            output=output, making=quiet,
        )  # fmt: skip
        shelf.put("spoken", part.number, output, units=samples)
    output = making.folder / "sound.ac3"
    disc_encode.make_sound(
        levelled, loudness.gain_db, from_ms=from_ms, frames=frames, output=output, making=quiet
    )
    shelf.put("sound", 0, output, units=frames)
    levelled.unlink()


def _title(plan: TitlePlan, shelf: Shelf, work: Work, *, whole: bool, share: tuple[int, int]) -> Path:
    """Join one title's pieces, with the codes of this disc in their places."""
    making = work.making(Step.CODES, whole=whole, share=share)
    quiet = Making(work.folder, lambda _percent: None, work.cancelled)
    folder = work.folder / f"title-{share[0]}"
    folder.mkdir()
    with ExitStack() as stack:
        pieces, spoken = [], {}
        for part in plan.parts:
            if part.code is None:
                pieces.append(stack.enter_context(shelf.take("picture", part.number)))
                continue
            card, pictures, sound = (
                folder / f"code-{part.number}.{ending}" for ending in ("png", "m2v", "ac3")
            )
            drawing.draw_code(plan.digits(part), number=part.code + 1, serial=work.disc.serial, path=card)
            with shelf.take("clean", part.number) as clean:
                disc_encode.make_coded(
                    clean, card, count=part.pictures, output=pictures, kbits=plan.kbits, making=making
                )
            with shelf.take("spoken", part.number) as clean:
                _speak(plan, part, clean, sound, quiet)
            pieces.append(pictures)
            spoken[part] = sound
        heard = folder / "sound.ac3"
        with shelf.take("sound", 0) as whole_sound:
            _splice(whole_sound, spoken, plan.sound_frames, heard)
        stream = work.folder / f"title-{share[0]}.mpg"
        disc_encode.put_together(pieces, heard, stream, count=plan.pictures, making=quiet)
    shutil.rmtree(folder)
    return stream


def _speak(plan: TitlePlan, part: Part, clean: Path, output: Path, making: Making) -> None:
    first, until = cuts.sound_around(part, plan.sound_frames)
    lead_ms = (part.sound[0] - first) * cuts.AC3_SAMPLES * 1000 // cuts.SAMPLE_RATE
    words = titles.words_of(plan.digits(part), part.pictures * cuts.PICTURE_MS)
    disc_encode.make_spoken(
        clean,
        [(lead_ms + at, voice(word)) for at, word in words],
        lowered=[(lead_ms + begin, lead_ms + end) for begin, end in titles.lowered(words)],
        frames=until - first,
        output=output,
        making=making,
    )


def voice(word: str) -> Path:
    """Return the sound of a spoken word: a digit, or "listen". Raises StageFailed where this machine does not have it."""
    found = finders.find(_VOICE.format(word))
    if not found:
        raise StageFailed(Failure.INTERNAL, f"there is no sound of {word!r}")
    return Path(found)


def _splice(whole: Path, spoken: dict[Part, Path], frames: int, output: Path) -> None:
    """Write a title's sound with the spoken pieces in their places, frame by frame: nothing is encoded again."""
    disc_encode.check_frames(whole, frames)
    with whole.open("rb") as source, output.open("wb") as target:
        done = 0
        for part, path in spoken.items():
            first, until = part.sound
            _copy(source, target, (first - done) * AC3_BYTES)
            with path.open("rb") as piece:
                piece.seek((first - cuts.sound_around(part, frames)[0]) * AC3_BYTES)
                _copy(piece, target, (until - first) * AC3_BYTES)
            source.seek(until * AC3_BYTES)
            done = until
        _copy(source, target, (frames - done) * AC3_BYTES)
    disc_encode.check_frames(output, frames)


def _copy(source: Any, target: Any, size: int) -> None:
    while size > 0 and (block := source.read(min(size, _COPY_BYTES))):
        target.write(block)
        size -= len(block)


def _authored(plans: Sequence[TitlePlan], streams: Sequence[Path], work: Work) -> Path:
    """Make menus and navigation, and return the folder of the disc."""
    quiet = Making(work.folder, lambda _percent: None, work.cancelled)
    make = partial(_menu_page, making=quiet)
    all_titles = [plan.title for plan in plans]
    roots = [
        (page, make(page, f"root-{place}"))
        for place, page in enumerate(menus.root_pages(work.disc, all_titles))
    ]
    lectures = []
    for number, (title, stream) in enumerate(zip(all_titles, streams, strict=True), start=1):
        pages = [
            (page, make(page, f"menu-{number}-{place}"))
            for place, page in enumerate(menus.lecture_pages(work.disc, number, title))
        ]
        lectures.append((title, pages, str(stream)))
    script = work.folder / "disc.xml"
    script.write_text(menus.authoring_script(roots, lectures), encoding="utf-8")
    tree = work.folder / "tree"
    needs = sum(stream.stat().st_size for stream in streams)
    authoring.author(script, tree, needs=needs, cancelled=work.cancelled)
    (tree / "AUDIO_TS").mkdir(exist_ok=True)
    return tree


def _menu_page(page: Page, name: str, *, making: Making) -> str:
    drawn = drawing.draw_page(page, making.folder, name)
    bare, finished = making.folder / f"{name}-bare.mpg", making.folder / f"{name}.mpg"
    disc_encode.make_menu(drawn.page, bare, making=making)
    script = making.folder / f"{name}.xml"
    script.write_text(
        menus.overlay_script(page, marked=str(drawn.marked), pressed=str(drawn.pressed)), encoding="utf-8"
    )
    authoring.overlay(bare, script, finished, cancelled=making.cancelled)
    return str(finished)
