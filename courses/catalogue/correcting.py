"""Keeping a lecture right: its slide index and captions, by its expert or by who reviews for its association."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from courses.catalogue.models import LecturePage
from courses.catalogue.operations import EDITABLE
from media_pipeline import api as media
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

Review = LecturePage.Review


@dataclass(frozen=True)
class SlideChange:
    """What one entry of the slide index shall be; None leaves it as it is."""

    title: str | None = None
    from_ms: int | None = None


class SlideRefused(Exception):
    """One slide cannot be changed like this: which one, and the sentence."""

    def __init__(self, number: int, sentence: str) -> None:
        super().__init__(sentence)
        self.number = number


def may_correct(lecture: LecturePage, account: Account, *, on: date) -> bool:
    """The expert while the lecture is a draft, returned or published; a reviewer from its submission on."""
    if lecture.submitted_by_id == account.pk and lecture.review in (*EDITABLE, Review.PUBLISHED):
        return True
    return lecture.review != Review.DRAFT and may(
        account, Act.REVIEW_LECTURE, on=on, association=lecture.association
    )


@transaction.atomic
def correct_slides(
    *,
    lecture: LecturePage,
    changes: Mapping[int, SlideChange],
    merge: int | None = None,
    by: Account,
    at: datetime,
) -> None:
    """Rename and move slides by their numbers, then merge one into the one before it: all of it, or nothing.

    Raises SlideRefused with the slide that cannot be changed so, media.SlideUnknown, and PermissionDenied.
    """
    recording_id = _recording_of(lecture, by=by, at=at)
    starts = {
        slide.number: slide.from_ms
        for slide in media.slides_of(recording_id, duration_ms=lecture_length(lecture))
    }
    moves = [(number, change.from_ms) for number, change in changes.items() if change.from_ms is not None]
    # Neighbours that move together must not run into each other: later ones go first where they go later.
    later = sorted((move for move in moves if move[1] > starts.get(move[0], 0)), key=lambda move: -move[1])
    earlier = sorted((move for move in moves if move not in later), key=lambda move: move[1])
    number = merge or 0
    try:
        for number, from_ms in [*later, *earlier]:
            media.move_slide(recording_id=recording_id, number=number, from_ms=from_ms, by=by, at=at)
        for number, change in changes.items():
            if change.title is not None:
                media.rename_slide(recording_id=recording_id, number=number, title=change.title, by=by, at=at)
        if merge is not None:
            number = merge
            media.merge_slide(recording_id=recording_id, number=merge, by=by, at=at)
    except media.UnableToEditSlides as refusal:
        raise SlideRefused(number, str(refusal)) from refusal


def put_captions(
    *, lecture: LecturePage, language: str, content: bytes, revision: int, by: Account, at: datetime
) -> media.CaptionsOut:
    """Take a caption file. Raises what `media.put_captions` raises, and PermissionDenied."""
    recording_id = _recording_of(lecture, by=by, at=at)
    text = media.decode_captions(content)
    return media.put_captions(
        recording_id=recording_id, language=language, vtt=text, revision=revision, by=by, at=at
    )


def edit_captions(
    *,
    lecture: LecturePage,
    language: str,
    edits: list[media.CueEdit],
    revision: int,
    by: Account,
    at: datetime,
) -> media.CaptionsOut:
    """Change single captions. Raises what `media.edit_caption_cues` raises, and PermissionDenied."""
    recording_id = _recording_of(lecture, by=by, at=at)
    return media.edit_caption_cues(
        recording_id=recording_id, language=language, edits=edits, revision=revision, by=by, at=at
    )


def remove_captions(*, lecture: LecturePage, language: str, revision: int, by: Account, at: datetime) -> None:
    """Take the captions of a language away. Raises media.CaptionsChanged and PermissionDenied."""
    recording_id = _recording_of(lecture, by=by, at=at)
    media.remove_captions(recording_id=recording_id, language=language, revision=revision, by=by, at=at)


def lecture_length(lecture: LecturePage) -> int:
    """How long the recording of a lecture is, in milliseconds; 0 as long as nobody knows."""
    return (lecture.recording.duration_ms or 0) if lecture.recording else 0


def _recording_of(lecture: LecturePage, *, by: Account, at: datetime) -> int:
    if not may_correct(lecture, by, on=timezone.localdate(at)):
        raise PermissionDenied("correct a lecture")
    if lecture.recording_id is None:
        raise media.RecordingUnknown
    return int(lecture.recording_id)
