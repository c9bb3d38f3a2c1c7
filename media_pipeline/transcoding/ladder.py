"""The ladder: what each mode of a recording sounds, looks and costs like. Plain values; kbit/s, milliseconds, pixels.

The limits are the budgets B11-B13 of the product design; the settings come from the measurements behind decision 0005:
for slides, key pictures are the bytes, so a long GOP, few pictures a second and a full-size picture read best.
"""

from dataclasses import dataclass
from fractions import Fraction

# Every key picture stands at a whole multiple of this, in every mode, so that segments line up (seconds).
GOP_SECONDS = 12


@dataclass(frozen=True)
class Sound:
    """Mono speech: encoder, kbit/s, and how many milliseconds one Opus packet holds (None for AAC)."""

    encoder: str
    kbits: int
    packet_ms: int | None = None


@dataclass(frozen=True)
class Picture:
    """H.264: never larger than the source or than `long_side` × `short_side`, whichever way it is turned."""

    long_side: int
    short_side: int
    frame_rate: Fraction
    crf: int
    preset: str
    cap_kbits: int

    @property
    def gop(self) -> int:
        """Pictures from one key picture to the next."""
        return int(self.frame_rate * GOP_SECONDS)


@dataclass(frozen=True)
class Step:
    """One mode. `limit_kbits` is the budget for everything in the file; `interleave` is how many samples of one track
    may stand in a row: a file that begins to play early has its sound beside its picture.
    """

    mode: str
    limit_kbits: int
    sound: Sound
    picture: Picture | None = None
    interleave: int = 5


AUDIO = Step("audio", 24, Sound("libopus", 20, packet_ms=60), interleave=20)
LIGHT = Step(
    "light",
    64,
    Sound("libopus", 16, packet_ms=60),
    Picture(1280, 720, Fraction(5), crf=36, preset="medium", cap_kbits=46),
)
STANDARD = Step(
    "standard",
    190,
    Sound("aac", 40),
    Picture(1280, 720, Fraction(25, 2), crf=27, preset="veryfast", cap_kbits=144),
    interleave=12,
)
LADDER = (AUDIO, LIGHT, STANDARD)


def fitted(width: int, height: int, picture: Picture) -> tuple[int, int]:
    """Return the even size at which a source of square pixels is shown: inside the step's box, never enlarged."""
    long_side, short_side = max(width, height), min(width, height)
    scale = min(Fraction(picture.long_side, long_side), Fraction(picture.short_side, short_side), Fraction(1))
    return _even(width * scale), _even(height * scale)


def _even(length: Fraction) -> int:
    return max(2, int(length / 2) * 2)


def peak_kbits(picture: Picture, duration_ms: int) -> int:
    """Return the rate cap that keeps the whole recording within `cap_kbits`.

    The encoder starts with nine tenths of a full buffer of one GOP to spend at once; over a long lecture that is
    nothing, over one minute it is a sixth of everything. Never under a third of the cap: a clip of seconds has to
    show a picture, and its average means nothing.
    """
    seconds = Fraction(duration_ms, 1000)
    head_start = Fraction(9, 10) * GOP_SECONDS
    return max(picture.cap_kbits // 3, int(picture.cap_kbits * seconds / (seconds + head_start)))


def largest_bytes(step: Step, duration_ms: int) -> int:
    """Return how many bytes a rendition may need at most: for the disk check before, and the file limit during."""
    return 2 * step.limit_kbits * 125 * duration_ms // 1000 + 4 * 1024**2
