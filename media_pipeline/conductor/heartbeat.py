"""Keeping a lease alive while ffmpeg works, and finding out when it is lost."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error, connection

from media_pipeline.conductor import claims

logger = logging.getLogger(__name__)

_PROGRESS_SECONDS = 1.0


class Pulse:
    """The heartbeat of one claim. `lost()` is true once another worker may have the job: then kill ffmpeg and leave."""

    def __init__(self, held: claims.Claim) -> None:
        self._held = held
        self._lost = threading.Event()
        self._renewed = time.monotonic()
        self._percent, self._told = -1, 0.0

    def lost(self) -> bool:
        """Tell whether the lease is gone, or was not renewed for as long as it holds."""
        return self._lost.is_set() or time.monotonic() - self._renewed > claims.LEASE_SECONDS

    def tell(self, percent: int) -> None:
        """Write down how far the work is, at most once a second; that renews the lease as well."""
        now = time.monotonic()
        if percent > self._percent and now - self._told >= _PROGRESS_SECONDS:
            self._percent, self._told = percent, now
            self.beat(percent)

    def beat(self, percent: int | None = None) -> None:
        """Renew the lease once. A database that does not answer for a moment is not a lost lease yet.

        Outside of a request nobody gives back a connection that broke: after a restart of the database every beat on
        it would fail, so the next one makes its own.
        """
        asked = time.monotonic()
        try:
            claims.renew(self._held, percent=percent)
        except claims.LeaseLost:
            self._lost.set()
        except Error as error:
            logger.warning("job %s: no heartbeat: %s", self._held.job_id, error)
            if not connection.in_atomic_block:
                connection.close()
        else:
            self._renewed = asked


@contextmanager
def beating(held: claims.Claim) -> Iterator[Pulse]:
    """Renew the lease at a third of its length, in a thread of its own, as long as the block runs."""
    pulse, stopped = Pulse(held), threading.Event()

    def beat_until_stopped() -> None:
        try:
            while not stopped.wait(claims.LEASE_SECONDS / 3):
                try:
                    pulse.beat()
                except Exception:  # a dead thread would let a healthy ffmpeg be killed; the next beat may do
                    logger.exception("job %s: no heartbeat", held.job_id)
        finally:
            connection.close()

    thread = threading.Thread(target=beat_until_stopped, name=f"heartbeat-{held.job_id}", daemon=True)
    thread.start()
    try:
        yield pulse
    finally:
        stopped.set()
        thread.join(timeout=claims.LEASE_SECONDS)
