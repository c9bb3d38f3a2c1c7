"""The audit log: one entry for each act that changes something."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Protocol

from qianchang.groundwork.models import AuditEntry

_address: ContextVar[str] = ContextVar("qianchang_address", default="")


@contextmanager
def coming_from(address: str) -> Iterator[None]:
    """Write this network address beside everything that is recorded inside: where a request came from."""
    token = _address.set(address)
    try:
        yield
    finally:
        _address.reset(token)


class Actor(Protocol):
    """Whoever acts: an account, seen from the floor."""

    pk: Any

    def get_username(self) -> str: ...


def record(
    verb: str,
    *,
    object_type: str,
    object_key: str,
    by: Actor | None,
    at: datetime,
    **details: str | int | None,
) -> AuditEntry:
    """Write one audit entry. `by=None` means the platform itself (a worker, the scheduler)."""
    return AuditEntry.objects.create(
        at=at,
        actor_id=by.pk if by else None,
        verb=verb,
        object_type=object_type,
        object_key=object_key,
        details=details,
        address=_address.get(),
    )
