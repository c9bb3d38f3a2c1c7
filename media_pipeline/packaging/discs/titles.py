"""One lecture as a disc carries it: which pieces it is made of, and what the spoken code sounds like. Plain values."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from media_pipeline.packaging.discs import cuts, spec
from media_pipeline.packaging.discs.cuts import Part
from media_pipeline.packaging.discs.menus import Title
from media_pipeline.packaging.discs.spec import DiscLecture, DiscSpec

# Raised when pieces are made by other settings than before: those of earlier discs are not taken then.
REVISION: Final = 1
LISTEN: Final = "listen"
# How long a word may take, and the pauses: before the first, between two rounds, and from one word to the next (ms).
_LISTEN_MS, _DIGIT_MS, _BEFORE_MS, _AGAIN_MS = 1_500, 1_000, 1_500, 900


@dataclass(frozen=True)
class TitlePlan:
    """One lecture with the mean rate of its pictures. All discs that cut a recording alike share the key of its pieces."""

    lecture: DiscLecture
    kbits: int

    @cached_property
    def parts(self) -> list[Part]:
        """Its pieces of pictures, in order."""
        start = self.lecture.from_ms
        windows = [(from_ms - start, until_ms - start) for from_ms, until_ms in self.lecture.windows]
        return cuts.parts(self.lecture.length_ms, windows)

    @property
    def coded(self) -> list[Part]:
        """The pieces that a code stands in."""
        return [part for part in self.parts if part.code is not None]

    @property
    def pictures(self) -> int:
        return cuts.pictures_of(self.lecture.length_ms)

    @property
    def sound_frames(self) -> int:
        return cuts.sound_frames_of(self.lecture.length_ms)

    @property
    def length_ms(self) -> int:
        return self.pictures * cuts.PICTURE_MS

    @property
    def key(self) -> str:
        """The digest of everything that the pieces depend on."""
        lecture = self.lecture
        told = [REVISION, lecture.recording_id, lecture.from_ms, lecture.until_ms, self.kbits,
                [[part.first, part.until, part.code is not None] for part in self.parts]]  # fmt: skip
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()

    @property
    def title(self) -> Title:
        """What the menus say of it."""
        start = self.lecture.from_ms
        marks = [(ms - start, words) for ms, words in self.lecture.chapters]
        return Title(self.lecture, tuple(cuts.chapters(marks, self.lecture.length_ms)), self.length_ms)

    def digits(self, part: Part) -> str:
        """Return the code that stands in a piece."""
        assert part.code is not None  # noqa: S101 (only asked for pieces with one)
        return self.lecture.codes[part.code][2]


def plans_of(disc: DiscSpec) -> list[TitlePlan]:
    """Return the titles of a disc, in order."""
    kbits = spec.picture_kbits(disc.length_ms)
    return [TitlePlan(lecture, kbits) for lecture in disc.lectures]


def words_of(digits: str, length_ms: int) -> list[tuple[int, str]]:
    """Return when which word is spoken in a piece of this length, `(ms, word)`: “listen”, the digits, the digits again; and
    all of it once more in the second half of a long piece. What would not end within the piece is not begun.
    """
    found: list[tuple[int, str]] = []
    starts = [_BEFORE_MS, length_ms // 2] if length_ms >= 4 * _round_ms(digits) else [_BEFORE_MS]
    for start in starts:
        at = start
        for words in ([LISTEN, *digits], [*digits]):
            for word in words:
                if at + _word_ms(word) <= length_ms:
                    found.append((at, word))
                at += _word_ms(word)
            at += _AGAIN_MS
    return found


def lowered(words: Iterable[tuple[int, str]]) -> list[tuple[int, int]]:
    """Return the stretches (ms) in which the lecture is lowered: a little around words that follow each other."""
    stretches: list[tuple[int, int]] = []
    for at, word in words:
        begin, end = max(0, at - 200), at + _word_ms(word) + 200
        if stretches and begin - stretches[-1][1] < _AGAIN_MS:
            stretches[-1] = (stretches[-1][0], end)
        else:
            stretches.append((begin, end))
    return stretches


def _word_ms(word: str) -> int:
    return _LISTEN_MS if word == LISTEN else _DIGIT_MS


def _round_ms(digits: str) -> int:
    return _BEFORE_MS + _LISTEN_MS + 2 * len(digits) * _DIGIT_MS + _AGAIN_MS
