"""Where a long recording is cut, so that it can be made in pieces, again and by several machines. Plain milliseconds.

Every cut stands at a whole multiple of the GOP, so the pieces joined have the key pictures of a recording made at once.
"""

from dataclasses import dataclass
from fractions import Fraction

from media_pipeline.transcoding.ladder import GOP_SECONDS

CHUNK_SECONDS = 300
# Their index tells exactly where a picture stands. The others are searched by guessing, or from the beginning each time.
INDEXED = ("mov", "matroska", "avi")


@dataclass(frozen=True)
class Span:
    """A piece of a recording's timeline, in milliseconds; `until_ms` is not part of it."""

    from_ms: int
    until_ms: int

    @property
    def duration_ms(self) -> int:
        return self.until_ms - self.from_ms

    def pictures(self, frame_rate: Fraction) -> int:
        """Return how many pictures it holds at a rate; half a picture counts as one."""
        return int(self.duration_ms * frame_rate / 1000 + Fraction(1, 2))


def spans(timeline_duration_ms: int, demuxer: str, *, chunk_seconds: int = CHUNK_SECONDS) -> list[Span]:
    """Return the pieces of a recording, in order and without a gap. A crumb at the end joins the piece before it.

    One piece where the container has no reliable index: there a seek may land anywhere.
    """
    if chunk_seconds <= 0 or chunk_seconds % GOP_SECONDS:
        raise ValueError(f"{chunk_seconds} s are no whole multiple of {GOP_SECONDS} s")
    length_ms = chunk_seconds * 1000
    # Less than half a piece more is not worth a start of its own.
    count = max(1, (timeline_duration_ms + length_ms // 2) // length_ms) if demuxer in INDEXED else 1
    starts = [number * length_ms for number in range(count)]
    return [
        Span(start, until) for start, until in zip(starts, [*starts[1:], timeline_duration_ms], strict=True)
    ]
