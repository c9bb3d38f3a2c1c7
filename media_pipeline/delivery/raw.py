"""Stored files as they are, for what carries them away from the site: a stick (U 盘). Who may have them is decided above."""

import io
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import transaction
from PIL import Image

from media_pipeline.delivery.ranges import BLOCK_BYTES
from media_pipeline.recordings import files
from media_pipeline.recordings.models import Recording, Slide
from media_pipeline.recordings.queries import renditions_of

# What every browser shows: a WebP is unknown to some that are still in use.
_JPEG_QUALITY = 82


@dataclass(frozen=True)
class StoredRendition:
    """One published way to play a recording, with its file in the storage, the AAC sound included."""

    mode: str
    file: str
    size_bytes: int
    codecs: str

    @property
    def plays_everywhere(self) -> bool:
        """Whether its sound is AAC, which also players without Opus know."""
        return "mp4a" in self.codecs


def stored_files_of(recording_id: int) -> tuple[StoredRendition, ...]:
    """Return the published renditions of a recording, lowest mode first. One query."""
    return tuple(
        StoredRendition(row.mode, row.file, row.size_bytes, row.codecs) for row in renditions_of(recording_id)
    )


def slide_files_of(recording_id: int) -> dict[int, str]:
    """Return what the slide pictures of a recording are called in the storage as JPEG files, by the picture's number.
    Whether they are there is not looked at: `make_slide_files` makes those that are not. One query.
    """
    slides = Slide.objects.filter(recording=recording_id).order_by("from_ms")
    return {slide.number: jpeg_name(slide.picture) for slide in slides}


def make_slide_files(recording_id: int) -> None:
    """Make the slide pictures of a recording that are not there as JPEG yet. They go with the picture that they were made
    from. Asks the storage for each of them.
    """
    with transaction.atomic():
        # One at a time: two would write the same file.
        recording = Recording.objects.select_for_update().get(pk=recording_id)
        there = files.storage()
        for slide in recording.slides.order_by("from_ms"):
            name = jpeg_name(slide.picture)
            if not there.exists(name):
                _convert(there, slide.picture, name)


def jpeg_name(picture: str) -> str:
    """Return what the JPEG of a picture is called."""
    return f"{picture.removesuffix('.webp')}.jpg"


def stored_size(name: str) -> int:
    """Return the length of a stored file in bytes. Raises FileNotFoundError."""
    return files.storage().size(name)


def read_stored(name: str, first: int, length: int) -> Iterator[bytes]:
    """Yield so many bytes of a stored file from an offset on, in blocks. Raises FileNotFoundError.

    From object storage only these bytes come: to read its file object would first bring all of it into memory.
    """
    if length <= 0:
        return
    with files.storage().open(name, "rb") as source:
        thing = getattr(source, "obj", None)
        if thing is not None:
            with closing(thing.get(Range=f"bytes={first}-{first + length - 1}")["Body"]) as body:
                yield from body.iter_chunks(BLOCK_BYTES)
            return
        source.seek(first)
        while length > 0 and (block := source.read(min(BLOCK_BYTES, length))):
            length -= len(block)
            yield block


def _convert(there: Storage, picture: str, name: str) -> None:
    with there.open(picture, "rb") as source:
        image = Image.open(source).convert("RGB")
    made = io.BytesIO()
    image.save(made, "JPEG", quality=_JPEG_QUALITY, optimize=True)
    there.save(name, ContentFile(made.getvalue()))
