"""What spot checks decide, on plain values: who may call one off, where a check and a finding stand."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

# So many sessions fit on one page and into the weeks of one check.
LARGEST_SAMPLE = 60
# A finding is to be mended within so many days unless the officer says otherwise, and never later than the second.
MEND_WITHIN_DAYS = 15
LATEST_DEADLINE_DAYS = 180
REMIND_BEFORE_DAYS = 3


class CheckState(StrEnum):
    ANNOUNCED = "announced"
    TO_DRAW = "to draw"
    LOOKING = "looking"
    MENDING = "mending"
    FINISHED = "finished"
    CALLED_OFF = "called off"


class FindingState(StrEnum):
    NOT_LOOKED_AT = "not looked at"
    IN_ORDER = "in order"
    TO_MEND = "to mend"
    OVERDUE = "overdue"
    TO_ACCEPT = "to accept"
    MENDED = "mended"
    EXPLAINED = "explained"


SETTLED = (FindingState.IN_ORDER, FindingState.MENDED, FindingState.EXPLAINED)


@dataclass(frozen=True)
class Found:
    """One drawn session: whether it was looked at and is faulty, by when it is to be mended (the newest day that was
    set), whether a reply waits for its answer, and what the last answer was ("" for none).
    """

    looked_at: bool
    faulty: bool = False
    deadline: date | None = None
    reply_waits: bool = False
    last_answer: str = ""


def finding_state(found: Found, *, on: date) -> FindingState:
    """Return where a finding stands on a day."""
    if not found.looked_at:
        return FindingState.NOT_LOOKED_AT
    if not found.faulty:
        return FindingState.IN_ORDER
    if found.reply_waits:
        return FindingState.TO_ACCEPT
    if found.last_answer == "mended":
        return FindingState.MENDED
    if found.last_answer == "explained":
        return FindingState.EXPLAINED
    if found.deadline is not None and on > found.deadline:
        return FindingState.OVERDUE
    return FindingState.TO_MEND


def check_state(
    *, seed_date: date, on: date, called_off: bool, drawn: bool, findings: Collection[FindingState]
) -> CheckState:
    """Return where a check stands on a day; `findings` has one for each drawn session."""
    if called_off:
        return CheckState.CALLED_OFF
    if not drawn:
        return CheckState.TO_DRAW if on >= seed_date else CheckState.ANNOUNCED
    if FindingState.NOT_LOOKED_AT in findings:
        return CheckState.LOOKING
    return CheckState.FINISHED if all(each in SETTLED for each in findings) else CheckState.MENDING


def needs_another_to_call_off(*, seed_date: date, on: date, involved: Collection[int], by: int) -> bool:
    """Tell whether somebody else has to call a check off. From the day of the public number on anybody can work out
    the sample: whoever announced or drew it could otherwise throw away one that does not please.
    """
    return on >= seed_date and by in involved


def days_to_mend(on: date) -> tuple[date, date]:
    """Return the first and the last day that can be set for mending a finding of a day."""
    return on + timedelta(days=1), on + timedelta(days=LATEST_DEADLINE_DAYS)
