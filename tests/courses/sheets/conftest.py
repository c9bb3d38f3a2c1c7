"""What the tests of sheets share: one room."""

import pytest

from tests.courses.sheets.factories import Room
from tests.world import World


@pytest.fixture
def room(world: World) -> Room:
    """A DVD screening in 那坡县, which 百色市 checks."""
    assert world.baise
    return Room(world)
