"""The slide index of a recording: read, and put right by hand. Who may do it is decided above."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from media_pipeline.recordings.events import announce, recording_words_changed
from media_pipeline.recordings.files import links_over
from media_pipeline.recordings.models import OutdatedFile, Recording, Slide, Storyboard
from qianchang.groundwork import audit
from qianchang.people.models import Account

TITLE_CHARACTERS = 200
# The first line of what was read on a slide stands for its title; a whole paragraph would not be one.
_LINE_CHARACTERS = 60


class SlideUnknown(Exception):
    """There is no such slide in this recording, or not any more."""


class UnableToEditSlides(Exception):
    """The slide index cannot be changed like this. The text says what to do."""


@dataclass(frozen=True)
class SlideOut:
    """One entry of the slide index: shown from `from_ms` until `until_ms`. `number` names its picture and never changes."""

    number: int
    from_ms: int
    until_ms: int
    title: str
    text: str
    size_bytes: int

    @property
    def label(self) -> str:
        """What the slide is called: its title, else the first line read on it, else nothing."""
        return self.title or next(
            (line.strip()[:_LINE_CHARACTERS] for line in self.text.splitlines() if line.strip()), ""
        )


@dataclass(frozen=True)
class StoryboardOut:
    """The sheet of small pictures: one every `interval_ms`, row by row from the top left."""

    interval_ms: int
    columns: int
    tiles: int
    tile_width: int
    tile_height: int


def slides_of(recording_id: int, *, duration_ms: int) -> tuple[SlideOut, ...]:
    """Return the slide index of a recording that is `duration_ms` long, in the order of time."""
    return _index(Slide.objects.filter(recording_id=recording_id).order_by("from_ms"), duration_ms)


def storyboard_of(recording_id: int) -> StoryboardOut | None:
    """Return how the storyboard of a recording is laid out; None where there is none."""
    found = Storyboard.objects.filter(recording_id=recording_id).first()
    if found is None:
        return None
    return StoryboardOut(found.interval_ms, found.columns, found.tiles, found.tile_width, found.tile_height)


@transaction.atomic
def rename_slide(*, recording_id: int, number: int, title: str, by: Account, at: datetime) -> None:
    """Give a slide a title; an empty one lets the first line on the slide stand for it. Raises SlideUnknown."""
    recording, slides, place = _locked(recording_id, number)
    title = " ".join(title.split())
    if len(title) > TITLE_CHARACTERS:
        raise UnableToEditSlides(
            _("The title is longer than %(count)s characters. Make it shorter.") % {"count": TITLE_CHARACTERS}
        )
    slide = slides[place]
    slide.title, slide.edited_at = title, at
    slide.save(update_fields=["title", "edited_at"])
    _record("rename slide", recording, by=by, at=at, slide=number, title=title)


@transaction.atomic
def move_slide(*, recording_id: int, number: int, from_ms: int, by: Account, at: datetime) -> None:
    """Let a slide begin at another time, between its neighbours. Raises SlideUnknown, UnableToEditSlides."""
    recording, slides, place = _locked(recording_id, number)
    slide = slides[place]
    after = slides[place - 1].from_ms + 1 if place else 0
    before = slides[place + 1].from_ms if place + 1 < len(slides) else recording.duration_ms or 0
    if not after <= from_ms < before:
        raise UnableToEditSlides(
            _(
                "A slide begins after the one above it and before the one below it: between %(after)s and %(before)s."
            )
            % {"after": _clock(after), "before": _clock(before)}
        )
    was, slide.from_ms, slide.edited_at = slide.from_ms, from_ms, at
    slide.save(update_fields=["from_ms", "edited_at"])
    _record("move slide", recording, by=by, at=at, slide=number, was_ms=was, from_ms=from_ms)


@transaction.atomic
def merge_slide(*, recording_id: int, number: int, by: Account, at: datetime) -> None:
    """Take a slide out of the index: its time goes to the one before it. The first one cannot go.

    Raises SlideUnknown, UnableToEditSlides.
    """
    recording, slides, place = _locked(recording_id, number)
    if place == 0:
        raise UnableToEditSlides(
            _("The first slide has none before it. Merge the second one into it instead.")
        )
    slide = slides[place]
    # Links to the picture may still be open somewhere: the file goes when the last of them has run out.
    OutdatedFile.objects.get_or_create(
        name=slide.picture,
        defaults={"delete_after": links_over(at)},
    )
    slide.delete()
    # The one before is the expert's work as well now: a new look at the recording must not bring the other back.
    longer = slides[place - 1]
    longer.edited_at = at
    longer.save(update_fields=["edited_at"])
    _record("merge slide", recording, by=by, at=at, slide=number, into=longer.number)


def _locked(recording_id: int, number: int) -> tuple[Recording, list[Slide], int]:
    """The recording, held until the end of the transaction, its slides in order, and where in them this one stands."""
    recording = Recording.objects.select_for_update().get(pk=recording_id)
    slides = list(Slide.objects.filter(recording=recording).order_by("from_ms"))
    place = next((place for place, slide in enumerate(slides) if slide.number == number), None)
    if place is None:
        raise SlideUnknown(number)
    return recording, slides, place


def _index(slides: Iterable[Slide], duration_ms: int) -> tuple[SlideOut, ...]:
    rows = list(slides)
    ends = [*(slide.from_ms for slide in rows[1:]), duration_ms] if rows else []
    return tuple(
        SlideOut(row.number, row.from_ms, until_ms, row.title, row.text, row.size_bytes)
        for row, until_ms in zip(rows, ends, strict=True)
    )


def _clock(ms: int) -> str:
    seconds = -(-ms // 1000)
    return f"{seconds // 3600}:{seconds // 60 % 60:02d}:{seconds % 60:02d}"


def _record(verb: str, recording: Recording, *, by: Account, at: datetime, **details: str | int) -> None:
    audit.record(verb, object_type="recording", object_key=str(recording.public_id), by=by, at=at, **details)
    announce(recording_words_changed, recording_id=recording.pk, at=at)
