"""What enrolment asks of the rooms above it: which lectures are credited to whom, and which programmes there are.

`courses.credits` registers itself when it starts, and calls `completion.complete_courses` whenever it has credited
hours. Without it nothing is ever credited, and no course finished. `programmes.plans` says what the programmes are
called; without it no lecture is released to one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

# Numbers of lawyers and of lectures in; by lawyer, the lectures whose hours stand now. One query.
CreditedSource = Callable[[Iterable[int], Iterable[int]], dict[int, set[int]]]

# The programmes by their codes, each with its name in the reader's language. One query.
ProgrammesSource = Callable[[], dict[str, str]]


@dataclass
class _Registered:
    credited: CreditedSource | None = None
    programmes: ProgrammesSource | None = None


_registered = _Registered()


def register_credited_lectures(source: CreditedSource) -> None:
    """Say who knows which lectures' hours stand."""
    _registered.credited = source


def credited_lectures(lawyer_ids: Iterable[int], lecture_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return for each of these lawyers which of these lectures' hours stand now."""
    return {} if _registered.credited is None else _registered.credited(lawyer_ids, lecture_ids)


def register_programmes(source: ProgrammesSource) -> None:
    """Say who knows the programmes."""
    _registered.programmes = source


def programmes() -> dict[str, str]:
    """Return the names of all programmes by their codes."""
    return {} if _registered.programmes is None else _registered.programmes()
