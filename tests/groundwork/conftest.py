"""A ledger that an attacker finds."""

import pytest

from courses.credits.models import CreditEntry
from qianchang.groundwork import signing
from qianchang.groundwork.models import SignedHead
from tests.groundwork.factories import credit, tear_down_the_wall
from tests.world import World

CREDITS, HEADS = CreditEntry._meta.db_table, SignedHead._meta.db_table


@pytest.fixture
def told(world: World) -> None:
    """Five entries of CN-GX: two signed on the first day, two more on the second, the last not yet; and one of
    CN-YN. Then the walls are gone.
    """
    first = credit(1, at=world.now)
    credit(2, at=world.now)
    credit(9, ledger="CN-YN", at=world.now)
    signing.sign_heads(at=world.now)
    credit(3, at=world.later(hours=1))
    credit(4, at=world.later(hours=2), reverses=first)
    signing.sign_heads(at=world.later(days=1))
    credit(5, at=world.later(days=1, hours=1))
    tear_down_the_wall(CREDITS)
    tear_down_the_wall(HEADS)
