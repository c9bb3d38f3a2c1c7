"""Disc images as other rooms see them, and their signed addresses."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from media_pipeline.conductor.models import DiscImage
from media_pipeline.delivery import images
from media_pipeline.recordings.sentences import sentence

State = DiscImage.State

STEPS = {
    "pictures": gettext_lazy("The lectures' pictures and sound are made: %(percent)s %%."),
    "codes": gettext_lazy("The codes of this disc are written into it: %(percent)s %%."),
    "disc": gettext_lazy("The disc is put together: %(percent)s %%."),
    "checking": gettext_lazy("The disc is checked and stored: %(percent)s %%."),
}


class DiscImageUnknown(Exception):
    """There is no such image."""


class DiscImageGone(Exception):
    """The image is not finished, or is kept no longer: it has to be asked for again."""


@dataclass(frozen=True)
class DiscImageSummary:
    """One image: `state` is queued, running, done, failed, cancelled, or dropped (made once, and kept no longer);
    `percent` is how far the work is; size and digest are those of the finished image; `sentence` says it in words.
    """

    public_id: uuid.UUID
    state: str
    percent: int
    size_bytes: int | None
    sha256: str
    sentence: str


def disc_image(public_id: uuid.UUID) -> DiscImageSummary:
    """Return how an image stands. Raises DiscImageUnknown."""
    found = disc_images([public_id])
    if public_id not in found:
        raise DiscImageUnknown(str(public_id))
    return found[public_id]


def disc_images(public_ids: Iterable[uuid.UUID]) -> dict[uuid.UUID, DiscImageSummary]:
    """Return how several images stand, by public id, with one query. Those that do not exist are left out."""
    rows = DiscImage.objects.filter(public_id__in=list(public_ids)).defer("spec", "found", "error_log")
    return {row.public_id: _summary(row) for row in rows}


def disc_image_link(public_id: uuid.UUID, *, viewer_id: int, at: datetime) -> str:
    """Return the signed address from which this viewer downloads an image, in pieces if the line breaks. Whoever asks has
    decided that the viewer may; the answer that hands it out has to carry `set_viewer_cookie`.

    Raises DiscImageUnknown and DiscImageGone.
    """
    row = DiscImage.objects.filter(public_id=public_id).only("state", "file", "dropped_at", "serial").first()
    if row is None:
        raise DiscImageUnknown(str(public_id))
    if row.state != State.DONE or row.dropped_at is not None:
        raise DiscImageGone(str(public_id))
    return images.link(row.file, save_as=f"{row.serial}.iso", viewer_id=viewer_id, at=at)


def _summary(row: DiscImage) -> DiscImageSummary:
    return DiscImageSummary(
        row.public_id, _state(row), row.progress_percent, row.size_bytes, row.sha256, sentence_of(row)
    )


def _state(row: DiscImage) -> str:
    dropped = row.state == State.DONE and row.dropped_at is not None
    return "dropped" if dropped else str(row.state)


def sentence_of(row: DiscImage) -> str:
    """Say in words how an image stands."""
    match _state(row):
        case State.QUEUED if row.error_code:
            return _("It did not work and is tried again by itself: %(why)s") % {
                "why": sentence(row.error_code)
            }
        case State.QUEUED:
            return _("Waits for a free worker.")
        case State.RUNNING:
            words = STEPS.get(row.step)
            return str(words) % {"percent": row.progress_percent} if words else _("Is being made.")
        case State.DONE:
            return _("Finished: write it to a DVD as an image.")
        case "dropped":
            return _("Was finished and is kept no longer. Have it made again; that takes a few minutes.")
        case State.CANCELLED:
            return _("Was cancelled. Have it made again if it is wanted.")
        case _:
            return sentence(row.error_code)
