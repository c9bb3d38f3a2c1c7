"""Where the slides change: gray pictures in, two a second, plain values out. No Django, no ffmpeg, constant memory.

A picture is compared in blocks. Blocks that move all the time (the talking head, a clip that plays) are left out; what
is left is the still part. A change counts when the still part no longer looks as it did and then rests: fades, build
animations and slides that were flipped through belong to the state that follows. The share of moving blocks tells a
recording of slides from one of a camera. Times are counted in pictures here; `PICTURE_MS` makes milliseconds of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any

import numpy as np
from numpy.typing import NDArray

PICTURES_PER_SECOND = 2
PICTURE_MS = 1000 // PICTURES_PER_SECOND
# The long and the short side of a gray picture, and of a block in it; a picture held upright has upright blocks.
LONG_SIDE, SHORT_SIDE = 320, 180
BLOCK_LONG, BLOCK_SHORT = 16, 10

# A block has changed when its pixels differ by this much on average (of 255), and by this much more per unit of noise.
CHANGED, CHANGED_PER_NOISE, CHANGED_AT_MOST = 4.0, 3.0, 12.0
# A line of text lies in at least three blocks side by side; a mouse pointer that was moved and left lies in fewer.
# Anything else has to fill this many blocks. `ENERGY` is the sum of the differences of all of them.
WIDE, MANY, ENERGY = 3, 8, 30.0
# How many pictures the still part has to rest.
PAUSE = 3
# A block is busy when it changed in this many of the last pictures, and lately.
BUSY_WINDOW, BUSY, LATELY = 8, 3, 2
# How fast a busy block is learnt as one that moves all the time, and how slowly it is forgotten (per picture): one
# minute against five. A listening face rests for minutes and then nods. Only of what is well known the entry's picture
# is renewed: pages that were flipped through for ten seconds are forgotten again, and the last one then differs.
LEARN, FORGET, MOVES, WELL_KNOWN = 1 / 120, 1 / 600, 0.12, 0.25
FORGET_SOON = 1 / 60
FIRST = 16
# The plain share of changes over two minutes finds those that move now and then.
OFTEN_WINDOW, OFTEN = 240, 0.25
# When more than this share of a picture changes at once, nothing can be learnt about what stands still.
UPHEAVAL = 0.6
# Restless: so much is busy that there is no still part; a clip fills the screen or the camera is carried about.
RESTLESS, RESTFUL = 0.5, 0.25

# Verdict: shares of moving blocks in one picture, and shares of a recording's pictures.
FEW_MOVE, MANY_MOVE = 0.12, 0.50
NOISE_OF_A_CAMERA = 0.3
MOVE_BEFORE_NOISE, MOVE_WITH_NOISE = 0.06, 0.15
NEARLY_ALL, HARDLY_ANY, MOST = 0.9, 0.15, 0.5

Gray = NDArray[np.uint8]
Blocks = NDArray[np.floating[Any]]
Mask = NDArray[np.bool_]


class Kind(Enum):
    """Why an entry of the slide index begins."""

    CHANGE = "change"  # the still part changed and rested
    STILL = "still"  # nothing rests here: a picture every so often
    SPARE = "spare"  # much moves beside a still part: of use only if the whole recording turns out to be a camera's


@dataclass(frozen=True)
class Begun:
    """A new entry of the index: since which picture, and why."""

    picture: int
    kind: Kind


@dataclass(frozen=True)
class Seen:
    """What one picture told: an entry that began (known only once it rests), and whether it may stand for its entry."""

    begun: Begun | None
    steady: bool


class SlideWatch:
    """Takes the gray pictures of one recording in order. `still_every`: pictures between two stills of what never rests."""

    def __init__(self, *, still_every: int = 60 * PICTURES_PER_SECOND, pause: int = PAUSE) -> None:
        self.pause = pause
        self._still_every = still_every
        self._number = -1
        self._previous: Gray
        self._reference: Gray
        self._last_begun = 0
        self._pending: int | None = None
        self._calm = 0
        self._calm_since = 0
        self._restless = False
        self._noise = 0.0
        self._crowded = 0.0
        self._shares = _Shares()

    @property
    def content(self) -> str:
        """'slides', 'camera' or 'mixed', judged by the pictures so far."""
        return self._shares.verdict()

    @property
    def moving_share(self) -> float:
        """The mean share of blocks that move from one picture to the next (0 to 1)."""
        return self._shares.mean()

    def take(self, gray: Gray) -> Seen:
        """Look at the next picture."""
        self._number += 1
        if self._number == 0:
            self._begin(gray)
            return Seen(Begun(0, Kind.CHANGE), steady=True)
        moved = differences(gray, self._previous)
        self._previous = gray
        changed = moved > self._threshold()
        noise = float(np.median(moved[~changed])) if not changed.all() else self._noise
        self._noise += (noise - self._noise) / 20
        share = float(changed.mean())
        self._shares.take(share, noise)
        self._crowded += (float(like_a_camera(share, noise)) - self._crowded) / 20
        busy = self._learn(changed, share)
        begun = self._rest(gray, busy, share) if self._restless else self._follow(gray, moved, changed, busy)
        if begun:
            self._last_begun = begun.picture
        elif self._number - self._last_begun >= self._still_every and (self._restless or self._crowded > 0.5):
            self._last_begun = self._number
            begun = Begun(self._number, Kind.STILL if self._restless else Kind.SPARE)
        return Seen(begun, steady=self._restless or self._pending is None)

    def finish(self) -> Begun | None:
        """Return the entry that was about to rest when the recording ended, if it rested at all."""
        if self._pending is None or self._calm < self.pause - 1:
            return None
        return Begun(self._pending, Kind.CHANGE)

    def _begin(self, gray: Gray) -> None:
        self._previous = gray
        self._reference = gray.copy()
        blocks = differences(gray, gray).shape
        self._recent = np.zeros((BUSY_WINDOW, *blocks), dtype=bool)
        self._moves = np.zeros(blocks)
        self._often = np.zeros(blocks)

    def _threshold(self) -> float:
        return min(CHANGED_AT_MOST, CHANGED + CHANGED_PER_NOISE * self._noise)

    def _learn(self, changed: Mask, share: float) -> Mask:
        """Remember which blocks changed, and return those that are busy now."""
        self._recent[self._number % BUSY_WINDOW] = changed
        lately = [(self._number - back) % BUSY_WINDOW for back in range(LATELY)]
        busy: Mask = (self._recent.sum(axis=0) >= BUSY) & self._recent[lately].any(axis=0)
        if share < UPHEAVAL:
            # The first pictures weigh more, so that a talking head is known from the start.
            first = 1 / (self._number + 1)
            learn = first if self._number < FIRST else LEARN
            forget = np.where(self._moves > WELL_KNOWN, FORGET, FORGET_SOON)
            self._moves += (busy - self._moves) * np.where(busy, learn, forget)
            self._often += (changed - self._often) * max(1 / OFTEN_WINDOW, first)
        return busy

    def _follow(self, gray: Gray, moved: Blocks, changed: Mask, busy: Mask) -> Begun | None:
        """The usual case: there is a still part. Wait until it differs from the entry's picture, then until it rests."""
        if busy.mean() >= RESTLESS:
            return self._unrest()
        often = self._often > OFTEN
        still = ~_grown((self._moves > MOVES) | often)
        self._renew(gray, ~_grown((self._moves > WELL_KNOWN) | often))
        apart = differences(gray, self._reference)
        differs = (apart > self._threshold()) & still
        if not counts(differs, apart):
            self._pending = None
            return None
        if self._pending is None:
            self._pending, self._calm = self._number, 0
            return None
        moving = changed & still
        rests = moving.mean() <= FEW_MOVE and not counts(moving & ~busy, moved)
        self._calm = self._calm + 1 if rests else 0
        if self._calm < self.pause:
            return None
        if counts(differs & ~busy, apart):
            since, self._pending, self._reference = self._pending, None, gray.copy()
            return Begun(since, Kind.CHANGE)
        if self._calm >= self.pause + BUSY_WINDOW:
            self._pending = None  # only something that has begun to move: it will be learnt
        return None

    def _renew(self, gray: Gray, still: Mask) -> None:
        """What moves has no say, and none later when it has come to rest in another place."""
        if not still.all():
            height, width = block_size(gray)
            moving = np.repeat(np.repeat(~still, height, axis=0), width, axis=1)
            np.copyto(self._reference, gray, where=moving)

    def _unrest(self) -> Begun | None:
        """Everything began to move: what is seen now is an entry of its own, unless one has only just begun."""
        since = self._number if self._pending is None else self._pending
        self._restless, self._pending, self._calm = True, None, 0
        return Begun(since, Kind.STILL) if since - self._last_begun > BUSY_WINDOW else None

    def _rest(self, gray: Gray, busy: Mask, share: float) -> Begun | None:
        """Nothing rests. Once it does, that is an entry, even if it is the slide from before."""
        if share > FEW_MOVE:
            self._calm = 0
            return None
        if self._calm == 0:
            self._calm_since = self._number - 1
        self._calm += 1
        if self._calm < self.pause or busy.mean() >= RESTFUL:
            return None
        self._restless, self._reference = False, gray.copy()
        return Begun(self._calm_since, Kind.CHANGE)


class _Shares:
    """How much moved in the pictures so far."""

    def __init__(self) -> None:
        self._pictures = self._slide_like = self._camera_like = 0
        self._sum = 0.0

    def take(self, share: float, noise: float) -> None:
        self._pictures += 1
        self._sum += share
        self._slide_like += like_a_slide(share, noise)
        self._camera_like += like_a_camera(share, noise)

    def mean(self) -> float:
        return self._sum / self._pictures if self._pictures else 0.0

    def verdict(self) -> str:
        if self._slide_like >= NEARLY_ALL * self._pictures:
            return "slides"
        few_slides = self._slide_like <= HARDLY_ANY * self._pictures
        return "camera" if few_slides and self._camera_like >= MOST * self._pictures else "mixed"


def like_a_slide(share: float, noise: float) -> bool:
    """Tell whether a picture of which this share moves looks like a slide. `noise`: median difference of what rests."""
    return share <= (MOVE_BEFORE_NOISE if noise > NOISE_OF_A_CAMERA else FEW_MOVE)


def like_a_camera(share: float, noise: float) -> bool:
    """Tell whether it looks like a camera's. Drawn pictures rest exactly; a camera's shimmer where nothing moves."""
    return share >= (MOVE_WITH_NOISE if noise > NOISE_OF_A_CAMERA else MANY_MOVE)


def block_size(gray: Gray) -> tuple[int, int]:
    """Return height and width of a block of this picture."""
    upright = gray.shape[0] > gray.shape[1]
    return (BLOCK_LONG, BLOCK_SHORT) if upright else (BLOCK_SHORT, BLOCK_LONG)


def differences(one: Gray, other: Gray) -> Blocks:
    """Return the mean absolute difference of each block (0 to 255)."""
    height, width = block_size(one)
    rows, columns = one.shape[0] // height, one.shape[1] // width
    # The larger less the smaller stays within a byte.
    apart = np.maximum(one, other) - np.minimum(one, other)
    sums = apart.reshape(rows, height, columns, width).sum(axis=(1, 3), dtype=np.uint32)
    means: Blocks = sums / (height * width)
    return means


def counts(blocks: Mask, apart: Blocks) -> bool:
    """Tell whether these blocks are more than a mouse pointer that was moved."""
    if blocks.sum() < WIDE or apart[blocks].sum() < ENERGY:
        return False
    wide = blocks[:, :-2] & blocks[:, 1:-1] & blocks[:, 2:]
    return bool(wide.any() or blocks.sum() >= MANY)


def _grown(blocks: Mask) -> Mask:
    """Return the blocks and their neighbours: a head leans over the edge of where it was."""
    padded = np.pad(blocks, 1)
    upright = padded[:-2] | padded[1:-1] | padded[2:]
    grown: Mask = upright[:, :-2] | upright[:, 1:-1] | upright[:, 2:]
    return grown


@dataclass(frozen=True)
class Thinned:
    """What is left of an index: the number of each entry that stays, and since which picture it now stands there."""

    entry: int
    since: int


def thinned(starts: Sequence[int], end: int, *, at_most: int) -> list[Thinned]:
    """Leave `at_most` entries: the shortest go, and each hands its time to the entry that follows it.

    Of slides that are built up line by line, the one that follows shows all that the shorter one showed.
    """
    kept = [Thinned(number, start) for number, start in enumerate(starts)]
    while len(kept) > max(1, at_most):
        ends = [entry.since for entry in kept[1:]] + [end]
        lengths = [until - entry.since for entry, until in zip(kept, ends, strict=True)]
        shortest = min(range(len(kept) - 1), key=lengths.__getitem__)
        kept[shortest : shortest + 2] = [Thinned(kept[shortest + 1].entry, kept[shortest].since)]
    return kept


def spaced(starts: Sequence[int], *, apart: int) -> list[int]:
    """Return the numbers of entries that lie at least `apart` pictures from each other, the first one always."""
    kept: list[int] = []
    for number, start in enumerate(starts):
        if not kept or start - starts[kept[-1]] >= apart:
            kept.append(number)
    return kept
