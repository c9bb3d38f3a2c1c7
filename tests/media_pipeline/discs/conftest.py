"""Fixtures of discs."""

import pytest

from tests.media_pipeline.discs.discs import talk
from tests.media_pipeline.discs.seen import arrived


@pytest.fixture
def short(world, tmp_path):
    """A recording of eight seconds, as it arrived."""
    return arrived(world, talk(tmp_path / "8.mp4", 8), 8)
