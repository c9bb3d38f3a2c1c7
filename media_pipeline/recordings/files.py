"""The files of recordings, in the storage `recordings`: local disk by default, object storage by configuration."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import Storage, storages

from media_pipeline.recordings import originals

# Links to a replaced file hold for their own time; one that was just handed out must still play.
_AFTER_LINKS = timedelta(hours=1)


class FileOnDisk(File):
    """A finished local file. A storage on the same disk takes it over by renaming, any other one copies it."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        return str(self._path)


def storage() -> Storage:
    """Return the storage of recordings and renditions."""
    return storages["recordings"]


def original_name(public_id: object) -> str:
    """Return the storage name of an original. The expert's file name is never part of a path."""
    return f"{public_id}/original"


def rendition_name(public_id: object, fence: int, mode: str) -> str:
    """Return the storage name of a rendition; the fence keeps a late worker from touching a newer one's file."""
    return f"{public_id}/{fence}/{mode}.mp4"


def slide_name(public_id: object, fence: int, number: int) -> str:
    """Return the storage name of one slide's picture."""
    return f"{public_id}/{fence}/slide-{number}.webp"


def storyboard_name(public_id: object, fence: int) -> str:
    """Return the storage name of the small pictures along the time line."""
    return f"{public_id}/{fence}/storyboard.webp"


def chunk_name(public_id: object, generation: int, part: int, fence: int, mode: str) -> str:
    """Return the storage name of one chunk of a rendition, which is needed until the chunks are joined."""
    return f"{public_id}/parts/{generation}/{part}/{fence}/{mode}.mp4"


def links_over(at: datetime) -> datetime:
    """Return when the last link to a file that is replaced at `at` has run out."""
    return at + timedelta(seconds=settings.MEDIA_LINK_SECONDS) + _AFTER_LINKS


def keep(path: Path, name: str) -> str:
    """Move a local file into the storage under exactly `name` and return that name. The bytes are on the disk first.

    A leftover of the same name (a worker that died between storing and publishing) is replaced.
    """
    with path.open("rb+") as written:
        os.fsync(written.fileno())
    there = storage()
    if there.exists(name):
        there.delete(name)
    with FileOnDisk(path) as content:
        kept = there.save(name, content)
    _sync_folder(there, kept)
    return kept


@contextmanager
def local_copy(name: str, *, folder: Path) -> Iterator[Path]:
    """Yield an absolute local path to a stored file: the file itself on a local disk; an original from object storage
    out of this machine's cache, which all its chunks share; anything else as a copy inside `folder`.

    Raises FileNotFoundError when the storage does not have it, StageFailed when the disk has no room for it.
    """
    there = storage()
    path = local_path(there, name)
    if path is not None:
        if not path.exists():
            raise FileNotFoundError(name)
        yield path
    elif name.endswith("/original"):
        with originals.held(there, name) as copy:
            yield copy
    else:
        copy = folder / f"source-{name.replace('/', '-')}"
        originals.fetch(there, name, copy)
        try:
            yield copy
        finally:
            copy.unlink(missing_ok=True)


def local_path(there: Storage, name: str) -> Path | None:
    """Return the path of a stored file when the storage is a local disk, else None."""
    try:
        return Path(there.path(name))
    except NotImplementedError:
        return None


def _sync_folder(there: Storage, name: str) -> None:
    """Make the rename itself durable, where the storage is a local disk."""
    path = local_path(there, name)
    if path is None:
        return
    descriptor = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
