"""The processing queue holds nothing about anybody."""

from qianchang.groundwork.personal_data import declare_none


def declare_holdings() -> None:
    """Declare every table of the queue."""
    declare_none("stages of work on a recording", "conductor.MediaJob")
