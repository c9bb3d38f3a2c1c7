"""What recordings hold about a person: whose they are, by number, and the name that the file had."""

from datetime import datetime
from pathlib import PurePath
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from media_pipeline.recordings.models import Recording
from qianchang.groundwork.personal_data import ERASED, Subject, declare, declare_none
from qianchang.people.privacy.subjects import ACCOUNT

GIVEN = "a lecture that was given away stays until it is withdrawn; its owner is a number"


def declare_holdings() -> None:
    """Declare every table of recordings, uploads and jobs."""
    declare(
        "recordings.Recording",
        purpose=_("Recordings that you sent"),
        of={"owner": ACCOUNT},
        given=("public_id", "original_name", "state", "size_bytes", "duration_ms", "created_at", "ready_at"),
        texts=("original_name",),
        kept=GIVEN,
        erase=_erase_names_of_files,
    )
    declare(
        "recordings.Slide",
        purpose=_("What stands on the slides of a recording"),
        texts=("title", "text"),
        published=True,
        kept=GIVEN,
    )
    declare(
        "recordings.CaptionTrack",
        purpose=_("What is said in a recording"),
        acts=("updated_by",),
        texts=("vtt",),
        published=True,
        kept=GIVEN,
    )
    declare_none(
        "files and sizes", "recordings.Rendition", "recordings.Storyboard", "recordings.OutdatedFile"
    )


def _erase_names_of_files(rows: "QuerySet[Any]", subject: Subject, at: datetime) -> int:
    erased = 0
    for recording in rows:
        blank = ERASED + PurePath(recording.original_name).suffix[:10]
        if recording.original_name != blank:
            erased += Recording.objects.filter(pk=recording.pk).update(original_name=blank)
    return erased
