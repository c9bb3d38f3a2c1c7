"""What lists of the admin ask of the rooms above the catalogue: whom a lecture reached, and to whom it is open.

Those apps register themselves when they start; while nobody did, nobody was reached and nothing is said of releases.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Expression, IntegerField, Value
from django.db.models.expressions import Combinable

# Counts for OuterRef("pk") of a lecture.
CountSource = Callable[[], Combinable]
WordsSource = Callable[[Sequence[int]], dict[int, str]]
# Lines of the first page: how many, of what, what to do about it, and the address of the list.
WaitingSource = Callable[[], Iterable[tuple[int, Any, Any, str]]]


@dataclass
class _Registered:
    reach: CountSource | None = None
    releases: WordsSource | None = None
    waiting: dict[str, WaitingSource] = field(default_factory=dict)


_registered = _Registered()


def register_reach(source: CountSource) -> None:
    """Say who counts the lawyers that earned hours on a lecture."""
    _registered.reach = source


def register_releases(source: WordsSource) -> None:
    """Say who knows in words to whom lectures are open now."""
    _registered.releases = source


def register_waiting(name: str, source: WaitingSource) -> None:
    """Say what else waits for an editor; `name` so that an app says it once."""
    _registered.waiting[name] = source


def waiting() -> list[tuple[int, Any, Any, str]]:
    """Return the lines that apps registered for the first page of the admin."""
    return [line for source in _registered.waiting.values() for line in source()]


def reach() -> Combinable:
    """Return the number of lawyers who earned hours on the lecture of the query that this stands in, for `annotate`."""
    nobody: Expression = Value(0, output_field=IntegerField())
    return nobody if _registered.reach is None else _registered.reach()


def releases_in_words(lecture_ids: Sequence[int]) -> dict[int, str]:
    """Return to whom each lecture is open, by its id; those that are open to nobody are left out. One query."""
    return {} if _registered.releases is None else _registered.releases(lecture_ids)
