"""The CHECK stage: a look at the first blocks of an upload, and what follows from it."""

from datetime import datetime
from pathlib import Path

from media_pipeline.conductor import first_look, publishing
from media_pipeline.conductor.claims import Claim
from media_pipeline.transcoding.encode import Cancelled
from media_pipeline.uploads import operations as uploads
from media_pipeline.uploads import parts
from media_pipeline.uploads.models import Upload


def check(held: Claim, *, folder: Path, cancelled: Cancelled, at: datetime) -> None:
    """Look at what has arrived of an upload: warn its owner, or refuse it before gigabytes are sent for nothing.

    Only what is certain refuses. An upload that ended meanwhile needs no look: the file check sees all of it.
    """
    upload = Upload.objects.filter(recording_id=held.recording_id, state=Upload.State.OPEN).first()
    if upload is None:
        publishing.publish_first_look(held, output={"conclusive": True, "ended": True}, warnings=(), at=at)
        return
    found = first_look.look(
        parts.path_of(upload.public_id), length=upload.length, folder=folder, cancelled=cancelled
    )
    if found.refusal is not None:
        uploads.refuse_early(recording_id=held.recording_id, code=found.refusal, at=at)
    publishing.publish_first_look(
        held,
        output={
            "conclusive": found.conclusive,
            "refusal": str(found.refusal or ""),
            "duration_ms": found.duration_ms,
            "width": found.width,
            "height": found.height,
        },
        warnings=found.warnings,
        at=at,
    )
