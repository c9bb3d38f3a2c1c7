"""Creating, finishing, refusing and removing uploads. The bytes in between are taken by `receiving.py`."""

from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, F, ProtectedError, Sum

from media_pipeline.recordings import events as recording_events
from media_pipeline.recordings import files, queries
from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.models import Recording
from media_pipeline.uploads import parts
from media_pipeline.uploads.events import upload_completed
from media_pipeline.uploads.models import Upload
from qianchang.groundwork import audit
from qianchang.people.models import Account

# What stays free on the disk whatever is sent, so that the database can still write.
RESERVE_BYTES = 256 * 1024**2
MAX_OPEN_UPLOADS = 20


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


class UploadClosed(Exception):
    """The upload is refused, expired, terminated or complete: it takes no more bytes."""


def create_upload(*, length: int, name: str, by: Account, at: datetime) -> Upload:
    """Open an upload of `length` bytes and the recording it will become.

    Raises EmptyUpload, UploadTooLarge, TooManyOpenUploads or NoRoomForUpload, before any byte is taken.
    """
    if length == 0:
        raise EmptyUpload
    if length > settings.UPLOAD_MAX_BYTES:
        raise UploadTooLarge
    with transaction.atomic():
        # One at a time for each owner, or requests sent together would outrun the limits.
        Account.objects.select_for_update(no_key=True).only("pk").get(pk=by.pk)
        _refuse_beyond_limits(length=length, by=by)
        recording = Recording.objects.create(owner=by, original_name=name, size_bytes=length, created_at=at)
        upload = Upload.objects.create(
            owner=by, recording=recording, length=length, created_at=at, expires_at=expiry(at)
        )
        parts.begin(upload.public_id)
        _record("upload created", upload, by=by, at=at, length=length)
    return upload


def _refuse_beyond_limits(*, length: int, by: Account) -> None:
    opened = Upload.objects.filter(state=Upload.State.OPEN)
    own = opened.filter(owner=by).aggregate(count=Count("pk"), bytes=Sum(F("length") - F("offset")))
    if own["count"] >= MAX_OPEN_UPLOADS:
        raise TooManyOpenUploads
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
    be repeated after a kill: the file is found again in the storage when it was already moved.
    """
    recording = upload.recording
    path = parts.path_of(upload.public_id)
    digest = parts.sha256_of(path)
    existing = queries.same_file(owner_id=upload.owner_id, sha256=digest)
    if existing is not None:
        return _recognise(upload, existing, at=at)
    # A second name for the same bytes first: should the process die now, the part is still there for the next try.
    whole = _linked(path)
    name = files.keep(whole, files.original_name(recording.public_id))
    whole.unlink(missing_ok=True)
    try:
        with transaction.atomic():
            _close(upload, Upload.State.COMPLETE)
            recording.state = Recording.State.PROCESSING
            recording.sha256, recording.original_file, recording.received_at = digest, name, at
            recording.save(update_fields=["state", "sha256", "original_file", "received_at"])
            _record("recording received", upload, by=upload.owner, at=at, sha256=digest, length=upload.length)
            transaction.on_commit(partial(_announce, recording.pk, at))
    except IntegrityError:
        # Two uploads of one file ended in the same instant; the other one was first.
        existing = queries.same_file(owner_id=upload.owner_id, sha256=digest)
        if existing is None:
            raise
        files.storage().delete(name)
        upload.refresh_from_db()
        return _recognise(upload, existing, at=at)
    parts.remove(upload.public_id)
    return recording


def refuse_upload(*, upload: Upload, code: Failure, at: datetime) -> None:
    """Refuse an upload for what its bytes are, and drop the bytes. The recording keeps the reason."""
    with transaction.atomic():
        _close(upload, Upload.State.REFUSED, code=code)
        Recording.objects.filter(pk=upload.recording_id).update(
            state=Recording.State.REFUSED, failure_code=code
        )
        _record("upload refused", upload, by=upload.owner, at=at, code=str(code))
        recording_events.announce(recording_events.recording_refused, recording_id=upload.recording_id, at=at)
    parts.remove(upload.public_id)


def terminate_upload(*, upload: Upload, by: Account, at: datetime) -> None:
    """Remove an unfinished upload at its owner's wish. Raises UploadClosed when it is finished already."""
    _abandon(upload, Upload.State.TERMINATED, by=by, at=at)


def expire_uploads(*, at: datetime) -> int:
    """Remove every upload whose time ran out, and return how many."""
    expired = 0
    for upload in Upload.objects.filter(state=Upload.State.OPEN, expires_at__lte=at, offset__lt=F("length")):
        try:
            with parts.locked(upload.public_id):
                _abandon(upload, Upload.State.EXPIRED, by=None, at=at)
        except (parts.PartBusy, UploadClosed):
            continue  # somebody is sending right now, or it ended meanwhile
        except parts.PartMissing:
            _abandon(upload, Upload.State.EXPIRED, by=None, at=at)
        expired += 1
    return expired


def complete_stragglers(*, at: datetime) -> int:
    """Complete uploads whose last byte was acknowledged by a process that then died, and return how many."""
    completed = 0
    for upload in Upload.objects.filter(state=Upload.State.OPEN, offset=F("length")).select_related(
        "recording", "owner"
    ):
        try:
            with parts.locked(upload.public_id):
                upload.refresh_from_db(fields=["state", "offset"])
                if upload.state == Upload.State.OPEN:
                    complete_upload(upload=upload, at=at)
                    completed += 1
        except parts.PartBusy:
            continue  # the request that brought the last byte is still at it
        except parts.PartMissing:
            refuse_upload(upload=upload, code=Failure.FILE_MISSING, at=at)
    return completed


def _linked(path: Path) -> Path:
    link = path.with_name(f"{path.name}.whole")
    link.unlink(missing_ok=True)
    link.hardlink_to(path)
    return link


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
        _close(upload, state)
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


def _announce(recording_id: int, at: datetime) -> None:
    upload_completed.send_robust(sender=Recording, recording_id=recording_id, at=at)
