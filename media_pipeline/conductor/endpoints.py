"""The API of recordings: state, jobs and percentages, for the page that waits."""

import uuid
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Router, Schema
from ninja.errors import HttpError

from media_pipeline.conductor import queries
from qianchang.people.models import Account
from qianchang.people.permissions import Act, may

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
    """One line of the processing list."""

    kind: str
    label: str
    state: str
    state_label: str
    progress_percent: int
    sentence: str


class RecordingOut(Schema):
    """One recording with its modes and jobs."""

    public_id: uuid.UUID
    original_name: str
    state: str
    state_label: str
    size_bytes: int
    received_bytes: int
    content: str
    duration_ms: int | None
    width: int | None
    height: int | None
    failure_sentence: str
    modes: list[ModeOut]
    jobs: list[JobOut]
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
    account = _account(request)
    try:
        summary = queries.recording_by_public_id(public_id)
    except queries.RecordingUnknown as error:
        raise HttpError(404, _("There is no such recording.")) from error
    if summary.owner_id != account.pk and not may(account, Act.SEE_QUEUE, on=timezone.localdate()):
        raise HttpError(404, _("There is no such recording."))
    return asdict(summary)


def _account(request: HttpRequest) -> Account:
    if not isinstance(request.user, Account):
        raise HttpError(401, _("Sign in first, then go on."))
    return request.user
