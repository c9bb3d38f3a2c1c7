"""Where a lecture is cut for discs, in pictures and sound frames. Plain whole numbers.

A title is made once in closed pieces; a disc of its own serial gets only the pieces anew that a code stands in. All cuts
stand where a picture (40 ms) and an AC-3 frame (32 ms) begin together: every 160 ms.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

PICTURE_MS: Final = 40
SAMPLE_RATE: Final = 48_000
AC3_SAMPLES: Final = 1_536
# Four pictures are five AC-3 frames.
GRID: Final = 4
# What a worker that dies loses at most (pictures: five minutes).
PIECE_PICTURES: Final = 7_500
# A code stands in the picture for at most so long, in the middle of its window: long enough to be copied in peace, and
# short enough that it hides little and that a disc of another serial costs little.
SHOWN_MS: Final = 60_000
# Sound frames before and after a code's piece that are encoded and thrown away: a codec's block begins in the one before.
SPARE_FRAMES: Final = 8


@dataclass(frozen=True)
class Part:
    """Pictures [first, until) of a title. `code` is the number of the code that stands in it, None where there is none."""

    number: int
    first: int
    until: int
    code: int | None = None

    @property
    def pictures(self) -> int:
        return self.until - self.first

    @property
    def sound(self) -> tuple[int, int]:
        """The AC-3 frames that belong to it."""
        return self.first * 5 // 4, self.until * 5 // 4


def pictures_of(length_ms: int) -> int:
    """Return how many pictures a title of this length has: whole steps of the grid, never shorter than the lecture."""
    step_ms = PICTURE_MS * GRID
    return -(-length_ms // step_ms) * GRID


def sound_frames_of(length_ms: int) -> int:
    """Return how many AC-3 frames a title of this length has."""
    return pictures_of(length_ms) * 5 // 4


def shown(window: Sequence[int]) -> tuple[int, int]:
    """Return when a code is shown: the middle minute of its window."""
    from_ms, until_ms = window[0], window[1]
    spare_ms = max(0, until_ms - from_ms - SHOWN_MS) // 2
    return from_ms + spare_ms, until_ms - spare_ms


def parts(length_ms: int, windows: Sequence[tuple[int, int]]) -> list[Part]:
    """Return the pieces of a title in order and without a gap. `windows` are those of its codes, in milliseconds from the
    title's start, sorted and apart.
    """
    total = pictures_of(length_ms)
    found: list[Part] = []
    done = 0
    for code, window in enumerate(windows):
        from_ms, until_ms = shown(window)
        first = max(done, from_ms // PICTURE_MS // GRID * GRID)
        until = min(total, -(-until_ms // (PICTURE_MS * GRID)) * GRID)
        if until <= first:
            continue
        found += _plain(len(found), done, first)
        found.append(Part(len(found), first, until, code))
        done = until
    return [*found, *_plain(len(found), done, total)]


def _plain(number: int, first: int, until: int) -> list[Part]:
    starts = range(first, until, PIECE_PICTURES)
    return [
        Part(number + place, start, min(start + PIECE_PICTURES, until)) for place, start in enumerate(starts)
    ]


def sound_around(part: Part, total_frames: int) -> tuple[int, int]:
    """Return the AC-3 frames that are encoded for a code's piece: its own and a few before and after."""
    first, until = part.sound
    return max(0, first - SPARE_FRAMES), min(total_frames, until + SPARE_FRAMES)


def chapters(
    marks: Sequence[tuple[int, str]], length_ms: int, *, most: int = 99, least_ms: int = 4_000
) -> list[tuple[int, str]]:
    """Return the chapters of a title `(ms, title)`: the first at 0, none closer than `least_ms` to the one before, and at
    most as many as DVD-Video allows. Where there are more, the shortest ones are joined to what comes before them.
    """
    kept: list[tuple[int, str]] = []
    for at_ms, title in sorted(marks):
        if not 0 <= at_ms < length_ms:
            continue
        if kept and at_ms - kept[-1][0] < least_ms:
            # A slide that is built up line by line is one chapter, called by what stands there in the end.
            kept[-1] = (kept[-1][0], title or kept[-1][1])
        else:
            kept.append((at_ms, title))
    if kept and kept[0][0] < least_ms:
        kept[0] = (0, kept[0][1])
    else:
        kept.insert(0, (0, ""))
    while len(kept) > most:
        ends = [*(at for at, _title in kept[1:]), length_ms]
        shortest = min(range(1, len(kept)), key=lambda number: ends[number] - kept[number][0])
        del kept[shortest]
    return kept
