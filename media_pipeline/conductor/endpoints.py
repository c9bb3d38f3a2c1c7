"""The API of recordings: state, stages and percentages for the page that waits, and the buttons beside them."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any, Protocol

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from media_pipeline.conductor import operations, queries
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may, require

router = Router(tags=["recordings"])


class ModeOut(Schema):
    """One way to play a recording."""

    mode: str
    label: str
    size_bytes: int
    average_kbits: int
    peak_kbits: int
    width: int | None
    height: int | None
    codecs: str


class JobOut(Schema):
    """One line of the processing list; `words` is what stands behind its label."""

    kind: str
    label: str
    state: str
    state_label: str
    progress_percent: int
    retries: int
    minutes_left: int | None
    sentence: str
    words: str


class RecordingOut(Schema):
    """One recording with its modes and the lines of its processing list."""

    public_id: uuid.UUID
    original_name: str
    state: str
    state_label: str
    size_bytes: int
    received_bytes: int
    content: str
    content_label: str
    duration_ms: int | None
    width: int | None
    height: int | None
    loudness_lufs: float | None
    slide_count: int
    generation: int
    failure_sentence: str
    warnings: list[str]
    progress_percent: int
    modes: list[ModeOut]
    jobs: list[JobOut]
    can_cancel: bool
    can_retry: bool
    can_transcode_again: bool
    first_watchable_at: datetime | None
    ready_at: datetime | None
    received_at: datetime | None


@router.get("/", response=list[RecordingOut], url_name="recordings")
def my_recordings(request: HttpRequest) -> list[dict[str, Any]]:
    """The recordings that I sent, newest first."""
    return [asdict(summary) for summary in queries.recordings_of(_account(request))]


@router.get("/{uuid:public_id}/", response=RecordingOut, url_name="recording")
def one_recording(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """One recording: its owner's, or any for who may see the processing queue. All others get 404."""
    return asdict(_recording(request, public_id))


@router.post("/{uuid:public_id}/cancel/", response=RecordingOut, url_name="recording_cancel")
def cancel_recording(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Stop the work on a recording: its owner, or an administrator. 409 with a sentence when nothing goes on."""
    return _conduct(request, public_id, operations.cancel)


@router.post("/{uuid:public_id}/retry/", response=RecordingOut, url_name="recording_retry")
def retry_recording(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Begin again what failed or was cancelled: its owner, or an administrator. 409 when nothing did."""
    return _conduct(request, public_id, operations.retry)


@router.post("/{uuid:public_id}/again/", response=RecordingOut, url_name="recording_again")
def transcode_recording_again(request: HttpRequest, public_id: uuid.UUID) -> dict[str, Any]:
    """Make every mode anew with today's ladder: administrators only. 409 while work goes on or without the original."""
    _recording(request, public_id)
    require(_account(request), Act.SEE_QUEUE, on=timezone.localdate())
    return _conduct(request, public_id, operations.transcode_again)


class Conduct(Protocol):
    """One of the operations on a whole recording."""

    def __call__(self, *, recording_id: int, by: Account, at: datetime) -> None: ...


def _conduct(request: HttpRequest, public_id: uuid.UUID, act: Conduct) -> dict[str, Any]:
    recording = _recording(request, public_id)
    try:
        act(recording_id=recording.id, by=_account(request), at=timezone.now())
    except operations.UnableToConduct as refusal:
        raise HttpError(409, str(refusal)) from refusal
    return asdict(queries.recording_summary(recording.id))


def _recording(request: HttpRequest, public_id: uuid.UUID) -> queries.RecordingSummary:
    """Return a recording that is the asker's own, or any for who may see the processing queue."""
    account = _account(request)
    try:
        summary = queries.recording_by_public_id(public_id)
    except queries.RecordingUnknown as error:
        raise HttpError(404, _("There is no such recording.")) from error
    if summary.owner_id != account.pk and not may(account, Act.SEE_QUEUE, on=timezone.localdate()):
        raise HttpError(404, _("There is no such recording."))
    return summary


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise HttpError(401, _("Sign in first, then go on."))
    return request.user
