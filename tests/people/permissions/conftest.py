"""Asking for the permissions of an account."""

from collections.abc import Callable
from typing import Any

import pytest

from qianchang.people.models import Account
from qianchang.people.permissions import Act, may
from tests.world import World


@pytest.fixture
def can(world: World) -> Callable[..., bool]:
    """Ask for an account as it would come from the session: read anew, nothing remembered."""

    def ask(account: Account, act: Act, **where: Any) -> bool:
        return may(Account.objects.get(pk=account.pk), act, on=world.day, **where)

    return ask
