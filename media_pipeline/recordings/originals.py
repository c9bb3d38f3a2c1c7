"""This machine's copies of originals that stand in object storage: every chunk of a recording reads the same one.

A copy is whole or not there: it is written beside its place, put on the disk, compared with the stored size and then
renamed. A lock beside it lets one process fetch while the others wait, and keeps what is in use from being thrown out.
"""

import fcntl
import hashlib
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from django.core.files.storage import Storage

from media_pipeline.recordings.failures import Failure, Outage, StageFailed

KEPT_UNUSED_SECONDS = 24 * 3600
# What must stay free beside a copy, for the work on it.
ROOM_BYTES = 1024**3
_BLOCK_BYTES = 1024**2


@contextmanager
def held(there: Storage, name: str) -> Iterator[Path]:
    """Yield this machine's copy of a stored original, fetched unless it is here, and kept as long as it is used.

    Raises FileNotFoundError when the storage does not have it, StageFailed when the disk has no room for it.
    """
    size = there.size(name)
    copy = _folder() / hashlib.sha256(name.encode()).hexdigest()
    copy.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with _locked(copy) as lock:
        # A lock is given up for a moment where it is exchanged for the other kind, so we look again each time.
        while not _is_whole(copy, size):
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not _is_whole(copy, size):
                make_room(size)
                fetch(there, name, copy)
            fcntl.flock(lock, fcntl.LOCK_SH)
        os.utime(copy)
        yield copy
        os.utime(copy)


def fetch(there: Storage, name: str, path: Path) -> None:
    """Copy a stored file to a local path, which appears only when all of it is on the disk.

    Raises FileNotFoundError when the storage does not have it, StageFailed when what came is not what is stored.
    """
    part = _part_of(path)
    try:
        with there.open(name, "rb") as stored, part.open("wb") as target:
            # S3: straight to the disk, in parallel. To read the file object would first bring all of it into memory.
            thing = getattr(stored, "obj", None)
            if thing is not None:
                thing.download_fileobj(target)
            else:
                shutil.copyfileobj(stored, target, _BLOCK_BYTES)
            target.flush()
            os.fsync(target.fileno())
            if target.tell() != stored.size:
                raise StageFailed(
                    Failure.FILE_MISSING, f"{name}: {target.tell()} of {stored.size} bytes came"
                )
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def make_room(size: int) -> None:
    """Throw out what was not used for a day, and more, longest unused first, until `size` bytes and some room fit.

    Raises StageFailed when they do not fit even then. Copies in use stay.
    """
    for copy in sorted(_copies(), key=_used_at):
        if _used_at(copy) > time.time() - KEPT_UNUSED_SECONDS and _free() >= size + ROOM_BYTES:
            break
        _throw_out(copy)
    if _free() < size + ROOM_BYTES:
        raise Outage(Failure.NO_SPACE, f"{_free()} bytes free, {size + ROOM_BYTES} needed for an original")


def _folder() -> Path:
    return Path(settings.MEDIA_WORK_DIR).resolve() / "originals"


def _copies() -> list[Path]:
    """Every copy that is here or was begun: each has a lock."""
    return [lock.with_suffix("") for lock in _folder().glob("*.lock")]


def _used_at(copy: Path) -> float:
    try:
        return copy.stat().st_mtime
    except FileNotFoundError:  # begun by a process that died, or thrown out by another
        return 0.0


def _free() -> int:
    return shutil.disk_usage(_folder()).free


def _is_whole(copy: Path, size: int) -> bool:
    return copy.exists() and copy.stat().st_size == size


def _throw_out(copy: Path) -> None:
    with _lock_file(copy).open("ab") as lock, suppress(BlockingIOError):
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if _is_still(lock, _lock_file(copy)):
            for path in (copy, _part_of(copy), _lock_file(copy)):
                path.unlink(missing_ok=True)


@contextmanager
def _locked(copy: Path) -> Iterator[IO[bytes]]:
    """Hold the lock of a copy, shared with others who use it."""
    while True:
        with _lock_file(copy).open("ab") as lock:
            fcntl.flock(lock, fcntl.LOCK_SH)
            # Whoever threw the copy out took the lock's file with it while we waited: ours locks nothing then.
            if _is_still(lock, _lock_file(copy)):
                yield lock
                return


def _lock_file(copy: Path) -> Path:
    return copy.with_suffix(".lock")


def _part_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.part")


def _is_still(lock: IO[bytes], path: Path) -> bool:
    try:
        return os.fstat(lock.fileno()).st_ino == path.stat().st_ino
    except FileNotFoundError:
        return False
