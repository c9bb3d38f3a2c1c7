"""The bytes of unfinished uploads: `UPLOAD_DIR/<public_id>`, one writer at a time, by a lock that dies with its process.

Beside them stands what the sender said about them: `<public_id>.sha256`, the digest that the whole file must have, and
`<public_id>.header`, the part of the file that says what it holds, sent ahead of its turn.
"""

import fcntl
import hashlib
import os
import shutil
import struct
import uuid
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from django.conf import settings

# Beside a part: the digest it must have, its header ahead of time, and its second name while it goes into the storage.
SIDES = (".sha256", ".header", ".whole")
_READ_BYTES = 1024 * 1024
# Files are compared by so many pieces of so many bytes, spread evenly over what is here.
SAMPLES = 16
SAMPLE_BYTES = 64 * 1024
_MARK = ".folder"
_PLACE = struct.Struct(">Q")


class PartBusy(Exception):
    """Another request is writing this upload at this moment."""


class PartMissing(Exception):
    """The bytes of this upload are gone from the disk."""


def folder() -> Path:
    """Return the folder of unfinished uploads, made when it is not there."""
    path = Path(settings.UPLOAD_DIR)
    path.mkdir(parents=True, exist_ok=True, mode=0o700)
    return path


def folder_id() -> str:
    """Return the name that this folder gave itself once: every machine that shares it reads the same one."""
    mark = folder() / _MARK
    if not mark.exists():
        _put(mark, str(uuid.uuid4()).encode(), instead=False)
    return mark.read_text()


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
    """Delete the bytes of an upload and what stands beside them; nothing happens when they are gone already."""
    path = path_of(public_id)
    for side in SIDES:
        _beside(path, side).unlink(missing_ok=True)
    path.unlink(missing_ok=True)


def state_digest(public_id: uuid.UUID, sha256: str) -> None:
    """Keep the hex SHA-256 that the sender says its whole file has. The last word counts."""
    if stated_digest(public_id) != sha256:
        _put(_beside(path_of(public_id), ".sha256"), sha256.encode())


def stated_digest(public_id: uuid.UUID) -> str:
    """Return the digest that the sender stated, or an empty string."""
    try:
        return _beside(path_of(public_id), ".sha256").read_text()
    except FileNotFoundError:
        return ""


@dataclass(frozen=True)
class Header:
    """A piece of the file that arrived ahead of its turn: where it belongs in the file (bytes), and what it is."""

    offset: int
    content: bytes


def keep_header(public_id: uuid.UUID, header: Header) -> bool:
    """Keep the header of a file, and tell whether it is the first: there is one for each upload."""
    content = _PLACE.pack(header.offset) + header.content
    return _put(_beside(path_of(public_id), ".header"), content, instead=False)


def header_of(path: Path) -> Header | None:
    """Return the header that was sent ahead for the part at `path`, or None."""
    try:
        kept = _beside(path, ".header").read_bytes()
    except FileNotFoundError:
        return None
    return Header(_PLACE.unpack_from(kept)[0], kept[_PLACE.size :])


def resting_since(moment: datetime) -> list[Path]:
    """Return every file here that nobody has written since `moment`."""
    found = []
    for path in folder().iterdir():
        with suppress(FileNotFoundError):
            if path.stat().st_mtime < moment.timestamp():
                found.append(path)
    return found


def owner_of(path: Path) -> uuid.UUID | None:
    """Return the upload that a file here belongs to, or None for one that is not ours."""
    try:
        return uuid.UUID(path.name.partition(".")[0])
    except ValueError:
        return None


def sha256_of(path: Path) -> str:
    """Return the hex SHA-256 of a file, read in blocks."""
    with path.open("rb") as source:
        return sha256_of_open(source.fileno())


def sha256_of_open(descriptor: int) -> str:
    """Return the hex SHA-256 of an open file from its beginning, read in blocks."""
    digest = hashlib.sha256()
    os.lseek(descriptor, 0, os.SEEK_SET)
    while block := os.read(descriptor, _READ_BYTES):
        digest.update(block)
    return digest.hexdigest()


def sampled_sha256(descriptor: int, until: int) -> str:
    """Return the hex SHA-256 of `SAMPLES` pieces out of the first `until` bytes of an open file, the ends among them.

    The page computes the same of the file it was given (`sampled` in hashing.js): another file of the same name and size
    is told at the cost of a megabyte.
    """
    span = max(0, until - SAMPLE_BYTES)
    digest = hashlib.sha256()
    for number in range(SAMPLES):
        place = span * number // (SAMPLES - 1)
        digest.update(os.pread(descriptor, min(SAMPLE_BYTES, until - place), place))
    return digest.hexdigest()


def sampled_sha256_of(public_id: uuid.UUID, until: int) -> str:
    """Return `sampled_sha256` of the bytes of an upload that were acknowledged. Raises PartMissing."""
    try:
        with path_of(public_id).open("rb") as part:
            return sampled_sha256(part.fileno(), until)
    except FileNotFoundError as error:
        raise PartMissing(str(public_id)) from error


def second_name(path: Path) -> Path:
    """Return another name for the bytes of a part, for a storage that takes files over by renaming."""
    link = _beside(path, ".whole")
    link.unlink(missing_ok=True)
    link.hardlink_to(path)
    return link


def _beside(path: Path, side: str) -> Path:
    return path.with_name(f"{path.name}{side}")


def _put(path: Path, content: bytes, *, instead: bool = True) -> bool:
    """Write a small file that is there whole or not at all, also after a power cut; `instead` of one that is there.

    Tell whether it was written.
    """
    draft = path.with_name(f"{path.name}.{uuid.uuid4().hex}.new")
    try:
        with draft.open("wb") as written:
            written.write(content)
            written.flush()
            os.fsync(written.fileno())
        if instead:
            draft.replace(path)
        else:
            path.hardlink_to(draft)
        _sync_folder()
    except FileExistsError:
        return False
    finally:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
    return True


def _sync_folder() -> None:
    """Return when the names in the folder are on the disk."""
    descriptor = os.open(folder(), os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


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
        """Return when every byte written so far is on the disk. Raises OSError; asked again, the kernel would lie."""
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
