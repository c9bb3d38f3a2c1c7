"""What discs ask of the rooms above them: the blank sign-in sheet that goes on a disc's data part."""

from collections.abc import Callable
from dataclasses import dataclass

from courses.discs.models import Disc
from courses.schedule.models import TrainingSession

# The blank sheet of one session for the county of a disc, as a PDF file.
BlankSheet = Callable[[Disc, TrainingSession], bytes]


@dataclass
class _Registered:
    blank_sheet: BlankSheet | None = None


_registered = _Registered()


def register_blank_sheet(source: BlankSheet) -> None:
    """Say who prints a blank sign-in sheet."""
    _registered.blank_sheet = source


def blank_sheet(disc: Disc, session: TrainingSession) -> bytes | None:
    """Return the blank sheet of a session for the county of a disc; None while nobody prints any."""
    return None if _registered.blank_sheet is None else _registered.blank_sheet(disc, session)
