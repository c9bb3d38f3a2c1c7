"""Creating, finishing, refusing and removing uploads. The bytes in between are taken by `receiving.py`."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import Count, F, ProtectedError, Sum

from media_pipeline.recordings import events as recording_events
from media_pipeline.recordings import files
from media_pipeline.recordings import queries as recording_queries
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import dispatch, events, parts, queries
from media_pipeline.uploads.models import Upload
from qianchang.groundwork import audit
from qianchang.people.models import Account

logger = logging.getLogger(__name__)

# What stays free on the disk whatever is sent, so that the database can still write.
RESERVE_BYTES = 256 * 1024**2
MAX_OPEN_UPLOADS = 20
# How much has to be here for a look at an upload, and for a better one (bytes). The first is one block of the page.
LOOK_AT = (2 * 1024**2, 16 * 1024**2, 64 * 1024**2)
# Bytes that belong to no upload rest this long before they go: one may just be about to begin.
SWEPT_AFTER = timedelta(hours=1)


class UnableToUpload(Exception):
    """An upload was refused before any byte was taken."""


class EmptyUpload(UnableToUpload):
    """A recording has at least one byte."""


class UploadTooLarge(UnableToUpload):
    """Longer than the limit of this site."""


class NoRoomForUpload(UnableToUpload):
    """The disk cannot hold it beside what was promised to others."""


class TooManyOpenUploads(UnableToUpload):
    """The owner has many unfinished uploads: some have to be finished or removed first."""


class OverQuota(UnableToUpload):
    """The owner may not store as much: `used` of `quota` bytes are taken by what is kept and what is open."""

    def __init__(self, used: int, quota: int) -> None:
        super().__init__(f"{used} of {quota}")
        self.used = used
        self.quota = quota


class UploadClosed(Exception):
    """The upload is refused, expired, terminated or complete: it takes no more bytes."""


class HeaderMisplaced(Exception):
    """A header that would lie outside its file."""


class DigestWrong(Exception):
    """What arrived is not what the sender says its file is. The upload was refused and its bytes are gone."""


def create_upload(*, length: int, name: str, by: Account, at: datetime, sha256: str = "") -> Upload:
    """Open an upload of `length` bytes and the recording it will become; `sha256` where the sender knows it (hex).

    Raises EmptyUpload, UploadTooLarge, OverQuota, TooManyOpenUploads or NoRoomForUpload, before any byte is taken.
    """
    if length == 0:
        raise EmptyUpload
    if length > settings.UPLOAD_MAX_BYTES:
        raise UploadTooLarge
    with transaction.atomic():
        _wait_for_turn()
        _refuse_beyond_limits(length=length, by=by)
        recording = Recording.objects.create(owner=by, original_name=name, size_bytes=length, created_at=at)
        upload = Upload.objects.create(
            owner=by,
            recording=recording,
            length=length,
            folder=parts.folder_id(),
            created_at=at,
            expires_at=expiry(at),
        )
        parts.begin(upload.public_id)
        if sha256:
            parts.state_digest(upload.public_id, sha256)
        _record("upload created", upload, by=by, at=at, length=length)
    return upload


def _wait_for_turn() -> None:
    """Open uploads one at a time on the whole site: requests sent together would be promised the same room twice.

    PostgreSQL takes an advisory lock until the transaction ends; SQLite has only one writer.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", ["uploads.create"])


def _refuse_beyond_limits(*, length: int, by: Account) -> None:
    opened = Upload.objects.filter(state=Upload.State.OPEN)
    own = opened.filter(owner=by).aggregate(count=Count("pk"), bytes=Sum(F("length") - F("offset")))
    if own["count"] >= MAX_OPEN_UPLOADS:
        raise TooManyOpenUploads
    used, quota = queries.stored_bytes(by), settings.UPLOAD_QUOTA_BYTES
    if used + length > quota:
        raise OverQuota(used, quota)
    promised = opened.aggregate(bytes=Sum(F("length") - F("offset")))["bytes"] or 0
    room = parts.free_bytes() - RESERVE_BYTES
    if length + promised > room:
        raise NoRoomForUpload
    # Room is kept for what is declared, so nobody may declare it all: beside a first upload, half of the room is left.
    if own["count"] and length + (own["bytes"] or 0) > room // 2:
        raise TooManyOpenUploads


def expiry(at: datetime) -> datetime:
    """Return until when an upload that moved at `at` can be resumed."""
    return at + timedelta(days=settings.UPLOAD_EXPIRES_DAYS)


def complete_upload(*, upload: Upload, at: datetime) -> Recording:
    """Turn the bytes of a whole upload into an original in the storage, and announce it. The caller holds the part's lock.

    The same file of the same owner is recognised: the upload then points to the recording that exists. Every step may
    be repeated after a kill: the file is found again in the storage when it was already moved. Raises DigestWrong and
    PartMissing.
    """
    recording = upload.recording
    path = parts.path_of(upload.public_id)
    with _missing_named(upload):
        digest = parts.sha256_of(path)
    stated = parts.stated_digest(upload.public_id)
    if stated and stated != digest:
        refuse_upload(upload=upload, code=Failure.DIGEST_WRONG, at=at)
        raise DigestWrong(f"{digest}, not {stated}")
    existing = recording_queries.same_file(owner_id=upload.owner_id, sha256=digest)
    if existing is not None:
        return _recognise(upload, existing, at=at)
    # A second name for the same bytes first: should the process die now, the part is still there for the next try.
    with _missing_named(upload):
        whole = parts.second_name(path)
    name = files.keep(whole, files.original_name(recording.public_id))
    whole.unlink(missing_ok=True)
    try:
        with transaction.atomic():
            _close(upload, Upload.State.COMPLETE)
            recording.state = Recording.State.PROCESSING
            recording.sha256, recording.original_file, recording.received_at = digest, name, at
            recording.save(update_fields=["state", "sha256", "original_file", "received_at"])
            _record("recording received", upload, by=upload.owner, at=at, sha256=digest, length=upload.length)
            events.announce(events.upload_completed, recording_id=recording.pk, at=at)
    except IntegrityError:
        # Two uploads of one file ended in the same instant; the other one was first.
        existing = recording_queries.same_file(owner_id=upload.owner_id, sha256=digest)
        if existing is None:
            raise
        files.storage().delete(name)
        upload.refresh_from_db()
        return _recognise(upload, existing, at=at)
    except UploadClosed:
        # Refused by a look at its first blocks while we were reading: the stored copy is nobody's.
        files.storage().delete(name)
        parts.remove(upload.public_id)
        raise
    parts.remove(upload.public_id)
    return recording


def refuse_upload(*, upload: Upload, code: Failure, at: datetime) -> None:
    """Refuse an upload for what its bytes are, and drop them. The caller holds the part's lock."""
    _refuse_row(upload=upload, code=code, at=at)
    parts.remove(upload.public_id)


def _refuse_row(*, upload: Upload, code: Failure, at: datetime) -> None:
    """Close the row; the recording keeps the reason. Raises UploadClosed."""
    with transaction.atomic():
        _close(upload, Upload.State.REFUSED, code=code)
        Recording.objects.filter(pk=upload.recording_id).update(
            state=Recording.State.REFUSED, failure_code=code
        )
        _record("upload refused", upload, by=upload.owner, at=at, code=str(code))
        recording_events.announce(recording_events.recording_refused, recording_id=upload.recording_id, at=at)


def refuse_early(*, recording_id: int, code: Failure, at: datetime) -> bool:
    """Refuse what is still on its way, for what its first blocks say for certain. Tell whether it was still on its way.

    Whoever is sending at this moment reads the reason at the next block.
    """
    upload = Upload.objects.filter(recording_id=recording_id, state=Upload.State.OPEN).first()
    if upload is None:
        return False
    try:
        with parts.locked(upload.public_id):
            refuse_upload(upload=upload, code=code, at=at)
    except (parts.PartBusy, parts.PartMissing):
        # The bytes are their writer's: it finds the row closed at its next acknowledgement, and drops them.
        return _closed_now(upload, code, at=at)
    except UploadClosed:
        return False
    return True


def _closed_now(upload: Upload, code: Failure, *, at: datetime) -> bool:
    try:
        _refuse_row(upload=upload, code=code, at=at)
    except UploadClosed:
        return False
    return True


def keep_header(*, upload: Upload, header: parts.Header, at: datetime) -> None:
    """Keep the part of a file that says what it holds, sent ahead of its turn. Nothing in it is trusted.

    The first one stays: one upload cannot call for looks at will. Raises UploadClosed, NoRoomForUpload, and
    HeaderMisplaced when it would not lie inside the file.
    """
    if upload.state != Upload.State.OPEN:
        raise UploadClosed(str(upload.public_id))
    if header.offset + len(header.content) > upload.length:
        raise HeaderMisplaced(str(upload.public_id))
    if parts.free_bytes() - RESERVE_BYTES < len(header.content):
        raise NoRoomForUpload
    first = parts.keep_header(upload.public_id, header)
    # Before the first look it only waits to be found there.
    if first and upload.offset >= LOOK_AT[0]:
        events.announce(events.upload_begun, recording_id=upload.recording_id, at=at)


def terminate_upload(*, upload: Upload, by: Account, at: datetime) -> None:
    """Remove an unfinished upload at its owner's wish. Raises UploadClosed when it is finished already."""
    _abandon(upload, Upload.State.TERMINATED, by=by, at=at)


def expire_uploads(*, at: datetime) -> int:
    """Remove every upload whose time ran out, and return how many. One that is whole is never removed."""
    expired = 0
    resting = Upload.objects.filter(state=Upload.State.OPEN, expires_at__lte=at, offset__lt=F("length"))
    for upload in resting:
        try:
            with parts.locked(upload.public_id):
                # Somebody may have sent the rest since we asked.
                upload.refresh_from_db(fields=["state", "offset", "expires_at"])
                if upload.offset == upload.length or upload.expires_at > at:
                    continue
                _abandon(upload, Upload.State.EXPIRED, by=None, at=at)
        except (parts.PartBusy, UploadClosed):
            continue  # somebody is sending right now, or it ended meanwhile
        except parts.PartMissing:
            with suppress(UploadClosed):
                _abandon(upload, Upload.State.EXPIRED, by=None, at=at)
        expired += 1
    return expired


def sweep_parts(*, at: datetime) -> int:
    """Delete bytes that no open upload owns: a process died between its last two steps. Return how many files."""
    needed = set(Upload.objects.filter(state=Upload.State.OPEN).values_list("public_id", flat=True))
    swept = 0
    for path in parts.resting_since(at - SWEPT_AFTER):
        owner = parts.owner_of(path)
        if owner is not None and owner not in needed:
            path.unlink(missing_ok=True)
            swept += 1
    return swept


def finish_upload(*, upload_id: int, at: datetime) -> bool:
    """Verify and store an upload whose last byte has arrived, and tell whether it was still to do.

    Safe from any number of workers at once: whoever has the part's lock does it.
    """
    upload = Upload.objects.select_related("recording", "owner").get(pk=upload_id)
    try:
        with parts.locked(upload.public_id):
            upload.refresh_from_db(fields=["state", "offset"])
            if upload.state != Upload.State.OPEN or upload.offset < upload.length:
                return False
            complete_upload(upload=upload, at=at)
    except (parts.PartBusy, UploadClosed):
        return False  # somebody is at it, or it ended otherwise
    except parts.PartMissing:
        # A machine without the folder that holds the bytes would otherwise destroy what was acknowledged.
        if upload.folder != parts.folder_id():
            logger.warning("upload %s: its bytes are in folder %r, not here", upload.public_id, upload.folder)
            return False
        return _closed_now(upload, Failure.FILE_MISSING, at=at)
    except DigestWrong as wrong:
        logger.warning("upload %s: %s", upload.public_id, wrong)
    return True


def complete_stragglers() -> int:
    """Ask again for every whole upload that nobody has finished yet, and return for how many it was asked.

    The process that took the last byte died, or its message was lost. Nothing is read here: files have gigabytes.
    """
    whole = Upload.objects.filter(state=Upload.State.OPEN, offset=F("length"))
    return sum(dispatch.ask_to_finish(upload.pk) for upload in whole.only("pk"))


@contextmanager
def _missing_named(upload: Upload) -> Iterator[None]:
    """Name the error when the bytes of an upload are gone."""
    try:
        yield
    except FileNotFoundError as error:
        raise parts.PartMissing(str(upload.public_id)) from error


def _recognise(upload: Upload, existing: Recording, *, at: datetime) -> Recording:
    placeholder = upload.recording
    with transaction.atomic():
        _close(upload, Upload.State.COMPLETE)
        upload.recording = existing
        upload.save(update_fields=["recording"])
        recording_events.recording_recognised.send(
            sender=Recording, recording_id=placeholder.pk, existing_id=existing.pk, at=at
        )
        _drop_placeholder(placeholder.pk, Failure.SAME_FILE)
        _record("same file recognised", upload, by=upload.owner, at=at, recording=str(existing.public_id))
    parts.remove(upload.public_id)
    return existing


def _abandon(upload: Upload, state: Upload.State, *, by: Account | None, at: datetime) -> None:
    with transaction.atomic():
        _close(upload, state, code=Failure.UPLOAD_ABANDONED)
        Recording.objects.filter(pk=upload.recording_id).update(
            state=Recording.State.REFUSED, failure_code=Failure.UPLOAD_ABANDONED
        )
        _record(f"upload {state.value}", upload, by=by, at=at, offset=upload.offset)
    parts.remove(upload.public_id)


def _close(upload: Upload, state: Upload.State, *, code: str = "") -> None:
    """Leave the state OPEN, once. Raises UploadClosed when somebody else did."""
    closed = Upload.objects.filter(pk=upload.pk, state=Upload.State.OPEN).update(
        state=state, refusal_code=code
    )
    if not closed:
        raise UploadClosed(str(upload.public_id))
    upload.state, upload.refusal_code = state, code


def _drop_placeholder(recording_id: int, code: Failure) -> None:
    """Delete the recording that an upload no longer needs; one that a lecture still points to says why instead."""
    try:
        with transaction.atomic():
            Recording.objects.get(pk=recording_id).delete()
    except ProtectedError:
        Recording.objects.filter(pk=recording_id).update(state=Recording.State.REFUSED, failure_code=code)


def _record(
    verb: str, upload: Upload, *, by: Account | None, at: datetime, **details: str | int | None
) -> None:
    audit.record(verb, object_type="upload", object_key=str(upload.public_id), by=by, at=at, **details)
