"""The figures of a monthly return, and what officers write beside them."""

from dataclasses import dataclass
from datetime import date, datetime

from programmes.plans.models import Plan
from programmes.quotas.rules import State
from programmes.reports.goals import Owed
from programmes.reports.matrix import Matrix
from programmes.reports.models import Side
from programmes.reports.posted import Counted, Entry
from qianchang.people.models import Association


@dataclass(frozen=True)
class ReturnWords:
    """What an officer wrote for a return: its version, remarks, to whom it goes, who signs. A `provisional` one is a draft
    of a month that is not posted yet.
    """

    version: int
    remarks: str
    addressees: tuple[str, ...]
    signatories: tuple[str, ...]
    provisional: bool = False


@dataclass(frozen=True)
class Posted:
    """One entry of the month with the words of its session."""

    entry: Entry
    place: str
    mode_label: str


@dataclass(frozen=True)
class Pending:
    """One session that was held by the end of the month and is not counted."""

    code: str
    title: str
    date: date
    place: str
    state: State


@dataclass(frozen=True)
class ReturnFigures:
    """One association's month. `rows` is the digest of all that it was made from, `behind_over_the_years` the address of
    the list of the sessions that count over the years.
    """

    plan: Plan
    association: Association
    side: Side
    month: str
    as_of: datetime
    matrix: Matrix
    whole: Owed | None
    over_the_years: Counted
    behind_over_the_years: str
    posted: tuple[Posted, ...]
    pending: tuple[Pending, ...]
    rows: str
