"""Reading a finished image back, byte by byte: the file system, and what its DVD-Video tables say a player will find.

Our own reader, so that what is published was looked at by other eyes than those that made it.
"""

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from media_pipeline.packaging.discs.spec import SECTOR_BYTES

_DESCRIPTOR_SECTOR = 16
_ASPECTS = {0: "4:3", 3: "16:9"}
_AC3 = 0


class ImageDamaged(Exception):
    """The image is no DVD-Video disc, or not all of it is there."""


@dataclass(frozen=True)
class Extent:
    """Where a file stands in an image, in bytes."""

    start: int
    size: int


@dataclass(frozen=True)
class FoundTitle:
    """One title as a player finds it."""

    length_ms: int
    chapters: int
    pal: bool
    aspect: str
    sound: str
    language: str
    menu_language: str


@dataclass(frozen=True)
class FoundDisc:
    """An image as a player finds it; `sizes` has every file in its folder of video, by name."""

    volume: str
    titles: tuple[FoundTitle, ...]
    menu_language: str
    sizes: dict[str, int]


def read_image(path: Path) -> FoundDisc:
    """Return what an image holds. Raises ImageDamaged."""
    whole = path.stat().st_size
    try:
        with path.open("rb") as image:
            volume, root = _file_system(image)
            video = _folder(image, root).get("VIDEO_TS")
            if video is None:
                raise ImageDamaged("no folder VIDEO_TS")
            files = {name: extent for name, extent in _folder(image, video).items() if "." in name}
            for name, extent in files.items():
                if extent.size == 0 or extent.start + extent.size > whole:
                    raise ImageDamaged(f"{name} is empty or reaches beyond the end of the image")
            return _disc(image, volume, files)
    except (KeyError, IndexError, struct.error, UnicodeDecodeError) as error:
        raise ImageDamaged(repr(error)) from error


def _disc(image: BinaryIO, volume: str, files: dict[str, Extent]) -> FoundDisc:
    manager = _bytes(image, files["VIDEO_TS.IFO"])
    if manager[:12] != b"DVDVIDEO-VMG":
        raise ImageDamaged("VIDEO_TS.IFO is no table")
    table = _pointed(manager, 0xC4)
    count = _u16(table, 0)
    titles = []
    for number in range(count):
        entry = table[8 + 12 * number : 20 + 12 * number]
        chapters, title_set, title = _u16(entry, 2), entry[6], entry[7]
        titles.append(_title(_bytes(image, files[f"VTS_{title_set:02d}_0.IFO"]), title, chapters))
    sizes = {name: extent.size for name, extent in files.items()}
    return FoundDisc(volume, tuple(titles), _language(manager, 0xC8), sizes)


def _title(table: bytes, number: int, chapters: int) -> FoundTitle:
    if table[:12] != b"DVDVIDEO-VTS":
        raise ImageDamaged("a title's table is none")
    picture, sound = table[0x200], table[0x204:0x20C]
    programs = _pointed(table, 0xCC)
    length_ms = _length_ms(programs[_u32(programs, 8 + 8 * (number - 1) + 4) :])
    return FoundTitle(
        length_ms=length_ms,
        chapters=chapters,
        pal=picture >> 4 & 3 == 1,
        aspect=_ASPECTS.get(picture >> 2 & 3, "?"),
        sound="ac3" if sound[0] >> 5 == _AC3 and _u16(table, 0x202) else "?",
        language=sound[2:4].decode("ascii"),
        menu_language=_language(table, 0xD0),
    )


def _length_ms(chain: bytes) -> int:
    """The playing time of a program chain: hours, minutes, seconds and pictures, each in two decimal figures."""
    hours, minutes, seconds, pictures = (
        byte // 16 * 10 + byte % 16 for byte in (*chain[4:7], chain[7] & 0x3F)
    )
    return int(((hours * 60 + minutes) * 60 + seconds) * 1000 + pictures * 40)


def _language(table: bytes, offset: int) -> str:
    """The language of the first menus that a table points to; empty without menus."""
    return _pointed(table, offset)[8:10].decode("ascii") if _u32(table, offset) else ""


def _pointed(table: bytes, offset: int) -> bytes:
    return table[_u32(table, offset) * SECTOR_BYTES :]


def _file_system(image: BinaryIO) -> tuple[str, Extent]:
    descriptor = _bytes(image, Extent(_DESCRIPTOR_SECTOR * SECTOR_BYTES, SECTOR_BYTES))
    if descriptor[:7] != b"\x01CD001\x01":
        raise ImageDamaged("no file system")
    return descriptor[40:72].decode("ascii").strip(), _extent(descriptor[156:190])


def _folder(image: BinaryIO, folder: Extent) -> dict[str, Extent]:
    entries, data, offset = {}, _bytes(image, folder), 0
    while offset < len(data):
        length = data[offset]
        if length == 0:
            # Entries do not cross sectors.
            offset = (offset // SECTOR_BYTES + 1) * SECTOR_BYTES
            continue
        entry = data[offset : offset + length]
        name = entry[33 : 33 + entry[32]]
        if name not in (b"\x00", b"\x01"):
            entries[name.decode("ascii").partition(";")[0]] = _extent(entry)
        offset += length
    return entries


def _extent(entry: bytes) -> Extent:
    start, size = struct.unpack_from("<I", entry, 2)[0], struct.unpack_from("<I", entry, 10)[0]
    return Extent(start * SECTOR_BYTES, size)


def _bytes(image: BinaryIO, extent: Extent) -> bytes:
    image.seek(extent.start)
    data = image.read(extent.size)
    if len(data) != extent.size:
        raise ImageDamaged("the image ends early")
    return data


def _u16(data: bytes, offset: int) -> int:
    return int(struct.unpack_from(">H", data, offset)[0])


def _u32(data: bytes, offset: int) -> int:
    return int(struct.unpack_from(">I", data, offset)[0])
