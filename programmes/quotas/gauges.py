"""The figures of the quota board: sessions by state beside the number promised, and the list behind each."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from programmes.quotas.queries import Filter
from programmes.quotas.rules import WAITING, State

# What stands between scheduled and counted: held, and waiting for evidence, the other side, or the end of the
# month.
HELD_STATES = (State.HELD, State.RETURNED, State.CONFIRMED)
SCHEDULED_STATES = (State.SCHEDULED, State.PLANNED)


@dataclass(frozen=True)
class Goal:
    """One number of a document: how many, how firmly, in which document, in which words."""

    quantity: int
    strength: str
    strength_label: str
    each_year: bool
    source: str
    quote: str


@dataclass(frozen=True)
class Gauge:
    """The sessions of one place on the board by state, beside the number promised there: that of a document, or where
    none states one, the planned number (`planned`) of the adopted breakdown.
    """

    counted: int
    confirmed: int
    held: int
    returned: int
    scheduled: int
    goal: Goal | None
    which: Filter
    planned: int | None = None

    @property
    def missing(self) -> int | None:
        """How many are not counted yet of what was promised; None where nothing promises a number."""
        return None if self.goal is None else max(self.goal.quantity - self.counted, 0)

    @property
    def planned_otherwise(self) -> int | None:
        """The planned number where it is another one than the number of the document."""
        return self.planned if self.goal is not None and self.planned != self.goal.quantity else None

    @property
    def held_or_returned(self) -> int:
        """Held, and not confirmed yet."""
        return self.held + self.returned

    @property
    def on_the_way(self) -> int:
        """Held, and waiting for evidence, confirmation or the close."""
        return self.held + self.returned + self.confirmed

    @property
    def open(self) -> int:
        """Promised, and not even scheduled."""
        return max((self.missing or 0) - self.on_the_way - self.scheduled, 0)

    @property
    def total(self) -> int:
        """The length of the bar."""
        known = self.counted + self.on_the_way + self.scheduled
        return max(known, self.goal.quantity if self.goal else 0)

    @property
    def percent(self) -> float | None:
        """Counted as a percentage of the number promised."""
        return round(100 * self.counted / self.goal.quantity, 1) if self.goal and self.goal.quantity else None

    def behind(self, *states: State) -> str:
        """The address of the sessions behind a number, without the page."""
        return replace(self.which, states=states).query

    @property
    def behind_counted(self) -> str:
        return self.behind(State.COUNTED)

    @property
    def behind_on_the_way(self) -> str:
        return self.behind(*HELD_STATES)

    @property
    def behind_confirmed(self) -> str:
        return self.behind(State.CONFIRMED)

    @property
    def behind_held(self) -> str:
        return self.behind(State.HELD, State.RETURNED)

    @property
    def behind_scheduled(self) -> str:
        return self.behind(*SCHEDULED_STATES)

    @property
    def behind_missing(self) -> str:
        return self.behind(*WAITING)


@dataclass(frozen=True)
class Curve:
    """The running total as points of a drawing of 280 × 190: x 28 to 272 is the year, y 160 to 6 is 0 to
    `top`.
    """

    points: str
    last_x: float
    last_y: float
    goal_y: float
    top: int


def curve_of(months: Sequence[int], *, goal: int) -> Curve:
    """Return the drawing of a running total by month against an even pace to `goal`."""
    top = max(goal, *months, 1)
    spots = [(28.0, 160.0)]
    spots += [(28 + 244 * month / 12, 160 - 154 * total / top) for month, total in enumerate(months, start=1)]
    return Curve(
        points=" ".join(f"{x:.1f},{y:.1f}" for x, y in spots),
        last_x=round(spots[-1][0], 1),
        last_y=round(spots[-1][1], 1),
        goal_y=round(160 - 154 * goal / top, 1),
        top=top,
    )
