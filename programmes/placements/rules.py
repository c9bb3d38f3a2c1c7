"""What the registers allow: the way of a trainee by days, and who may sign what of a gift. Plain values, no database."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

YEARS = range(2012, 2100)
# A stretch of days that is logged at once: more than a month in one go is a slip of the finger.
LONGEST_STRETCH = 31
_SATURDAY = 5


class Stage(StrEnum):
    NOMINATED = "nominated"
    ACCEPTED = "accepted"
    IN_CLASS = "in_class"
    AT_FIRM = "at_firm"
    FINISHED = "finished"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


class Part(StrEnum):
    CLASS = "class"
    FIRM = "firm"


# Where a trainee can go from where. Days that were logged by mistake lead back from the class and from the firm, and who
# was through by mistake is at the firm again.
STEPS: Mapping[Stage, frozenset[Stage]] = {
    Stage.NOMINATED: frozenset({Stage.ACCEPTED, Stage.REFUSED, Stage.WITHDRAWN}),
    Stage.ACCEPTED: frozenset({Stage.IN_CLASS, Stage.WITHDRAWN}),
    Stage.IN_CLASS: frozenset({Stage.ACCEPTED, Stage.AT_FIRM, Stage.WITHDRAWN}),
    Stage.AT_FIRM: frozenset({Stage.IN_CLASS, Stage.FINISHED, Stage.WITHDRAWN}),
    Stage.FINISHED: frozenset({Stage.AT_FIRM}),
    Stage.REFUSED: frozenset(),
    Stage.WITHDRAWN: frozenset(),
}
# At these stages days are logged and struck.
LOGGING = frozenset({Stage.ACCEPTED, Stage.IN_CLASS, Stage.AT_FIRM})


@dataclass(frozen=True)
class Terms:
    """How many days a trainee spends where: the plan's own figures."""

    class_days: int
    firm_days: int


def may_step(stage: Stage, to: Stage) -> bool:
    """Tell whether a trainee can go from one stage to another."""
    return to in STEPS[stage]


def stage_by_days(class_days: int, firm_days: int) -> Stage:
    """Return where an accepted trainee is by the days that stand in the log."""
    if firm_days:
        return Stage.AT_FIRM
    return Stage.IN_CLASS if class_days else Stage.ACCEPTED


def is_through(logged: Mapping[date, Part], terms: Terms) -> bool:
    """Tell whether the log holds every day of the class and of the firm."""
    return _count(logged, Part.CLASS) >= terms.class_days and _count(logged, Part.FIRM) >= terms.firm_days


def stretch(first: date, last: date, *, weekends: bool) -> list[date]:
    """Return the days from the first to the last one, both included; without Saturdays and Sundays unless told so. A
    day that was named alone stands whatever day of the week it is. Empty when the last lies before the first.
    """
    if first == last:
        return [first]
    # Of a year that was mistyped no more days are looked at than show that the stretch is too long.
    count = min((last - first).days + 1, 2 * LONGEST_STRETCH)
    days = (first + timedelta(days=each) for each in range(count))
    return [day for day in days if weekends or day.weekday() < _SATURDAY]


class DayRefusal(StrEnum):
    NONE_GIVEN = "none given"
    TOO_LONG = "too long"
    TO_COME = "to come"
    LOGGED_BEFORE = "logged before"
    TOO_MANY = "too many"
    CLASS_FIRST = "class first"
    BEFORE_THE_CLASS_ENDED = "before the class ended"
    AFTER_THE_FIRM_BEGAN = "after the firm began"


@dataclass(frozen=True)
class NoDay:
    """Why days are not logged, with the day or the number that the sentence names."""

    why: DayRefusal
    day: date | None = None
    left: int = 0


def refusal_to_log(
    part: Part, days: Collection[date], *, logged: Mapping[date, Part], terms: Terms, today: date
) -> NoDay | None:
    """Return why these days cannot be logged, or None: the class comes first and whole, then the firm; no day twice, none
    to come, none beyond the plan's figures.
    """
    if not days:
        return NoDay(DayRefusal.NONE_GIVEN)
    if len(days) > LONGEST_STRETCH:
        return NoDay(DayRefusal.TOO_LONG)
    if max(days) > today:
        return NoDay(DayRefusal.TO_COME, day=max(days))
    twice = sorted(set(days) & logged.keys())
    if twice:
        return NoDay(DayRefusal.LOGGED_BEFORE, day=twice[0])
    whole = terms.class_days if part is Part.CLASS else terms.firm_days
    left = whole - _count(logged, part)
    if len(days) > left:
        return NoDay(DayRefusal.TOO_MANY, left=max(left, 0))
    if part is Part.FIRM:
        missing = terms.class_days - _count(logged, Part.CLASS)
        if missing > 0:
            return NoDay(DayRefusal.CLASS_FIRST, left=missing)
        ended = max(_of(logged, Part.CLASS), default=None)
        if ended is not None and min(days) <= ended:
            return NoDay(DayRefusal.BEFORE_THE_CLASS_ENDED, day=ended)
        return None
    began = min(_of(logged, Part.FIRM), default=None)
    if began is not None and max(days) >= began:
        return NoDay(DayRefusal.AFTER_THE_FIRM_BEGAN, day=began)
    return None


def may_strike(part: Part, *, logged: Mapping[date, Part]) -> bool:
    """Tell whether a day of a part can be struck: a day of the class only while no day at the firm stands on it."""
    return part is Part.FIRM or not _count(logged, Part.FIRM)


def _of(logged: Mapping[date, Part], part: Part) -> Iterable[date]:
    return (day for day, where in logged.items() if where is part)


def _count(logged: Mapping[date, Part], part: Part) -> int:
    return sum(1 for _day in _of(logged, part))


class SignRefusal(StrEnum):
    NOT_DELIVERED = "not delivered"
    VERIFIED_BEFORE = "verified before"
    ENTERED_BY_SELF = "entered by self"
    NOT_VERIFIED = "not verified"
    REVERSED_BEFORE = "reversed before"
    VERIFIED_BY_SELF = "verified by self"


def refusal_to_verify(
    state: str, *, entered_by: int | None, delivered_by: int | None, by: int
) -> SignRefusal | None:
    """Return why somebody cannot verify a gift, or None: it was delivered, and not entered or delivered by them."""
    if state == "verified":
        return SignRefusal.VERIFIED_BEFORE
    if state != "delivered":
        return SignRefusal.NOT_DELIVERED
    return SignRefusal.ENTERED_BY_SELF if by in (entered_by, delivered_by) else None


def refusal_to_reverse(
    state: str, *, is_reversed: bool, verified_by: int | None, entered_by: int | None, by: int
) -> SignRefusal | None:
    """Return why somebody cannot take a verified gift back, or None: two people sign, so not who verified or entered it."""
    if state != "verified":
        return SignRefusal.NOT_VERIFIED
    if is_reversed:
        return SignRefusal.REVERSED_BEFORE
    if by == verified_by:
        return SignRefusal.VERIFIED_BY_SELF
    return SignRefusal.ENTERED_BY_SELF if by == entered_by else None
