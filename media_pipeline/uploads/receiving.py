"""Taking the bytes of one PATCH: written, on the disk, and only then acknowledged by the row."""

import hashlib
import hmac
import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from media_pipeline.recordings.failures import Failure
from media_pipeline.uploads import operations, parts, rules
from media_pipeline.uploads.models import Upload

logger = logging.getLogger(__name__)

BLOCK_BYTES = 256 * 1024
# A long request acknowledges on its way: a kill costs at most this much.
COMMIT_BYTES = 4 * 1024**2

Read = Callable[[int], bytes]


class OffsetMismatch(Exception):
    """The client's offset is not the server's: it must ask with HEAD and go on from there."""


class TooManyBytes(Exception):
    """More bytes than the upload was announced with."""


class ChecksumMismatch(Exception):
    """The block arrived damaged; nothing of it was kept."""


class ConnectionCut(Exception):
    """The body ended early. Without a checksum the bytes that came are kept and acknowledged."""


class DiskFull(Exception):
    """The disk took no more. What was acknowledged stays."""


class RefusedAtDoor(Exception):
    """The first block is not a recording."""

    def __init__(self, code: Failure) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Body:
    """The body of one PATCH: how to read it, how long it says it is, and its checksum if it has one."""

    read: Read
    length: int
    checksum: tuple[str, bytes] | None = None


def receive(*, upload: Upload, offset: int, body: Body, at: datetime) -> Upload:
    """Append a body at `offset` and return the upload as it stands then, complete when its last byte came.

    Raises PartBusy, PartMissing, UploadClosed, OffsetMismatch, TooManyBytes, ChecksumMismatch, ConnectionCut, DiskFull
    and RefusedAtDoor. In every case the row's offset is what the disk holds.
    """
    with parts.locked(upload.public_id) as part:
        upload = Upload.objects.select_related("recording", "owner").get(pk=upload.pk)
        if upload.state != Upload.State.OPEN:
            raise operations.UploadClosed(str(upload.public_id))
        if offset != upload.offset:
            raise OffsetMismatch(f"{offset}, not {upload.offset}")
        if offset + body.length > upload.length:
            raise TooManyBytes(str(upload.public_id))
        if part.size < upload.offset:
            raise parts.PartMissing(str(upload.public_id))
        part.trim(upload.offset)
        if body.checksum is None:
            _append(upload, part, body, at=at)
        else:
            _append_checked(upload, part, body, at=at)
        if upload.offset == upload.length:
            operations.complete_upload(upload=upload, at=at)
    return upload


def _append(upload: Upload, part: parts.Part, body: Body, *, at: datetime) -> None:
    received = 0
    whole = False
    try:
        while received < body.length:
            block = _read(body, received)
            part.write(block)
            received += len(block)
            _check_container(upload, part, at=at)
            if part.size - upload.offset >= COMMIT_BYTES:
                _acknowledge(upload, part, at=at)
        whole = True
    except RefusedAtDoor:
        raise
    except OSError as error:
        logger.warning("upload %s: %s", upload.public_id, error)
        raise DiskFull(str(upload.public_id)) from error
    finally:
        # Cut or full: what came is kept, unless the upload was just refused.
        if upload.state == Upload.State.OPEN and (whole or part.size > upload.offset):
            _acknowledge(upload, part, at=at)


def _append_checked(upload: Upload, part: parts.Part, body: Body, *, at: datetime) -> None:
    algorithm, expected = body.checksum or ("sha1", b"")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    start, received, good = upload.offset, 0, False
    try:
        while received < body.length:
            block = _read(body, received)
            digest.update(block)
            part.write(block)
            received += len(block)
        good = hmac.compare_digest(digest.digest(), expected)
    except OSError as error:
        raise DiskFull(str(upload.public_id)) from error
    finally:
        if not good:
            part.trim(start)
    if not good:
        raise ChecksumMismatch(str(upload.public_id))
    _check_container(upload, part, at=at)
    _acknowledge(upload, part, at=at)


def _read(body: Body, received: int) -> bytes:
    try:
        block = body.read(min(BLOCK_BYTES, body.length - received))
    except OSError as error:  # a reset, a time-out, or Django's UnreadablePostError
        raise ConnectionCut from error
    if not block:
        raise ConnectionCut
    return block


def _check_container(upload: Upload, part: parts.Part, *, at: datetime) -> None:
    """Refuse what is not a recording as soon as enough of it is here; the rest is never taken."""
    needed = min(upload.length, rules.SNIFF_BYTES)
    if upload.offset >= needed or part.size < needed:
        return
    if rules.container_of(part.head(needed)) is None:
        operations.refuse_upload(upload=upload, code=Failure.NOT_A_RECORDING, at=at)
        raise RefusedAtDoor(Failure.NOT_A_RECORDING)


def _acknowledge(upload: Upload, part: parts.Part, *, at: datetime) -> None:
    """Write the offset after the bytes are on the disk."""
    part.sync()
    expires_at = operations.expiry(at)
    moved = Upload.objects.filter(pk=upload.pk, state=Upload.State.OPEN, offset=upload.offset).update(
        offset=part.size, expires_at=expires_at
    )
    if not moved:
        raise operations.UploadClosed(str(upload.public_id))
    upload.offset, upload.expires_at = part.size, expires_at
