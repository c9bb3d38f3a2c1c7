"""Whatever happens in whatever order: never more people than seats, and seats go to those who wait in their order.

The class is run beside a model of a few lines that is right by inspection.
"""

from dataclasses import dataclass, field

from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from courses.enrolment import classes, seating
from courses.enrolment.models import Enrolment, RunSeat
from tests.courses.enrolment.scenes import (
    change,
    class_of,
    county_lawyers,
    course_of,
    join,
    seated,
    steps,
    waiting,
)

PEOPLE = 5
STEP = st.one_of(
    st.tuples(st.just("join"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("leave"), st.integers(0, PEOPLE - 1)),
    st.tuples(st.just("seats"), st.one_of(st.none(), st.integers(1, PEOPLE + 1))),
)


@dataclass
class Model:
    """A class as it ought to be."""

    seats: int | None
    inside: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)

    def join(self, who: int) -> None:
        if who not in self.inside + self.queue:
            self.queue.append(who)
            self._fill()

    def leave(self, who: int) -> None:
        for line in (self.inside, self.queue):
            if who in line:
                line.remove(who)
        self._fill()

    def change(self, seats: int | None) -> bool:
        if seats is not None and seats < len(self.inside):
            return False
        self.seats = seats
        self._fill()
        return True

    def _fill(self) -> None:
        while self.queue and (self.seats is None or len(self.inside) < self.seats):
            self.inside.append(self.queue.pop(0))


def test_nobody_is_oversold_and_nobody_is_overtaken(world):
    course, lawyers = course_of(world), county_lawyers(world, PEOPLE)

    @settings(max_examples=60, suppress_health_check=list(HealthCheck))
    @given(seats=st.one_of(st.none(), st.integers(1, 3)), happened=st.lists(STEP, max_size=12))
    def every_order(seats, happened):
        with transaction.atomic():
            run, model = class_of(world, course=course, seats=seats), Model(seats)
            for act, value in happened:
                if act == "join":
                    join(world, lawyers[value], run)
                    model.join(lawyers[value].pk)
                elif act == "leave":
                    for enrolment in Enrolment.objects.filter(run=run, lawyer=lawyers[value]):
                        seating.withdraw(enrolment=enrolment, by=lawyers[value].account, at=world.now)
                    model.leave(lawyers[value].pk)
                else:
                    try:
                        change(world, run, seats=value)
                        changed = True
                    except classes.UnableToArrange:
                        changed = False
                    assert changed == model.change(value)
                assert sorted(seated(run)) == sorted(model.inside)
                assert waiting(run) == model.queue
                if model.seats is not None:
                    assert len(seated(run)) <= model.seats == RunSeat.objects.filter(run=run).count()
                for enrolment in Enrolment.objects.filter(run=run):
                    assert_history_leads_here(enrolment)
            transaction.set_rollback(True)

    every_order()


def assert_history_leads_here(enrolment: Enrolment) -> None:
    """The last step of a history is the state, and every step can follow the one before."""
    leads_to = {
        "enrolled": "enrolled",
        "waiting": "waiting",
        "promoted": "enrolled",
        "withdrawn": "withdrawn",
    }
    follows = {
        "enrolled": {None, "withdrawn"},
        "waiting": {None, "withdrawn"},
        "promoted": {"waiting"},
        "withdrawn": {"enrolled", "waiting", "promoted"},
    }
    taken = steps(enrolment)
    assert leads_to[taken[-1]] == enrolment.state
    for before, after in zip([None, *taken], taken, strict=False):
        assert before in follows[after]
