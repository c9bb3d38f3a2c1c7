"""The bytes of unfinished uploads: `UPLOAD_DIR/<public_id>`, one writer at a time, by a lock that dies with its process."""

import fcntl
import hashlib
import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

_READ_BYTES = 1024 * 1024


class PartBusy(Exception):
    """Another request is writing this upload at this moment."""


class PartMissing(Exception):
    """The bytes of this upload are gone from the disk."""


def folder() -> Path:
    """Return the folder of unfinished uploads, made when it is not there."""
    path = Path(settings.UPLOAD_DIR)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def path_of(public_id: uuid.UUID) -> Path:
    """Return where the bytes of an upload stand."""
    return folder() / str(public_id)


def free_bytes() -> int:
    """Return how many bytes the disk of unfinished uploads has left."""
    return shutil.disk_usage(folder()).free


def begin(public_id: uuid.UUID) -> None:
    """Make the empty file of a new upload."""
    path_of(public_id).touch(mode=0o600, exist_ok=False)


def remove(public_id: uuid.UUID) -> None:
    """Delete the bytes of an upload; nothing happens when they are gone already."""
    path_of(public_id).unlink(missing_ok=True)


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file, read in blocks."""
    digest = hashlib.sha256()
    with path.open("rb") as source:
        while block := source.read(_READ_BYTES):
            digest.update(block)
    return digest.hexdigest()


class Part:
    """The open, locked file of one upload."""

    def __init__(self, descriptor: int, path: Path) -> None:
        self._descriptor = descriptor
        self.path = path
        self.size = os.fstat(descriptor).st_size

    def trim(self, offset: int) -> None:
        """Forget every byte after `offset`: they were never acknowledged."""
        os.ftruncate(self._descriptor, offset)
        os.lseek(self._descriptor, offset, os.SEEK_SET)
        self.size = offset

    def write(self, block: bytes) -> None:
        """Append a block. Raises OSError when the disk is full; `size` says how far it came."""
        view = memoryview(block)
        while view:
            written = os.write(self._descriptor, view)
            self.size += written
            view = view[written:]

    def sync(self) -> None:
        """Return when every byte written so far is on the disk."""
        os.fsync(self._descriptor)

    def head(self, count: int) -> bytes:
        """Return the first bytes of the file."""
        return os.pread(self._descriptor, count, 0)


@contextmanager
def locked(public_id: uuid.UUID) -> Iterator[Part]:
    """Open the file of an upload for this request alone. Raises PartBusy or PartMissing."""
    path = path_of(public_id)
    try:
        descriptor = os.open(path, os.O_RDWR)
    except FileNotFoundError as error:
        raise PartMissing(str(public_id)) from error
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise PartBusy(str(public_id)) from error
        yield Part(descriptor, path)
    finally:
        os.close(descriptor)
