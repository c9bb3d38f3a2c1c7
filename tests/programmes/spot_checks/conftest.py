"""Fixtures of the spot checks."""

import pytest

from tests.programmes.factories import Office
from tests.programmes.spot_checks.factories import Checks


@pytest.fixture
def checks(office: Office) -> Checks:
    """October with three counted sessions, to be checked in November."""
    return Checks(office)
