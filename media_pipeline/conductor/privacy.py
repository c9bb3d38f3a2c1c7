"""The processing queue holds nothing about anybody."""

from qianchang.groundwork.personal_data import declare_none


def declare_holdings() -> None:
    """Declare every table of the queue."""
    declare_none("stages of work on a recording", "conductor.MediaJob")
    declare_none(
        "discs as they are made: published titles and lecturers, and codes that all of a room read",
        "conductor.DiscImage",
    )
    declare_none("pieces of lectures as discs carry them", "conductor.DiscPiece")
