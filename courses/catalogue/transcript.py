"""The transcript of a lecture: paragraphs with times, from its captions, else from what stands on its slides.

`pieces` and `paragraphs` are plain arithmetic; `transcript` asks the media room.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from media_pipeline import api as media

MINUTE_MS = 60_000
# A long transcript is read in pieces, so that a page stays small on a bad line (budget B22).
PIECE_MS = 10 * MINUTE_MS
WHOLE_UP_TO_MS = 20 * MINUTE_MS
# A pause this long, or a full sentence after this many characters, begins a new paragraph; the last is a hard end.
PAUSE_MS = 3000
LONG = 160
LONGEST = 400
_SENTENCE_ENDS = "。！？…!?."
_NO_SPACE_AFTER = _SENTENCE_ENDS + "，、；：,;: "


@dataclass(frozen=True)
class Paragraph:
    """Some sentences, and when the first of them is spoken."""

    from_ms: int
    text: str


@dataclass(frozen=True)
class Section:
    """What is said while one slide is shown. `title` is empty where the slide has no name, or there is no slide."""

    from_ms: int
    title: str
    paragraphs: list[Paragraph] = field(default_factory=list)


@dataclass(frozen=True)
class Piece:
    """Ten minutes of a transcript, or what is left at its end."""

    number: int
    from_ms: int
    until_ms: int


@dataclass(frozen=True)
class Transcript:
    """What can be read of a lecture. `source` is captions, slides or nothing."""

    sections: list[Section]
    source: str


def transcript(
    recording_id: int, *, duration_ms: int, language: str = "zh", span: tuple[int, int] | None = None
) -> Transcript:
    """Return what can be read of a recording, or of a span of it in milliseconds."""
    slides = media.slides_of(recording_id, duration_ms=duration_ms)
    tracks = {track.language: track for track in media.captions_of(recording_id)}
    track = tracks.get(language) or next(iter(tracks.values()), None)
    first, until = span or (0, duration_ms + 1)
    if track is not None:
        cues = [cue for cue in track.cues if first <= cue.from_ms < until]
        return Transcript(sections_of(cues, [(slide.from_ms, slide.label) for slide in slides]), "captions")
    read = [slide for slide in slides if slide.text.strip() and first <= slide.from_ms < until]
    sections = [
        Section(slide.from_ms, slide.label, [Paragraph(slide.from_ms, slide.text.strip())]) for slide in read
    ]
    return Transcript(sections, "slides" if any(slide.text.strip() for slide in slides) else "")


def pieces(duration_ms: int) -> list[Piece]:
    """Cut a long transcript into ten minutes each; a short one stays whole. A crumb at the end joins the piece before it."""
    if duration_ms <= WHOLE_UP_TO_MS:
        return []
    count = max(1, round(duration_ms / PIECE_MS))
    ends = [number * PIECE_MS for number in range(count)] + [duration_ms + 1]
    return [Piece(number, *span) for number, span in enumerate(pairwise(ends), start=1)]


def sections_of(cues: Sequence[media.Cue], slides: Sequence[tuple[int, str]]) -> list[Section]:
    """Sort cues under the slides (from when, name; in order) that are shown while they are spoken, in paragraphs."""
    starts = [from_ms for from_ms, _label in slides]
    sections: list[Section] = []
    at = -2
    group: list[media.Cue] = []
    for cue in cues:
        place = bisect_right(starts, cue.from_ms) - 1
        if place != at:
            _close(sections, group)
            at, group = place, []
            from_ms, title = slides[place] if place >= 0 else (cue.from_ms, "")
            sections.append(Section(from_ms, title))
        group.append(cue)
    _close(sections, group)
    return sections


def paragraphs(cues: Sequence[media.Cue]) -> list[Paragraph]:
    """Join cues to paragraphs: a new one after a pause, or at the end of a sentence when it has grown long."""
    done: list[Paragraph] = []
    text, from_ms, until_ms = "", 0, 0
    for cue in cues:
        said = " ".join(cue.plain.split())
        full = (len(text) >= LONG and text[-1:] in _SENTENCE_ENDS) or len(text) >= LONGEST
        if text and (full or cue.from_ms - until_ms >= PAUSE_MS):
            done.append(Paragraph(from_ms, text))
            text = ""
        if not text:
            text, from_ms = said, cue.from_ms
        else:
            text += said if text[-1] in _NO_SPACE_AFTER else f" {said}"
        until_ms = cue.until_ms
    return [*done, Paragraph(from_ms, text)] if text else done


def _close(sections: list[Section], group: Sequence[media.Cue]) -> None:
    if group:
        sections[-1].paragraphs.extend(paragraphs(group))
