"""Looking at a disc as a player shows it: mpv on libdvdread for pictures, OCR for what stands in them, lsdvd for tables."""

import re
import subprocess
import unicodedata
from pathlib import Path
from typing import Any

from benchmarks.disc.navigator import MENU_KEY, TITLE_KEY, Navigator, PlayerConfused
from benchmarks.media.spending import ffmpeg
from media_pipeline.transcoding.reading import read_text


def shown(image: Path, title: int, at: float, folder: Path) -> Path:
    """Return the picture that mpv shows of a title (from 1) at a moment, at the size of a 16:9 screen."""
    into = folder / f"shown-{title}-{at:g}"
    into.mkdir()
    asked = ["mpv", "--no-config", "--really-quiet", "--ao=null", "--vo=image", "--vo-image-format=png",
             f"--vo-image-outdir={into}", f"--start={at}", "--hr-seek=yes", "--frames=1", f"dvd://{title - 1}",
             f"--dvd-device={image}"]  # fmt: skip
    subprocess.run(asked, check=True, capture_output=True, timeout=120)
    return next(into.iterdir())


def text_in(picture: Path) -> str:
    """Return what OCR reads in a picture, in one width and without spaces."""
    return "".join(unicodedata.normalize("NFKC", read_text(picture)).split())


def lsdvd(image: Path) -> list[dict[str, Any]]:
    """Return what lsdvd says of each title."""
    said = subprocess.run(
        ["lsdvd", "-x", "-Oy", image], check=True, capture_output=True, text=True, timeout=120
    ).stdout
    # The library's own chatter comes first.
    told = eval(said[said.index("lsdvd = ") + 8 :], {"__builtins__": {}})  # noqa: S307 (it writes Python)
    titles: list[dict[str, Any]] = told["track"]
    return titles


def wrong_titles(image: Path, wanted: list[tuple[float, int]]) -> list[str]:
    """Return what lsdvd finds that is not as it should be; `wanted` has seconds and chapters of each title."""
    found, faults = lsdvd(image), []
    if len(found) != len(wanted):
        faults.append(f"{len(found)} titles instead of {len(wanted)}")
    for number, (track, (seconds, chapters)) in enumerate(zip(found, wanted, strict=False), start=1):
        said = (
            abs(track["length"] - seconds) < 2,
            len(track["chapter"]) == chapters,
            track["format"] == "PAL",
            track["aspect"] == "16/9",
            [sound["langcode"] for sound in track["audio"]] == ["zh"],
        )
        if not all(said):
            faults.append(f"title {number}: {said}")
    return faults


def wrong_steps(image: Path, folder: Path, titles: int) -> tuple[list[str], list[Path]]:
    """Press every kind of button once; return what led elsewhere, and a picture of every menu page that was seen."""
    faults: list[str] = []
    pages: list[Path] = []

    def expect(step: str, found: object, wanted: object) -> None:
        if found != wanted:
            faults.append(f"{step}: {found} instead of {wanted}")

    def menu(player: Navigator) -> str:
        stream = folder / f"menu-{len(pages)}.vob"
        stream.write_bytes(player.to_menu())
        ffmpeg("-i", stream, "-frames:v", 1, stream.with_suffix(".png"))
        pages.append(stream.with_suffix(".png"))
        return player.place.domain

    try:
        with Navigator(image) as player:
            expect("the disc is put in", menu(player), "root")
            player.press(1)
            for title in range(1, titles + 1):
                place = player.to_title()
                expect(f"all in a row, {title}", (place.title, place.chapter), (title, 1))
                player.chapter(title, player.titles[title - 1])
                player.to_title()
                after = player.play_until_other(title)
                expect(
                    f"after title {title}",
                    after.title or after.domain,
                    title + 1 if title < titles else "root",
                )
            menu(player)
            player.press(2)
            expect("a lecture", menu(player), "lecture")
            player.press(3)
            expect("its second chapter", player.to_title().chapter, 2)
            player.call(MENU_KEY)
            expect("the menu key", menu(player), "lecture")
            player.call(TITLE_KEY)
            expect("the title key", menu(player), "root")
    except PlayerConfused as confused:
        faults.append(str(confused))
    return faults, pages


def unread(pages: list[Path]) -> list[str]:
    """Return the menu pages on which OCR does not read the button that plays."""
    return [page.name for page in pages if not re.search("播放(全部|本讲)", text_in(page))]
