"""What a recording shows: its slide index, a storyboard and whether it is slides or a camera, all from one decode.

ffmpeg writes two pictures a second into a pipe, no larger than light video; nothing lies on the disk that is not kept.
Only pictures that others are made from are decoded, where they come often enough: measured, half the work (decision 9).
"""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from media_pipeline.recordings.failures import Failure, StageFailed
from media_pipeline.transcoding import looking, rules
from media_pipeline.transcoding.detection import PICTURE_MS, Begun, Kind, SlideWatch, spaced, thinned
from media_pipeline.transcoding.encode import by_the_machine
from media_pipeline.transcoding.runner import Limits, ToolFailed, ToolTimedOut, run
from media_pipeline.transcoding.stills import FoundStoryboard, Still, Storyboard, red_green_blue, write_slide

OnPercent = Callable[[int], None]
Cancelled = Callable[[], bool]

MAX_SLIDES = 400
# Where nothing rests: one picture a minute, and not more than this many.
STILL_EVERY_MS, MAX_STILLS = 60_000, 200

# A group of pictures without reference is seldom longer than three: at this rate the next one is 0.2 s away.
_PICTURES_A_SECOND, _LONGEST_GAP, _STRETCH_SECONDS = 20, 0.1, 20
_WALL_PER_SECOND = 5


@dataclass(frozen=True)
class FoundSlide:
    """One entry of the slide index, shown from `from_ms` until the next; a WebP file and its size in pixels."""

    from_ms: int
    picture: Path
    width: int
    height: int


@dataclass(frozen=True)
class Analysis:
    """What was seen. `content`: 'slides', 'camera' or 'mixed'; `moving_share`: mean share of blocks that move (0 to 1)."""

    content: str
    moving_share: float
    slides: list[FoundSlide]
    storyboard: FoundStoryboard


def analyse(
    source: Path,
    facts: rules.Source,
    timeline: rules.Timeline,
    *,
    folder: Path,
    on_percent: OnPercent,
    cancelled: Cancelled,
) -> Analysis:
    """Look at a recording with a picture. Everything made is in `folder`. Raises StageFailed."""
    picture = facts.picture
    assert picture is not None  # noqa: S101 (the conductor skips this stage without a picture)
    sparing, colours = _middle(source, facts, picture, timeline, folder=folder, cancelled=cancelled)
    matrix = red_green_blue(colours, min(picture.width, picture.height))
    looker = _Looker(looking.size(picture), matrix, timeline.duration_ms, folder, on_percent)
    # Every picture is a step forward; between two there is at most half a second of the recording to decode.
    limits = Limits(wall_seconds=300 + _WALL_PER_SECOND * timeline.duration_ms // 1000, stall_seconds=300)
    command = looking.pictures(source, facts, picture, sparing=sparing)
    try:
        tail = run(command, limits=limits, folder=folder, on_block=looker.take, cancelled=cancelled)
    except ToolTimedOut as error:
        raise StageFailed(Failure.STALLED if error.stalled else Failure.TOOK_TOO_LONG, error.tail) from error
    except ToolFailed as error:
        raise by_the_machine(error) from error
    end_ms = timeline.picture_end_ms or timeline.duration_ms
    if looker.seen_ms == 0 or looker.seen_ms < end_ms * 0.9 - 2000:
        raise StageFailed(Failure.OUTPUT_WRONG, f"{looker.seen_ms} ms of {end_ms} ms were seen. {tail}")
    return looker.finish()


def _middle(
    source: Path,
    facts: rules.Source,
    picture: rules.SourcePicture,
    timeline: rules.Timeline,
    *,
    folder: Path,
    cancelled: Cancelled,
) -> tuple[bool, str]:
    """Tell whether pictures come so often and evenly that one left out is soon followed by another; and their colours.

    A screen recorder may send nothing for a minute after a slide changed: the one picture of that change must be seen.
    The container's own rates speak for the whole recording, twenty seconds from its middle for what it does not say.
    """
    middle = _Stretch()
    command = looking.times(
        source, facts, picture, at_seconds=timeline.duration_ms // 2000, seconds=_STRETCH_SECONDS
    )
    limits = Limits(wall_seconds=120, stall_seconds=120, memory_bytes=2 * 1024**3)
    try:
        run(command, limits=limits, folder=folder, on_line=middle.take, cancelled=cancelled)
    except (ToolFailed, ToolTimedOut):
        return False, middle.colours
    return middle.often() and not picture.uneven, middle.colours


class _Stretch:
    """The times of the pictures in one stretch (seconds), and what ffprobe calls their colours."""

    def __init__(self) -> None:
        self._times: list[float] = []
        self.colours = ""

    def take(self, line: str) -> bool:
        """Take one line of ffprobe's answer."""
        word = line.strip(",")
        try:
            self._times.append(float(word))
        except ValueError:
            self.colours = word or self.colours
        return True

    def often(self) -> bool:
        """Tell whether the pictures of this stretch come often and evenly."""
        # The last few are in the order of decoding, and their neighbours were not read.
        times = sorted(self._times)[:-8]
        if len(times) < _PICTURES_A_SECOND:
            return False
        gaps = [later - earlier for earlier, later in pairwise(times)]
        return max(gaps) <= _LONGEST_GAP and len(gaps) >= _PICTURES_A_SECOND * (times[-1] - times[0])


@dataclass(frozen=True)
class _Entry:
    """An entry whose picture is written: since which picture it is shown, and why it began."""

    since: int
    kind: Kind
    file: Path
    size: tuple[int, int]


class _Looker:
    """Cuts what comes through the pipe into pictures, shows them to detection, and keeps those that stand for an entry."""

    def __init__(
        self,
        size: tuple[int, int],
        matrix: tuple[float, ...],
        duration_ms: int,
        folder: Path,
        on_percent: OnPercent,
    ) -> None:
        self._size, self._matrix, self._duration_ms = size, matrix, duration_ms
        self._folder, self._on_percent = folder, on_percent
        self._bytes = size[0] * size[1] * 3 // 2
        self._rest: list[bytes] = []
        self._waiting = 0
        self._pictures = 0
        self._still_every = -(-max(STILL_EVERY_MS, duration_ms // MAX_STILLS) // PICTURE_MS)
        self._watch = SlideWatch(still_every=self._still_every)
        self._storyboard = Storyboard(size, duration_ms)
        self._open: Begun | None = None
        # The last ones may already show the beginning of a fade: the oldest of these stands for the entry.
        self._steady: deque[Still] = deque(maxlen=4)
        self._last: Still | None = None
        self._entries: list[_Entry] = []

    @property
    def seen_ms(self) -> int:
        """How much of the recording has been seen."""
        return self._pictures * PICTURE_MS

    def take(self, block: bytes) -> bool:
        """Take some bytes of the pipe; tell whether a picture became whole."""
        self._rest.append(block)
        self._waiting += len(block)
        if self._waiting < self._bytes:
            return False
        waiting = b"".join(self._rest)
        whole = len(waiting) // self._bytes * self._bytes
        for start in range(0, whole, self._bytes):
            self._look(Still(waiting[start : start + self._bytes], self._size, self._matrix))
        self._rest = [waiting[whole:]]
        self._waiting -= whole
        return True

    def finish(self) -> Analysis:
        """Close the last entry, thin the index, and write the storyboard."""
        begun = self._watch.finish()
        if begun and self._last:
            self._begin(begun)
            self._steady.append(self._last)
        self._close()
        content = self._watch.content
        if content == "camera":
            starts = [entry.since for entry in self._entries]
            self._keep([self._entries[number] for number in spaced(starts, apart=self._still_every)])
        else:
            # A spare still repeats a slide that rests beside a large moving picture.
            self._keep([entry for entry in self._entries if entry.kind is not Kind.SPARE])
        self._thin()
        slides = [FoundSlide(entry.since * PICTURE_MS, entry.file, *entry.size) for entry in self._entries]
        storyboard = self._storyboard.write(self._folder / "storyboard.webp")
        return Analysis(content, self._watch.moving_share, slides, storyboard)

    def _look(self, still: Still) -> None:
        seen = self._watch.take(still.gray())
        self._storyboard.take(still, self.seen_ms)
        if seen.begun:
            self._begin(seen.begun)
        # A still shows the moment that it is named after; a slide, what it has become.
        if seen.steady and not (self._steady and self._open and self._open.kind is not Kind.CHANGE):
            self._steady.append(still)
        self._last = still
        self._pictures += 1
        self._on_percent(min(99, self.seen_ms * 100 // self._duration_ms))

    def _begin(self, begun: Begun) -> None:
        self._close()
        self._open = begun
        if len(self._entries) >= 2 * MAX_SLIDES:
            # Somebody turns pages faster than anybody reads: from here on a state has to rest for longer.
            self._thin()
            self._watch.pause *= 2

    def _close(self) -> None:
        """Write the picture of the entry that ends here."""
        if self._open and self._steady:
            file = self._folder / f"slide-{self._open.picture:06d}.webp"
            size = write_slide(self._steady[0], file)
            self._entries.append(_Entry(self._open.picture, self._open.kind, file, size))
        self._steady.clear()

    def _thin(self) -> None:
        left = thinned([entry.since for entry in self._entries], self._pictures, at_most=MAX_SLIDES)
        self._keep([replace(self._entries[one.entry], since=one.since) for one in left])

    def _keep(self, entries: list[_Entry]) -> None:
        kept = {entry.file for entry in entries}
        for entry in self._entries:
            if entry.file not in kept:
                entry.file.unlink()
        self._entries = entries
