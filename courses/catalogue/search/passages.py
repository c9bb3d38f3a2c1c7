"""The words of one lecture, cut into passages: what is found, and at which second of the recording."""

import hashlib
import json
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass

from courses.catalogue.models import LecturePage, LectureVersion, Passage
from courses.catalogue.transcript import paragraphs
from media_pipeline import api as media

Kind = Passage.Kind


@dataclass(frozen=True)
class Draft:
    """One passage as it will be stored. `starts`: (character, milliseconds) of each caption in a paragraph."""

    kind: Kind
    text: str
    from_ms: int | None = None
    starts: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class Source:
    """Everything of one lecture that is indexed. `least_bytes`: of the cheapest way to watch it; None: there is none."""

    passages: tuple[Draft, ...]
    has_audio: bool
    has_transcript: bool
    least_bytes: int | None

    @property
    def digest(self) -> str:
        """Of all of it, and of how text is indexed: equal digests, equal index."""
        text = json.dumps([INDEXED_AS, astuple(self)], ensure_ascii=False)
        return hashlib.sha256(text.encode()).hexdigest()


# Counted up whenever words.spaced cuts otherwise than before: then every lecture is indexed anew.
INDEXED_AS = 1


def source_of(lecture: LecturePage) -> Source:
    """Read what is to be found of a lecture: its own words, and those of the recording that is watched now."""
    version = LectureVersion.objects.filter(lecture=lecture).order_by("-number").first()
    captions = media.captions_of(version.recording_id) if version else ()
    recording = media.recording_summaries([version.recording_id]) if version else {}
    sizes = {mode.mode: mode.size_bytes for summary in recording.values() for mode in summary.modes}
    drafts = [*_own_words(lecture)]
    if version is not None:
        drafts += _slides(version)
    for track in captions:
        drafts += _said(track.cues)
    return Source(
        tuple(draft for draft in drafts if any(char.isalnum() for char in draft.text)),
        has_audio="audio" in sizes,
        has_transcript=bool(captions),
        least_bytes=min(sizes.values(), default=None),
    )


def _own_words(lecture: LecturePage) -> Iterator[Draft]:
    yield from (Draft(Kind.TITLE, title) for title in (lecture.title, lecture.title_en))
    for lecturer in lecture.lecturers.order_by("pk"):
        yield Draft(Kind.LECTURER, lecturer.name)
    if lecture.topic is not None:
        yield from (Draft(Kind.TOPIC, name) for name in (lecture.topic.name_zh, lecture.topic.name_en))
    for introduction in (lecture.introduction, lecture.introduction_en):
        yield Draft(Kind.INTRODUCTION, introduction)


def _slides(version: LectureVersion) -> Iterator[Draft]:
    for slide in media.slides_of(version.recording_id, duration_ms=version.length_ms):
        # The title is often what OCR read in the first line.
        text = slide.text if slide.title and slide.title in slide.text else f"{slide.title}\n{slide.text}"
        yield Draft(Kind.SLIDE, text.strip(), slide.from_ms)


def _said(cues: Sequence[media.Cue]) -> Iterator[Draft]:
    """The paragraphs with the place of each caption in them, so that a hit opens at its own second."""
    spoken = ((" ".join(cue.plain.split()), cue.from_ms) for cue in cues)
    rest = deque(each for each in spoken if each[0])
    for paragraph in paragraphs(cues):
        starts: list[tuple[int, int]] = []
        at = 0
        # The same captions in the same order: each stands in this paragraph, or begins the next one.
        while rest and (place := paragraph.text.find(rest[0][0], at)) == at + (
            paragraph.text[at : at + 1] == " "
        ):
            said, from_ms = rest.popleft()
            starts.append((place, from_ms))
            at = place + len(said)
        yield Draft(Kind.TRANSCRIPT, paragraph.text, paragraph.from_ms, tuple(starts))
