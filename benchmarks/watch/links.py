"""The test links of the design document (section 9), as data, and what one way of such a link does to packets."""

import random
from dataclasses import dataclass

# What waits longer than this (seconds) before a link is thrown away, as by the small memories of real ones. A whole
# first window of TCP (14,600 bytes) waits 0.8 s at 150 kbit/s and must fit.
LONGEST_WAIT_S = 1.0


@dataclass(frozen=True)
class Link:
    """A line to a county: kbit/s each way, the time there and back (ms), and the share of packets lost each way."""

    kbits: int
    round_trip_ms: int
    loss: float

    @property
    def says(self) -> str:
        return f"{self.kbits} kbit/s, {self.round_trip_ms} ms, {100 * self.loss:g} % loss"


LINKS = {link.kbits: link for link in (Link(150, 400, 0.03), Link(256, 300, 0.01), Link(512, 150, 0.005))}


class Way:
    """One way of a link: packets leave one after the other at its rate and arrive after half a round trip, or never.

    Times are seconds of any clock that does not go back. The same seed loses the same packets.
    """

    def __init__(self, link: Link, *, seed: int) -> None:
        self._bytes_per_s = link.kbits * 125
        self._delay_s = link.round_trip_ms / 2000
        self._loss = link.loss
        self._random = random.Random(seed)  # noqa: S311 (which packets are lost is no secret)
        self._free_at = 0.0

    def waiting_s(self, now: float) -> float:
        """Return how long a packet that comes now waits until it may leave."""
        return max(self._free_at - now, 0.0)

    def lose(self) -> bool:
        """Tell whether the next packet is one of those that get lost."""
        return self._random.random() < self._loss

    def arrival(self, size: int, now: float) -> float:
        """Return when a packet of `size` bytes that comes now arrives at the other end, and keep the way busy with it."""
        self._free_at = max(self._free_at, now) + size / self._bytes_per_s
        return self._free_at + self._delay_s

    def send(self, size: int, now: float) -> float | None:
        """Return when a packet arrives; None when too much waits already, or when it gets lost on the way."""
        if self.waiting_s(now) > LONGEST_WAIT_S:
            return None
        arrives = self.arrival(size, now)
        return None if self.lose() else arrives
