"""What passed over a line, and when."""

import time
from bisect import bisect_right


class Traffic:
    """Bytes towards the browser, each with the wall clock: what had come when something could be seen."""

    def __init__(self) -> None:
        self._at: list[float] = []
        self._total: list[int] = []
        self.up = 0

    @property
    def down(self) -> int:
        return self._total[-1] if self._total else 0

    def add(self, size: int, *, down: bool, at: float | None = None) -> None:
        """Count a packet or a piece of `size` bytes that arrived now (or at `at`, seconds since 1970)."""
        if not down:
            self.up += size
            return
        self._total.append(self.down + size)
        self._at.append(time.time() if at is None else at)

    def until(self, at: float) -> int:
        """Return how many bytes had come to the browser at a moment (seconds since 1970)."""
        place = bisect_right(self._at, at)
        return self._total[place - 1] if place else 0

    def between(self, begin: float, end: float) -> int:
        """Return how many bytes came to the browser between two moments (seconds since 1970)."""
        return self.until(end) - self.until(begin)
