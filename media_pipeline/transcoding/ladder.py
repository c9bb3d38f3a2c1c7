"""The ladders: what each mode of a recording sounds, looks and costs like. Plain values; kbit/s, milliseconds, pixels.

The limits are the budgets B11-B13 of the product design; the settings come from the measurements behind decisions 0005
and 0008. For slides, key pictures are the bytes, so a long GOP, few pictures a second and a full-size picture read best.
A camera's picture moves everywhere: there a small picture, half as often, is worth more than a large one in blocks.
"""

from dataclasses import dataclass, replace
from fractions import Fraction

# Every key picture stands at a whole multiple of this, in every mode, so that segments line up (seconds).
GOP_SECONDS = 12


@dataclass(frozen=True)
class Sound:
    """Mono speech: encoder, kbit/s, and for Opus how many milliseconds one packet holds and how hard it tries (0-10)."""

    encoder: str
    kbits: int
    packet_ms: int | None = None
    effort: int | None = None


@dataclass(frozen=True)
class Picture:
    """H.264: never larger than the source or than `long_side` × `short_side`, whichever way it is turned.

    `params` are x264's own, added to the preset.
    """

    long_side: int
    short_side: int
    frame_rate: Fraction
    crf: float
    preset: str
    cap_kbits: int
    b_pictures: int = 0
    params: str = ""

    @property
    def gop(self) -> int:
        """Pictures from one key picture to the next."""
        return int(self.frame_rate * GOP_SECONDS)


@dataclass(frozen=True)
class Step:
    """One mode with a picture. `limit_kbits` is the budget for everything in the file."""

    mode: str
    limit_kbits: int
    sound: Sound
    picture: Picture

    @property
    def interleave(self) -> int:
        """How many samples of one track stand in a row: what begins to play early has its sound beside its picture."""
        return max(5, int(self.picture.frame_rate))


# The two sound tracks, each encoded once and copied into every mode. The AAC one is for players without Opus.
OPUS = Sound("libopus", 16, packet_ms=60, effort=8)
AAC = Sound("aac", 40)

SLIDES, CAMERA, MIXED = "slides", "camera", "mixed"
LIGHT, STANDARD, CLEAR, FULL = "light", "standard", "clear", "full"

# As the quick presets, but with the one part of a slow one that pays on slides: bits flow to what later pictures keep.
_QUICK = "superfast"
_KEPT = "mbtree=1:rc-lookahead=10:weightp=0"
# For a camera: bits where they are seen to differ least from the source, not where they look busy.
_FLAT = "psy-rd=0,0:aq-mode=1:aq-strength=0.4"

_LADDERS: dict[str, tuple[Step, ...]] = {
    SLIDES: (
        Step(LIGHT, 64, OPUS, Picture(1280, 720, Fraction(5), 36, "veryfast", 45)),
        Step(STANDARD, 190, AAC, Picture(1280, 720, Fraction(25, 2), 29, "veryfast", 144)),
        Step(CLEAR, 380, AAC, Picture(1920, 1080, Fraction(25), 24, _QUICK, 332, 4, _KEPT)),
        Step(FULL, 1200, AAC, Picture(1920, 1080, Fraction(25), 21, "veryfast", 1150, 4)),
    ),
    MIXED: (
        Step(LIGHT, 64, OPUS, Picture(1280, 720, Fraction(5), 35, "veryfast", 45)),
        Step(STANDARD, 190, AAC, Picture(1280, 720, Fraction(25, 2), 28, "veryfast", 144)),
        Step(CLEAR, 380, AAC, Picture(1280, 720, Fraction(25), 24, "veryfast", 332, 3)),
        Step(FULL, 1200, AAC, Picture(1920, 1080, Fraction(25), 22, "veryfast", 1150, 3)),
    ),
    CAMERA: (
        Step(LIGHT, 64, OPUS, Picture(480, 270, Fraction(25, 2), 31, "slow", 45, 0, _FLAT)),
        Step(STANDARD, 190, AAC, Picture(640, 360, Fraction(25, 2), 26, "slow", 144, 0, _FLAT)),
        Step(CLEAR, 380, AAC, Picture(960, 540, Fraction(25, 2), 26, "slow", 332, 8, _FLAT)),
        Step(FULL, 1200, AAC, Picture(1920, 1080, Fraction(25), 24, "veryfast", 1150, 3)),
    ),
}  # fmt: skip
# Kept with every job: a file made by other settings than today's can be found and made again.
_REVISIONS = {SLIDES: 1, MIXED: 1, CAMERA: 1}
# Lines: a source that has no more offers nothing for `full`.
_FULL_ABOVE = 720


def ladder_for(
    content: str, width: int, height: int, *, frame_rate: Fraction | None = None, full: bool = False
) -> tuple[Step, ...]:
    """Return the modes with a picture that a recording gets, lowest first.

    `content` is `slides`, `camera` or `mixed`; the size is as shown. Left out is a `clear` that has no more pixels and
    no more pictures than `standard`, and `full` unless it is asked for and the source has more than 720 lines. The steps'
    frame rates divide that of the source where it is known and even; give None where it is not.
    """
    found: list[Step] = []
    for step in _LADDERS[content]:
        fitting = replace(step, picture=replace(step.picture, frame_rate=_rate(step.picture, frame_rate)))
        if step.mode == FULL:
            if full and min(width, height) > _FULL_ABOVE:
                found.append(fitting)
        elif step.mode != CLEAR or _shown(fitting, width, height) != _shown(found[-1], width, height):
            found.append(fitting)
    return tuple(found)


def ladder_name(content: str) -> str:
    """Return the name and revision of the settings that a content is encoded with."""
    return f"{content}-{_REVISIONS[content]}"


def _shown(step: Step, width: int, height: int) -> tuple[int, int, Fraction]:
    return (*fitted(width, height, step.picture), step.picture.frame_rate)


def _rate(picture: Picture, source: Fraction | None) -> Fraction:
    """The step's rate, bent so that every n-th picture of the source is shown: uneven steps are seen as jerks."""
    if source is None:
        return picture.frame_rate
    base = Fraction(max(1, round(source)))
    while base > 30:
        base /= 2
    every = max(1, round(base / picture.frame_rate))
    # A GOP holds whole pictures, or key pictures would drift apart.
    return base / every if (base / every * GOP_SECONDS).denominator == 1 else picture.frame_rate


def fitted(width: int, height: int, picture: Picture) -> tuple[int, int]:
    """Return the even size at which a source of square pixels is shown: inside the step's box, never enlarged."""
    long_side, short_side = max(width, height), min(width, height)
    scale = min(Fraction(picture.long_side, long_side), Fraction(picture.short_side, short_side), Fraction(1))
    return _even(width * scale), _even(height * scale)


def _even(length: Fraction) -> int:
    return max(2, int(length / 2) * 2)


def peak_kbits(picture: Picture, duration_ms: int, chunks: int) -> int:
    """Return the rate cap that keeps the whole recording within `cap_kbits`, made in so many chunks.

    The encoder starts each chunk with nine tenths of a full buffer of one GOP to spend at once; that is a thirtieth of
    a chunk, but a sixth of one minute. Never under a third of the cap: a clip of seconds has to show a picture, and its
    average means nothing.
    """
    seconds = Fraction(duration_ms, 1000)
    head_starts = chunks * Fraction(9, 10) * GOP_SECONDS
    return max(picture.cap_kbits // 3, int(picture.cap_kbits * seconds / (seconds + head_starts)))


def largest_bytes(step: Step, duration_ms: int) -> int:
    """Return how many bytes a rendition, or a chunk of one, may need at most: for the disk check and the file limit."""
    return 2 * step.limit_kbits * 125 * duration_ms // 1000 + 4 * 1024**2


def largest_sound_bytes(sound: Sound, duration_ms: int) -> int:
    """Return how many bytes a sound track by itself may need at most."""
    return 2 * (sound.kbits + 8) * 125 * duration_ms // 1000 + 4 * 1024**2
