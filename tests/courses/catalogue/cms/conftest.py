"""The admin is read in Chinese here, as its editors do."""

import pytest

from courses.catalogue.site import ensure_site


@pytest.fixture
def admin(world, client_for):
    """A site with an editor's browser in it."""
    ensure_site(at=world.now)
    return client_for(world.editor)
