"""Whom a class is for, when it is open, when a course is finished, and which part of a time is not released yet: plain
values in, plain values out.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any


class Category(StrEnum):
    """What a lawyer can count as (domain.md, "Who is eligible"); the names are those of the eligibility snapshot."""

    WESTERN = "western"
    COUNTY = "county"
    YOUNG = "young"


class Outside(StrEnum):
    """Why somebody does not belong to the audience of a class."""

    OTHER_ASSOCIATION = "other_association"
    OTHER_CATEGORY = "other_category"
    AGE_UNKNOWN = "age_unknown"


class Answer(StrEnum):
    """What a named list does to one of its lines."""

    ENROLS = "enrols"
    WAITS = "waits"
    STANDS = "stands"  # enrolled, waiting or finished already: nothing to do
    OUTSIDE = "outside"  # an officer may let them in with a reason
    REFUSED = "refused"
    UNREAD = "unread"


@dataclass(frozen=True)
class Audience:
    """Whom a class is for: whoever is in any of `categories` (none: everybody) and whose association is one of
    `associations`, or below one of them (none: everybody). Associations are codes.
    """

    categories: frozenset[str] = frozenset()
    associations: frozenset[str] = frozenset()

    def outside(self, *, eligibility: Mapping[str, Any], line: Sequence[str]) -> Outside | None:
        """Return why somebody does not belong to it; None for who does.

        `eligibility` is the snapshot of the day, `line` the codes of the own association and those above it.
        """
        if self.associations and self.associations.isdisjoint(line):
            return Outside.OTHER_ASSOCIATION
        if not self.categories or any(eligibility.get(category) for category in self.categories):
            return None
        young_alone_is_open = Category.YOUNG in self.categories and eligibility.get(Category.YOUNG) is None
        return Outside.AGE_UNKNOWN if young_alone_is_open else Outside.OTHER_CATEGORY


@dataclass(frozen=True)
class Window:
    """The dates of a class: days that still count, None for open."""

    begins: date | None = None
    last: date | None = None
    enrol_last: date | None = None

    def is_over(self, on: date) -> bool:
        return self.last is not None and on > self.last

    def has_begun(self, on: date) -> bool:
        return self.begins is None or on >= self.begins

    def lets_lawyers_enrol(self, on: date) -> bool:
        """Tell whether lawyers can still enrol by themselves; their association can until the class is over."""
        return not self.is_over(on) and (self.enrol_last is None or on <= self.enrol_last)


def is_complete(*, credited: Collection[int], lectures: Collection[int], required: int) -> bool:
    """Tell whether somebody with the hours of `credited` has finished a course of `lectures` that asks for so many of
    them. An empty course is never finished.
    """
    return required > 0 and len(set(credited) & set(lectures)) >= required


@dataclass(frozen=True)
class Span:
    """From a time until a time (exclusive); `until` None: for ever."""

    begins: datetime
    until: datetime | None = None

    @property
    def is_empty(self) -> bool:
        return self.until is not None and self.until <= self.begins

    def without(self, other: "Span") -> "list[Span]":
        """Return what is left of this span when the other one is taken out of it: nothing, one piece or two."""
        before = Span(self.begins, _earlier(self.until, other.begins))
        left = [] if before.is_empty else [before]
        if other.until is not None and not other.is_empty:
            after = Span(max(self.begins, other.until), self.until)
            left += [] if after.is_empty else [after]
        return [self] if other.is_empty else left


def _earlier(until: datetime | None, other: datetime) -> datetime:
    return other if until is None else min(until, other)


def gaps(asked: Span, taken: Iterable[Span]) -> list[Span]:
    """Return the parts of the asked time that no taken span covers, in order: what still has to be released."""
    left = [] if asked.is_empty else [asked]
    for span in taken:
        left = [piece for each in left for piece in each.without(span)]
    return sorted(left, key=lambda span: span.begins)
