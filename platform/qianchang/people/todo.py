"""Today's to-do list of an officer (今日待办): rooms say what waits for whom, and this puts it in order.

A room registers a source when the site starts. It is asked for one account on one day, looks at its own scope, and
returns what waits, at most LONGEST_GROUP rows of each kind beside their whole number.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from qianchang.people.models import Account

LONGEST_GROUP = 20


@dataclass(frozen=True)
class Task:
    """One row: what, from whom, until when (`due`; None where nothing sets a day), and one button. `urgent`: what went
    wrong. `left` is filled in by `todo`: the days until it is due, 0 on the last one, less when it is over.
    """

    what: str
    whom: str
    note: str
    button: str
    url: str
    due: date | None = None
    urgent: bool = False
    left: int | None = None

    @property
    def late(self) -> int:
        """How many days it is over; 0 while it is not."""
        return max(-(self.left or 0), 0)


@dataclass(frozen=True)
class Group:
    """Tasks of one kind; `count` may be more than are listed."""

    title: str
    count: int
    tasks: tuple[Task, ...]

    @property
    def more(self) -> int:
        """How many rows are not listed; a group that counts by one row hides none."""
        return self.count - len(self.tasks) if len(self.tasks) >= LONGEST_GROUP else 0

    @property
    def due(self) -> date | None:
        """The first deadline of the group."""
        return min((task.due for task in self.tasks if task.due), default=None)


@dataclass(frozen=True)
class Deadline:
    """A day to come, and what is due on it."""

    on: date
    what: str


Groups = Callable[[Account, date], Iterable[Group]]
Deadlines = Callable[[Account, date], Iterable[Deadline]]

_groups: dict[str, Groups] = {}
_deadlines: dict[str, Deadlines] = {}


def register_groups(name: str, source: Groups) -> None:
    """Say who knows what waits for an officer; `name` is the room's own."""
    _groups[name] = source


def register_deadlines(name: str, source: Deadlines) -> None:
    """Say who knows of deadlines to come, for the day on which nothing waits."""
    _deadlines[name] = source


def todo(account: Account, *, on: date) -> list[Group]:
    """Return what waits for an account on a day: the groups by their first deadline, the rows of each by theirs;
    what has no day comes last. Empty groups are left out.
    """
    found = [group for source in _groups.values() for group in source(account, on) if group.count]
    ordered = [replace(group, tasks=_by_deadline(group.tasks, on)) for group in found]
    return sorted(ordered, key=lambda group: group.due or date.max)


def next_deadline(account: Account, *, on: date) -> Deadline | None:
    """Return the first deadline that lies ahead of an account; None when there is none."""
    ahead = [each for source in _deadlines.values() for each in source(account, on) if each.on >= on]
    return min(ahead, key=lambda each: each.on, default=None)


def _by_deadline(tasks: Sequence[Task], on: date) -> tuple[Task, ...]:
    ordered = sorted(tasks, key=lambda task: (task.due or date.max, not task.urgent))
    return tuple(replace(task, left=(task.due - on).days if task.due else None) for task in ordered)
