"""What the tests of discs share."""

import pytest

from courses import api
from courses.credits.operations import ensure_default_rules
from tests.courses.discs.factories import Discs
from tests.courses.schedule.conftest import MODES
from tests.world import World


@pytest.fixture
def discs(world: World) -> Discs:
    """Guangdong, Guangxi and a county, the delivery modes and the default rule."""
    api.ensure_delivery_modes(MODES)
    ensure_default_rules(world.now)
    for name in ("county_contact", "beneficiary_officer", "napo_firm"):
        getattr(world, name)
    return Discs(world)
