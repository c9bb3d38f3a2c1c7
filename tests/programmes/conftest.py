"""Fixtures of the officer's room."""

from collections.abc import Iterator

import pytest
import time_machine

from tests.programmes.factories import Office
from tests.world import World


@pytest.fixture
def office(world: World) -> Office:
    """The association desk with the facts loaded."""
    return Office(world)


@pytest.fixture
def clock(world: World) -> Iterator[time_machine.Traveller]:
    """The wall clock that views read, standing at `world.now`."""
    with time_machine.travel(world.now, tick=False) as traveller:
        yield traveller
