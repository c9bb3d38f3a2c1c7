"""The sentence behind every failure code: what happened, and what to do now. `failures.py` has the codes."""

from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from media_pipeline.recordings.failures import Failure, Warned

SENTENCES: dict[Failure, Promise] = {
    Failure.EMPTY: _("The file is empty. Choose the recording again."),
    Failure.TOO_LARGE: _(
        "The file is over the size limit. Make it smaller with a converter first, or send a disk."
    ),
    Failure.NOT_A_RECORDING: _(
        "This file is not a recording that we can read. "
        "Choose a video or audio file, for example MP4, MOV, MKV, AVI, MP3 or M4A."
    ),
    Failure.CUT_OFF: _(
        "The recording was cut off: its end is missing. Save or copy it again from the camera and send it again."
    ),
    Failure.DAMAGED: _(
        "Part of this recording cannot be read. Save it again from the original and send it again."
    ),
    Failure.NO_SOUND: _("This file has no sound. Check the recording, then send it again."),
    Failure.SILENT: _(
        "Nothing can be heard in this file. Check the microphone and the recording, then send it again."
    ),
    Failure.TOO_SHORT: _("The recording is shorter than one second. Choose the whole recording."),
    Failure.TOO_LONG: _("The recording is longer than 6 hours. Cut it into parts and send each part."),
    Failure.PICTURE_TOO_LARGE: _(
        "The picture is larger than 4096 × 2304. Make it smaller with a converter, then send it again."
    ),
    Failure.TOO_MANY_FRAMES: _(
        "The recording claims more than 120 pictures a second. Convert it to 25 or 30, then send it again."
    ),
    Failure.TOO_MANY_STREAMS: _(
        "The file holds too many tracks. Save it with one picture and one sound track, then send it again."
    ),
    Failure.CODEC_NOT_SUPPORTED: _(
        "The file uses a format that we do not read. Convert it to MP4 (H.264 and AAC), then send it again."
    ),
    Failure.SAME_FILE: _("You have already sent this file. Use the lecture that you made from it."),
    Failure.UPLOAD_ABANDONED: _("The upload was not finished in time and was removed. Start it again."),
    Failure.DIGEST_WRONG: _(
        "What arrived is not the file on your computer: it changed while it was sent. Send it again."
    ),
    Failure.CANCELLED: _("Processing was cancelled. It can be begun again."),
    Failure.DISC_TOO_FULL: _(
        "The slides and papers of these lectures need more room than the films leave on the disc. "
        "Compose a master with fewer lectures."
    ),
    Failure.NO_SPACE: _(
        "The server has no room for this now. Try again tomorrow; the administrator can see this."
    ),
    Failure.TOOK_TOO_LONG: _(
        "Processing took too long and was stopped. The administrator can see this; you need not do anything."
    ),
    Failure.STALLED: _(
        "Processing stood still and was stopped. The administrator can see this; you need not do anything."
    ),
    Failure.OUTPUT_WRONG: _(
        "The result did not match the recording and was not published. "
        "The administrator can see this; you need not do anything."
    ),
    Failure.FILE_MISSING: _(
        "The stored recording cannot be found. The administrator can see this; please send the file again."
    ),
    Failure.WORKER_LOST: _(
        "Processing was interrupted several times. The administrator can see this; you need not do anything."
    ),
    Failure.INTERNAL: _(
        "Processing failed on our side. The administrator can see this; you need not do anything."
    ),
}

WARNINGS: dict[Warned, Promise] = {
    Warned.TOO_QUIET: _(
        "The speech is very quiet. We make it louder, but noise grows with it: check the microphone next time."
    ),
    Warned.SILENT_SO_FAR: _(
        "Nothing can be heard so far. If the lecture begins with a pause, this is fine; else check the microphone."
    ),
    Warned.SMALL_PICTURE: _(
        "The picture is smaller than 640 × 360: small letters on slides may not be legible."
    ),
    Warned.VARIABLE_FRAME_RATE: _(
        "The pictures come at uneven times, as telephones record them. We make them even; you need not do anything."
    ),
    Warned.NO_PICTURE: _("There is no picture in this file. The lecture will be sound only."),
}


def warning(code: str) -> str:
    """Return the sentence of a warning in the reader's language; an empty string for one that nobody knows any more."""
    try:
        return str(WARNINGS[Warned(code)])
    except ValueError:
        return ""


def sentence(code: str) -> str:
    """Return the sentence of a failure code in the reader's language; an empty string for no code."""
    if not code:
        return ""
    try:
        return str(SENTENCES[Failure(code)])
    except ValueError:
        # A code of a later or earlier release: still a sentence, never a blank.
        return gettext(
            "Processing failed on our side. The administrator can see this; you need not do anything."
        )
