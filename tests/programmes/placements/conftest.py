"""Fixtures of the registers."""

import pytest

from tests.programmes.factories import Office
from tests.programmes.placements.factories import Registers


@pytest.fixture
def registers(office: Office) -> Registers:
    """The registers with what the documents say."""
    return Registers(office)
