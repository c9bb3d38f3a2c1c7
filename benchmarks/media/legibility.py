"""How much of what stands on the slides can still be read in a rendition: OCR of its pictures against known lines."""

import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

from benchmarks.media.recordings import Recording, Truth
from benchmarks.media.spending import ffmpeg
from media_pipeline.transcoding.reading import read_text

# Slides that are read at most, evenly spread: reading one takes a second or two.
SLIDES = 8


def chosen(truth: Sequence[Truth], *, at_most: int = SLIDES) -> list[Truth]:
    """Return so many states, evenly spread."""
    if len(truth) <= at_most:
        return list(truth)
    return [truth[number * (len(truth) - 1) // (at_most - 1)] for number in range(at_most)]


def seen(recording: Recording, file: Path, at: float, work: Path) -> list[str]:
    """Return the lines that OCR reads in a file at a moment, shown at the size of the recording."""
    still = work / "still.png"
    scaled = f"scale={recording.width}:{recording.height}:flags=bicubic"
    ffmpeg("-ss", f"{at:.3f}", "-i", file, "-frames:v", 1, "-vf", scaled, still)
    return read_text(still).splitlines()


def share_read(recording: Recording, file: Path, truth: Sequence[Truth], work: Path) -> float:
    """Return the share (0 to 1) of the known characters that can be read in a file."""
    read = known = 0
    for state in truth:
        lines = seen(recording, file, state.at, work)
        read += sum(matched(line, lines) for line in state.text)
        known += sum(len(plain(line)) for line in state.text)
    return read / known if known else 0.0


def plain(line: str) -> str:
    """Return a line's letters, figures and characters alone, in one width."""
    folded = unicodedata.normalize("NFKC", line)
    return "".join(sign for sign in folded if sign.isalnum()).lower()


def matched(line: str, lines: Sequence[str]) -> int:
    """Return how many characters of a line are there, in their order, within up to three neighbouring read lines."""
    wanted = plain(line)
    best = 0
    for number in range(len(lines)):
        window = ""
        for read in lines[number : number + 3]:
            window += plain(read)
            blocks = SequenceMatcher(None, wanted, window, autojunk=False).get_matching_blocks()
            best = max(best, sum(block.size for block in blocks))
            if best == len(wanted) or len(window) > 2 * len(wanted):
                break
    return best
