"""What can go wrong with a recording: the codes, grouped by who must act. The sentences stand in `sentences.py`."""

from enum import StrEnum


class Failure(StrEnum):
    """A reason that is kept on a recording or a job and shown as one sentence."""

    # The expert must act: another file, or another recording.
    EMPTY = "empty"
    TOO_LARGE = "too_large"
    NOT_A_RECORDING = "not_a_recording"
    CUT_OFF = "cut_off"
    DAMAGED = "damaged"
    NO_SOUND = "no_sound"
    SILENT = "silent"
    TOO_SHORT = "too_short"
    TOO_LONG = "too_long"
    PICTURE_TOO_LARGE = "picture_too_large"
    TOO_MANY_FRAMES = "too_many_frames"
    TOO_MANY_STREAMS = "too_many_streams"
    CODEC_NOT_SUPPORTED = "codec_not_supported"
    SAME_FILE = "same_file"
    UPLOAD_ABANDONED = "upload_abandoned"
    DIGEST_WRONG = "digest_wrong"
    CANCELLED = "cancelled"

    # Whoever composed a disc must act: the recordings are good.
    DISC_TOO_FULL = "disc_too_full"

    # The platform must act: the file may be good.
    NO_SPACE = "no_space"
    TOOK_TOO_LONG = "took_too_long"
    STALLED = "stalled"
    OUTPUT_WRONG = "output_wrong"
    FILE_MISSING = "file_missing"
    WORKER_LOST = "worker_lost"
    INTERNAL = "internal"


class Warned(StrEnum):
    """What the expert should know of a recording that is taken all the same."""

    TOO_QUIET = "too_quiet"
    SILENT_SO_FAR = "silent_so_far"
    SMALL_PICTURE = "small_picture"
    VARIABLE_FRAME_RATE = "variable_frame_rate"
    NO_PICTURE = "no_picture"


class RecordingRefused(Exception):
    """The file itself is the reason. Trying again changes nothing; the expert reads the sentence of `code`."""

    def __init__(self, code: Failure, log: str = "") -> None:
        super().__init__(f"{code}: {log}" if log else str(code))
        self.code = code
        self.log = log


class StageFailed(Exception):
    """The platform is the reason, or nobody knows. The stage is tried again, a bounded number of times."""

    def __init__(self, code: Failure, log: str = "") -> None:
        super().__init__(f"{code}: {log}" if log else str(code))
        self.code = code
        self.log = log


class Outage(StageFailed):
    """The machine is in the way of any recording: a full disk, a storage or a database that does not answer.

    The stage rests and is tried again without using up an attempt, until the outage has lasted for a day.
    """
