"""Whom a class is for, when it is open, and when a course is finished: plain values in, plain values out."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
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
