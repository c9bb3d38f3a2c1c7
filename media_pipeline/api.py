"""The expert's room as the other rooms see it: the only door.

Frozen values come out; nobody outside touches a row of ours. It must not decide who may play (that is registered from
above), nor know lectures, lawyers or sessions.
"""

import uuid

from media_pipeline.conductor.queries import (
    JobSummary,
    ModeSummary,
    RecordingSummary,
    RecordingUnknown,
    recording_summaries,
    recording_summary,
    recordings_of,
)
from media_pipeline.delivery.access import AccessRefused, register_access_policy
from media_pipeline.delivery.cookies import set_viewer_cookie
from media_pipeline.delivery.links import playback_links
from media_pipeline.recordings.events import (
    recording_ready,
    recording_recognised,
    recording_refused,
    recording_watchable,
)
from media_pipeline.uploads.queries import UploadUnknown, upload_of
from qianchang.people.models import Account

__all__ = [
    "AccessRefused",
    "JobSummary",
    "ModeSummary",
    "RecordingSummary",
    "RecordingUnknown",
    "UploadUnknown",
    "playback_links",
    "recording_of_upload",
    "recording_ready",
    "recording_recognised",
    "recording_refused",
    "recording_summaries",
    "recording_summary",
    "recording_watchable",
    "recordings_of",
    "register_access_policy",
    "set_viewer_cookie",
]


def recording_of_upload(upload_public_id: uuid.UUID | str, *, owner: Account) -> RecordingSummary:
    """Return the recording that an upload becomes, running or complete. Raises UploadUnknown for anybody else's."""
    try:
        public_id = uuid.UUID(str(upload_public_id))
    except ValueError as error:
        raise UploadUnknown(str(upload_public_id)) from error
    return recording_summary(upload_of(owner, public_id).recording_id)
