"""Every way in which the tus endpoint says no: the status of the protocol, a code for programs, a sentence for people."""

from dataclasses import dataclass

from django.template.defaultfilters import filesizeformat
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from media_pipeline.recordings.failures import Failure
from media_pipeline.recordings.sentences import SENTENCES, sentence
from media_pipeline.uploads import lines, operations, parts, queries, receiving, rules

# The status that tus names for a checksum that does not fit.
CHECKSUM_MISMATCH = 460


@dataclass(frozen=True)
class Answer:
    """What a named error becomes on the wire."""

    status: int
    code: str
    words: Promise


def _failure(status: int, failure: Failure) -> Answer:
    return Answer(status, str(failure), SENTENCES[failure])


ANSWERS: dict[type[Exception], Answer] = {
    operations.EmptyUpload: _failure(400, Failure.EMPTY),
    operations.UploadTooLarge: _failure(413, Failure.TOO_LARGE),
    operations.NoRoomForUpload: _failure(507, Failure.NO_SPACE),
    receiving.DiskFull: _failure(507, Failure.NO_SPACE),
    parts.PartMissing: _failure(410, Failure.UPLOAD_ABANDONED),
    operations.OverQuota: Answer(
        413,
        "over_quota",
        _(
            "Your recordings take %(used)s of the %(quota)s that you may store, and this file does not fit. "
            "Remove unfinished uploads, or ask the administrator to drop originals that are not needed any more."
        ),
    ),
    operations.HeaderMisplaced: Answer(
        400, "bad_header", _("The uploader sent something that cannot be understood. Reload the page.")
    ),
    operations.DigestWrong: _failure(422, Failure.DIGEST_WRONG),
    operations.TooManyOpenUploads: Answer(
        409, "too_many_uploads", _("You have many unfinished uploads. Finish or remove one first.")
    ),
    operations.UploadClosed: Answer(410, "closed", _("This upload has ended. Start a new one.")),
    queries.UploadUnknown: Answer(404, "unknown", _("There is no such upload.")),
    parts.PartBusy: Answer(
        423, "busy", _("This file is being sent from another window or computer. Wait a moment, then go on.")
    ),
    # Both are statuses that tus clients try again by themselves.
    lines.AccountLinesTaken: Answer(
        423, "lines", _("You are sending several files at once. This one goes on by itself in a moment.")
    ),
    lines.AllLinesTaken: Answer(
        503, "all_lines", _("Many people are sending at this moment. It goes on by itself in a moment.")
    ),
    receiving.OffsetMismatch: Answer(
        409,
        "offset",
        _("Your computer and the server disagree on how much has arrived. Go on from the confirmed part."),
    ),
    receiving.TooManyBytes: Answer(
        413, "too_many_bytes", _("The file is longer than announced. Choose it again.")
    ),
    receiving.ChecksumMismatch: Answer(
        CHECKSUM_MISMATCH, "checksum", _("A block arrived damaged and was not kept. It will be sent again.")
    ),
    receiving.ConnectionCut: Answer(
        400, "cut", _("The connection was cut. Everything confirmed is kept; go on from there.")
    ),
    rules.BadHeader: Answer(
        400, "bad_header", _("The uploader sent something that cannot be understood. Reload the page.")
    ),
}

NAMED: tuple[type[Exception], ...] = (receiving.RefusedAtDoor, *ANSWERS)


def answer_to(error: Exception) -> tuple[int, str, str]:
    """Return status, code and sentence for one of the named errors, in the reader's language."""
    if isinstance(error, receiving.RefusedAtDoor):
        status = 422 if error.code == Failure.DIGEST_WRONG else 415
        return status, str(error.code), sentence(error.code)
    said = ANSWERS[type(error)]
    words = str(said.words)
    if isinstance(error, operations.OverQuota):
        words %= {"used": filesizeformat(error.used), "quota": filesizeformat(error.quota)}
    return said.status, said.code, words
