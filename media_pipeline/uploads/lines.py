"""How many bodies this process takes at a time: a slow line holds a thread for minutes, and pages need threads, too.

Counted in the process, whose threads they are: nothing is left over when it is killed.
"""

import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from django.conf import settings

# When a sender may ask again (seconds).
AGAIN_AFTER = 5
# A body that comes slower than this (bytes a second) for longer than that (seconds) only holds a thread, and is cut.
SLOWEST = 2048
SLOW_FOR = 30

_counting = threading.Lock()
_held: Counter[int] = Counter()


class AccountLinesTaken(Exception):
    """This account is already sending as many bodies as one may."""


class AllLinesTaken(Exception):
    """Every thread that may take bodies is taking one."""


@contextmanager
def line_of(account_id: int) -> Iterator[None]:
    """Hold one of the lines for an account. Raises AccountLinesTaken or AllLinesTaken, at once."""
    with _counting:
        if _held[account_id] >= settings.UPLOAD_LINES_EACH:
            raise AccountLinesTaken(str(account_id))
        if _held.total() >= settings.UPLOAD_LINES:
            raise AllLinesTaken
        _held[account_id] += 1
    try:
        yield
    finally:
        with _counting:
            _held[account_id] -= 1
            if not _held[account_id]:
                del _held[account_id]


@contextmanager
def ended_after(connection: socket.socket | None, seconds: float) -> Iterator[None]:
    """End what a connection still brings when this takes longer; a server of another kind than ours has none to give."""
    if connection is None:
        yield
        return
    timer = threading.Timer(seconds, _end, (connection,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def never_dripping(read: Callable[[int], bytes], connection: socket.socket | None) -> Callable[[int], bytes]:
    """Return `read` with an end to each call: a web server waits for every byte that was asked for, and a byte now and
    then would keep it waiting for days. What has come is returned, and then the body ends, as when the line is cut.
    """

    def bounded(count: int) -> bytes:
        with ended_after(connection, SLOW_FOR + count / SLOWEST):
            return read(count)

    return bounded


def _end(connection: socket.socket) -> None:
    with suppress(OSError):
        connection.shutdown(socket.SHUT_RD)
