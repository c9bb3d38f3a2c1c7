"""The expert's room as the other rooms see it: the only door.

Frozen values come out; nobody outside touches a row of ours. It must not decide who may play (that is registered from
above), nor know lectures, lawyers or sessions.
"""

import uuid

from media_pipeline.conductor.discs.data import register_disc_data
from media_pipeline.conductor.discs.events import disc_image_failed, disc_image_ready
from media_pipeline.conductor.discs.operations import (
    UnableToMakeDisc,
    ask_for_disc_image,
    cancel_disc_image,
)
from media_pipeline.conductor.discs.queries import (
    DiscImageGone,
    DiscImageSummary,
    DiscImageUnknown,
    disc_image,
    disc_image_link,
    disc_images,
)
from media_pipeline.conductor.lines import JobSummary
from media_pipeline.conductor.operations import UnableToConduct
from media_pipeline.conductor.operations import cancel as cancel_processing
from media_pipeline.conductor.operations import retry as retry_processing
from media_pipeline.conductor.queries import (
    ModeSummary,
    RecordingSummary,
    RecordingUnknown,
    modes_of,
    recording_summaries,
    recording_summary,
    recordings_of,
)
from media_pipeline.delivery.access import AccessRefused, may_play, register_access_policy
from media_pipeline.delivery.cookies import set_viewer_cookie
from media_pipeline.delivery.links import are_ours as links_are_ours
from media_pipeline.delivery.links import file_links, playback_links
from media_pipeline.delivery.ranges import ByteRange, RangeNotSatisfiable, parse_range
from media_pipeline.delivery.raw import (
    StoredRendition,
    make_slide_files,
    read_stored,
    slide_files_of,
    stored_files_of,
    stored_size,
)
from media_pipeline.packaging.discs.spec import (
    MOST_LECTURES,
    DiscLecture,
    DiscSpec,
    SpecRefused,
    fits,
    minutes_left,
    minutes_that_fit,
)
from media_pipeline.recordings.captions import (
    CaptionsChanged,
    CaptionsOut,
    CueEdit,
    caption_languages_of,
    captions_of,
    cues_of,
    edit_caption_cues,
    put_captions,
    remove_captions,
)
from media_pipeline.recordings.cues import (
    MAX_BYTES as CAPTIONS_MAX_BYTES,
)
from media_pipeline.recordings.cues import (
    MAX_CUE_CHARACTERS,
    CaptionsRefused,
    Cue,
    read_time,
)
from media_pipeline.recordings.cues import (
    decode as decode_captions,
)
from media_pipeline.recordings.events import (
    recording_ready,
    recording_recognised,
    recording_refused,
    recording_watchable,
    recording_words_changed,
)
from media_pipeline.recordings.models import CaptionTrack
from media_pipeline.recordings.slides import (
    TITLE_CHARACTERS as SLIDE_TITLE_CHARACTERS,
)
from media_pipeline.recordings.slides import (
    SlideOut,
    SlideUnknown,
    StoryboardOut,
    UnableToEditSlides,
    merge_slide,
    move_slide,
    rename_slide,
    slides_of,
    storyboard_of,
)
from media_pipeline.uploads.queries import RestingUpload, UploadUnknown, resting_uploads, upload_of
from qianchang.people.models import Account

__all__ = [
    "CAPTIONS_MAX_BYTES",
    "CAPTION_LANGUAGES",
    "MAX_CUE_CHARACTERS",
    "MOST_LECTURES",
    "SLIDE_TITLE_CHARACTERS",
    "AccessRefused",
    "ByteRange",
    "CaptionsChanged",
    "CaptionsOut",
    "CaptionsRefused",
    "Cue",
    "CueEdit",
    "DiscImageGone",
    "DiscImageSummary",
    "DiscImageUnknown",
    "DiscLecture",
    "DiscSpec",
    "JobSummary",
    "ModeSummary",
    "RangeNotSatisfiable",
    "RecordingSummary",
    "RecordingUnknown",
    "RestingUpload",
    "SlideOut",
    "SlideUnknown",
    "SpecRefused",
    "StoredRendition",
    "StoryboardOut",
    "UnableToConduct",
    "UnableToEditSlides",
    "UnableToMakeDisc",
    "UploadUnknown",
    "ask_for_disc_image",
    "cancel_disc_image",
    "cancel_processing",
    "caption_languages_of",
    "captions_of",
    "cues_of",
    "decode_captions",
    "disc_image",
    "disc_image_failed",
    "disc_image_link",
    "disc_image_ready",
    "disc_images",
    "edit_caption_cues",
    "file_links",
    "fits",
    "links_are_ours",
    "make_slide_files",
    "may_play",
    "merge_slide",
    "minutes_left",
    "minutes_that_fit",
    "modes_of",
    "move_slide",
    "parse_range",
    "playback_links",
    "put_captions",
    "read_stored",
    "read_time",
    "recording_of_upload",
    "recording_ready",
    "recording_recognised",
    "recording_refused",
    "recording_summaries",
    "recording_summary",
    "recording_watchable",
    "recording_words_changed",
    "recordings_of",
    "register_access_policy",
    "register_disc_data",
    "remove_captions",
    "rename_slide",
    "resting_uploads",
    "retry_processing",
    "set_viewer_cookie",
    "slide_files_of",
    "slides_of",
    "stored_files_of",
    "stored_size",
    "storyboard_of",
]

# The languages that captions may be in: code and name.
CAPTION_LANGUAGES = CaptionTrack.Language.choices


def recording_of_upload(upload_public_id: uuid.UUID | str, *, owner: Account) -> RecordingSummary:
    """Return the recording that an upload becomes, running or complete. Raises UploadUnknown for anybody else's."""
    try:
        public_id = uuid.UUID(str(upload_public_id))
    except ValueError as error:
        raise UploadUnknown(str(upload_public_id)) from error
    return recording_summary(upload_of(owner, public_id).recording_id)
