"""What one disc holds, as plain values: serial, lectures, slide chapters, presence codes; and how much fits on it.

All times are milliseconds of the recording. A disc is single-layer: 4.7 × 10⁹ bytes, which every player reads.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any, Final

LAYER_BYTES: Final = 4_700_000_000
# Menus, the data part (slides, transcript, blank sheet) and what the file systems need.
RESERVED_BYTES: Final = 150_000_000
SECTOR_BYTES: Final = 2048
# What the sound takes, and what pictures of slides must have to stay legible, packs around them included (kbit/s).
SOUND_KBITS: Final = 192
LEAST_PICTURE_KBITS: Final = 1_150
MOST_PICTURE_KBITS: Final = 6_000
# Program stream packs, navigation packs and padding: measured 2 to 3 %.
AROUND: Final = 1.04
MINUTE_MS: Final = 60_000
MOST_LECTURES: Final = 20
MOST_CODE_DIGITS: Final = 8
LEAST_CODE_MS: Final = 1_000


class SpecRefused(ValueError):
    """A disc that cannot be made like this: a mistake of whoever asks, not of the recordings."""


@dataclass(frozen=True)
class DiscLecture:
    """One lecture on a disc: the stretch [from_ms, until_ms) of a recording, its slide chapters `(ms, title)`, and the
    presence codes `(from_ms, until_ms, digits)` that this disc shows and speaks.
    """

    recording_id: int
    title: str
    lecturer: str
    from_ms: int
    until_ms: int
    chapters: tuple[tuple[int, str], ...] = ()
    codes: tuple[tuple[int, int, str], ...] = ()

    @property
    def length_ms(self) -> int:
        """How long it plays."""
        return self.until_ms - self.from_ms

    @property
    def windows(self) -> tuple[tuple[int, int], ...]:
        """Where codes stand, whatever they are: the same on every disc of a master."""
        return tuple((from_ms, until_ms) for from_ms, until_ms, _digits in self.codes)


@dataclass(frozen=True)
class DiscSpec:
    """One disc. `serial` is printed on it and in its menus; `volume` is its name in a computer (capitals, figures, `_`)."""

    serial: str
    volume: str
    title: str
    lectures: tuple[DiscLecture, ...]

    @property
    def length_ms(self) -> int:
        """How long all lectures play together."""
        return sum(lecture.length_ms for lecture in self.lectures)

    @property
    def composition(self) -> str:
        """A digest of everything that discs of one master have in common: all but serial, volume and the codes' digits."""
        bare = [
            {**asdict(lecture), "codes": [list(window) for window in lecture.windows]}
            for lecture in self.lectures
        ]
        return _digest({"title": self.title, "lectures": bare})

    @property
    def digest(self) -> str:
        """A digest of the whole disc: asking for the same one twice makes one image."""
        return _digest(as_plain(self))


def as_plain(spec: DiscSpec) -> dict[str, Any]:
    """Return a spec as plain values, for a row; `read` reads them."""
    plain: dict[str, Any] = asdict(spec)
    return plain


def read(plain: Mapping[str, Any]) -> DiscSpec:
    """Return what `as_plain` wrote down."""
    lectures = tuple(
        DiscLecture(
            **{
                **lecture,
                "chapters": tuple((int(ms), str(title)) for ms, title in lecture["chapters"]),
                "codes": tuple((int(a), int(b), str(digits)) for a, b, digits in lecture["codes"]),
            }
        )
        for lecture in plain["lectures"]
    )
    return DiscSpec(plain["serial"], plain["volume"], plain["title"], lectures)


def checked(spec: DiscSpec) -> DiscSpec:
    """Return a spec whose times and codes are in order and whose names are one line each. Raises SpecRefused."""
    if not spec.serial or not spec.lectures or len(spec.lectures) > MOST_LECTURES:
        raise SpecRefused(f"a disc has a serial and 1 to {MOST_LECTURES} lectures")
    if re.fullmatch(r"[A-Z0-9_]{1,32}", spec.volume, re.ASCII) is None:
        raise SpecRefused(f"{spec.volume!r} is no name of a volume: capitals, figures and _")
    lectures = tuple(map(_checked_lecture, spec.lectures))
    return replace(spec, title=_one_line(spec.title), lectures=lectures)


def minutes_that_fit() -> int:
    """Return how many minutes of lectures one single-layer disc holds with legible slides."""
    kbits = (LEAST_PICTURE_KBITS + SOUND_KBITS) * AROUND
    return int((LAYER_BYTES - RESERVED_BYTES) * 8 / 1000 / kbits / 60)


def minutes_left(lengths_ms: Iterable[int]) -> int:
    """Return how many whole minutes still fit beside lectures of these lengths; below zero: so many are too much."""
    return math.floor((minutes_that_fit() * MINUTE_MS - sum(lengths_ms)) / MINUTE_MS)


def fits(spec: DiscSpec) -> bool:
    """Tell whether all lectures of a disc fit on one layer."""
    return minutes_left(lecture.length_ms for lecture in spec.lectures) >= 0


def picture_kbits(length_ms: int) -> int:
    """Return the mean rate (kbit/s) that pictures may have so that lectures of this length fill one layer at most.

    Slides hardly ever need it; a camera's picture does. In steps, so that it seldom changes from one disc to the next.
    """
    share = (LAYER_BYTES - RESERVED_BYTES) * 8 / AROUND / max(1, length_ms) - SOUND_KBITS
    return max(LEAST_PICTURE_KBITS, min(MOST_PICTURE_KBITS, int(share) // 50 * 50))


def most_bytes(length_ms: int) -> int:
    """Return how many bytes an image of so much lecture needs at most: for the disk check."""
    kbits = (picture_kbits(length_ms) + SOUND_KBITS) * AROUND
    return min(LAYER_BYTES, int(kbits * length_ms / 8)) + RESERVED_BYTES


def _checked_lecture(lecture: DiscLecture) -> DiscLecture:
    if not 0 <= lecture.from_ms < lecture.until_ms:
        raise SpecRefused(
            f"{lecture.title}: {lecture.from_ms} to {lecture.until_ms} is no stretch of a recording"
        )
    last = lecture.from_ms
    for from_ms, until_ms, digits in sorted(lecture.codes):
        if not (last <= from_ms and from_ms + LEAST_CODE_MS <= until_ms <= lecture.until_ms):
            raise SpecRefused(
                f"{lecture.title}: the code at {from_ms} is too short, or overlaps another one or the lecture's end"
            )
        if not (digits.isascii() and digits.isdigit() and len(digits) <= MOST_CODE_DIGITS):
            raise SpecRefused(f"{lecture.title}: {digits!r} is no code")
        last = until_ms
    chapters = tuple(
        sorted(
            (ms, _one_line(title))
            for ms, title in lecture.chapters
            if lecture.from_ms <= ms < lecture.until_ms
        )
    )
    return replace(
        lecture,
        title=_one_line(lecture.title),
        lecturer=_one_line(lecture.lecturer),
        chapters=chapters,
        codes=tuple(sorted(lecture.codes)),
    )


def _one_line(text: str) -> str:
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())


def _digest(plain: object) -> str:
    return hashlib.sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
