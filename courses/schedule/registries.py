"""What the schedule asks of the hours above it: whom a lecture has reached."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class ReachQuestion:
    """How many lawyers of this beneficiary association, or of those below it, has this lecture reached by
    this mode?
    """

    lecture_id: int
    beneficiary_id: int
    mode_code: str


ReachSource = Callable[[Sequence[ReachQuestion]], dict[ReachQuestion, int]]


@dataclass
class _Registered:
    reach: ReachSource | None = None


_registered = _Registered()


def register_reach(source: ReachSource) -> None:
    """Say who knows whom a lecture has reached; its queries must not grow with the number of questions."""
    _registered.reach = source


def reach_of(questions: Sequence[ReachQuestion]) -> dict[ReachQuestion, int]:
    """Return how many lawyers were reached; 0 while nobody knows."""
    found = _registered.reach(questions) if _registered.reach and questions else {}
    return {question: found.get(question, 0) for question in questions}
