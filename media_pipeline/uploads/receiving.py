"""Taking the bytes of one PATCH: written, on the disk, and only then acknowledged by the row."""

import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from media_pipeline.recordings.failures import Failure
from media_pipeline.uploads import dispatch, events, lines, operations, parts, rules
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
    """The body ended early, or came too slowly. Without a checksum the bytes that came are kept and acknowledged."""


class DiskFull(Exception):
    """The disk took no more, or cannot say that it did. What was acknowledged stays."""


class RefusedAtDoor(Exception):
    """The upload is refused for what its bytes are: the first block, or what a look at more of them found."""

    def __init__(self, code: Failure) -> None:
        super().__init__(str(code))
        self.code = code


@dataclass(frozen=True)
class Body:
    """The body of one PATCH: how to read it, how long it says it is, its checksum if it has one, and the hex SHA-256 of
    the whole file where the sender states it.
    """

    read: Read
    length: int
    checksum: tuple[str, bytes] | None = None
    whole_sha256: str = ""


def receive(*, upload: Upload, offset: int, body: Body, at: datetime, wait: bool = False) -> Upload:
    """Append a body at `offset` and return the upload as it stands then.

    When the last byte came, a small file is verified and stored at once, and a large one by a worker soon after; `wait`
    does it here whatever the size. Raises PartBusy, PartMissing, UploadClosed, OffsetMismatch, TooManyBytes,
    ChecksumMismatch, ConnectionCut, DiskFull, RefusedAtDoor and DigestWrong. In every case the row's offset is what the
    disk holds.
    """
    # One that has ended has no bytes any more: say so, and not that they are missing.
    _require_open(upload)
    with parts.locked(upload.public_id) as part:
        upload = Upload.objects.select_related("recording", "owner").get(pk=upload.pk)
        _require_open(upload)
        if offset != upload.offset:
            raise OffsetMismatch(f"{offset}, not {upload.offset}")
        if offset + body.length > upload.length:
            raise TooManyBytes(str(upload.public_id))
        if part.size < upload.offset:
            raise parts.PartMissing(str(upload.public_id))
        _take(upload, part, body, at=at)
        if upload.offset == upload.length:
            _finish(upload, wait=wait, at=at)
    return upload


def read_whole(body: Body) -> bytes:
    """Return a small body as bytes. Raises ConnectionCut when it ends early or comes too slowly."""
    return b"".join(_blocks(body))


def _take(upload: Upload, part: parts.Part, body: Body, *, at: datetime) -> None:
    try:
        part.trim(upload.offset)
        if body.whole_sha256:
            parts.state_digest(upload.public_id, body.whole_sha256)
        if body.checksum is None:
            _append(upload, part, body, at=at)
        else:
            _append_checked(upload, part, body, at=at)
    except OSError as error:
        logger.warning("upload %s: %s", upload.public_id, error)
        raise DiskFull(str(upload.public_id)) from error


def _finish(upload: Upload, *, wait: bool, at: datetime) -> None:
    if not wait and upload.length > settings.UPLOAD_INLINE_BYTES:
        dispatch.ask_to_finish(upload.pk)
        return
    try:
        operations.complete_upload(upload=upload, at=at)
    except OSError as error:
        if wait:
            raise
        # Everything is here and acknowledged; only the storage did not take it yet. A worker tries again.
        logger.warning("upload %s cannot be stored now: %s", upload.public_id, error)
        dispatch.ask_to_finish(upload.pk)


def _require_open(upload: Upload) -> None:
    if upload.state == Upload.State.REFUSED:
        raise RefusedAtDoor(Failure(upload.refusal_code))
    if upload.state != Upload.State.OPEN:
        raise operations.UploadClosed(str(upload.public_id))


def _append(upload: Upload, part: parts.Part, body: Body, *, at: datetime) -> None:
    whole = False
    try:
        for block in _blocks(body):
            part.write(block)
            _check_container(upload, part, at=at)
            if part.size - upload.offset >= COMMIT_BYTES:
                _acknowledge(upload, part, at=at)
        whole = True
    finally:
        # Cut or full: what came is kept, unless the upload was just refused.
        if upload.state == Upload.State.OPEN and (whole or part.size > upload.offset):
            _acknowledge(upload, part, at=at)


def _append_checked(upload: Upload, part: parts.Part, body: Body, *, at: datetime) -> None:
    algorithm, expected = body.checksum or ("sha1", b"")
    digest = hashlib.new(algorithm, usedforsecurity=False)
    good = False
    try:
        for block in _blocks(body):
            digest.update(block)
            part.write(block)
        good = hmac.compare_digest(digest.digest(), expected)
    finally:
        if not good:
            part.trim(upload.offset)
    if not good:
        raise ChecksumMismatch(str(upload.public_id))
    _check_container(upload, part, at=at)
    _acknowledge(upload, part, at=at)


def _blocks(body: Body) -> Iterator[bytes]:
    began, received = time.monotonic(), 0
    while received < body.length:
        block = _read(body, received)
        received += len(block)
        yield block
        taken = time.monotonic() - began
        if taken > lines.SLOW_FOR and received < min(body.length, taken * lines.SLOWEST):
            raise ConnectionCut


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
    """Write the offset after the bytes are on the disk, and call for a look when enough of them are there."""
    try:
        part.sync()
    except OSError:
        # The kernel tells this once and would say yes the next time: none of these bytes may count any more.
        part.size = upload.offset
        raise
    before, expires_at = upload.offset, operations.expiry(at)
    moved = Upload.objects.filter(pk=upload.pk, state=Upload.State.OPEN, offset=upload.offset).update(
        offset=part.size, expires_at=expires_at
    )
    if not moved:
        # Ended meanwhile, by a look for example, which leaves the bytes to whoever is writing them.
        upload.refresh_from_db(fields=["state", "refusal_code"])
        if upload.state != Upload.State.OPEN:
            parts.remove(upload.public_id)
        _require_open(upload)
        raise operations.UploadClosed(str(upload.public_id))
    upload.offset, upload.expires_at = part.size, expires_at
    # The move from `before` to here is written once, so each of these is told once. A whole file is probed anyway.
    if part.size < upload.length and any(before < mark <= part.size for mark in operations.LOOK_AT):
        events.announce(events.upload_begun, recording_id=upload.recording_id, at=at)
