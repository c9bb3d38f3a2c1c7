"""What attendance asks of the hours above it: the terms of watching, and whether evidence has earned
something.

`courses.credits` is the credit office. Without one, the terms are the defaults and nothing is ever awarded.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Protocol

from courses.attendance.queries import WatchRecord
from courses.attendance.rules import Interval, Terms
from courses.catalogue.models import LectureVersion
from qianchang.people.models import Jurisdiction, Lawyer


@dataclass(frozen=True)
class Award:
    """Hours that were credited, and the page that shows what for. `is_part`: for a part of the lecture that was heard in a
    room, so that watching all of it still earns more.
    """

    hours: Decimal
    entry_url: str
    is_part: bool = False


@dataclass(frozen=True)
class RoomTime:
    """When a lawyer heard a lecture in a room, for which hours of an accounting year stand."""

    lawyer_id: int
    lecture_id: int
    year: int
    wall: Interval


# Gives what stands for some lawyers, as far as it reaches into an interval of wall time (ms). One query.
RoomTimes = Callable[[Sequence[int], Interval], Sequence[RoomTime]]

# Number of the lawyer, number of the lecture, terms, and the day whose accounting year is meant.
Asked = tuple[int, int, Terms, date]


class CreditOffice(Protocol):
    """Turns evidence into hours. `courses.credits` is the office."""

    def terms(self, jurisdiction: Jurisdiction, *, on: date) -> Terms:
        """Say what the rule of a jurisdiction asks on a day. One query."""

    def after_evidence(
        self, *, lawyer: Lawyer, version: LectureVersion, record: WatchRecord, at: datetime
    ) -> Award | None:
        """Award what is due now; return the award of this lecture in this accounting year, new or old."""

    def award_of(self, lawyer: Lawyer, *, lecture_id: int, terms: Terms, on: date) -> Award | None:
        """Return the award of a lecture in the accounting year of a day."""

    def standing_awards(self, asked: Sequence[Asked]) -> dict[tuple[int, int], Award]:
        """Return the awards that stand, by lawyer and lecture, of those asked for. One query, and one for all awards."""


@dataclass
class _Registered:
    office: CreditOffice | None = None
    room_times: RoomTimes | None = None


_registered = _Registered()


def register_credit_office(office: CreditOffice) -> None:
    """Say who turns evidence into hours."""
    _registered.office = office


def register_room_times(source: RoomTimes) -> None:
    """Say who knows what was heard in rooms."""
    _registered.room_times = source


def room_times(lawyers: Sequence[int], within: Interval) -> Sequence[RoomTime]:
    """Return what lawyers heard in rooms, with hours that stand, as far as it reaches into an interval (ms)."""
    return () if _registered.room_times is None else _registered.room_times(lawyers, within)


def terms_of(lawyer: Lawyer, *, on: date) -> Terms:
    """Return what watching must fulfil for this lawyer on a day."""
    return terms_in(lawyer.association.jurisdiction, on=on)


def terms_in(jurisdiction: Jurisdiction, *, on: date) -> Terms:
    """Return what watching must fulfil for the lawyers of a jurisdiction on a day."""
    return Terms() if _registered.office is None else _registered.office.terms(jurisdiction, on=on)


def after_evidence(
    *, lawyer: Lawyer, version: LectureVersion, record: WatchRecord, at: datetime
) -> Award | None:
    """Let the office award what the evidence has earned; return the award of this accounting year, if any."""
    if _registered.office is None:
        return None
    return _registered.office.after_evidence(lawyer=lawyer, version=version, record=record, at=at)


def award_of(lawyer: Lawyer, *, lecture_id: int, terms: Terms, on: date) -> Award | None:
    """Return the award of a lecture in the accounting year of a day, if any."""
    return (
        None
        if _registered.office is None
        else _registered.office.award_of(lawyer, lecture_id=lecture_id, terms=terms, on=on)
    )


def standing_awards(asked: Sequence[Asked]) -> dict[tuple[int, int], Award]:
    """Return the awards that stand, by lawyer and lecture, of many at once."""
    return {} if _registered.office is None else _registered.office.standing_awards(asked)
