"""The load: many connections that each ask, wait for the answer, and ask again. One thread, no client library: what the
generator spends is taken from the server on the same cores.
"""

import itertools
import selectors
import socket
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

OPENED_DAYS_AGO = 20
SPAN_MS = 30_000
LENGTH_MS = 120 * 60_000
_TOKEN = "b" * 32  # the CSRF secret: cookie and header only have to agree


@dataclass
class Viewer:
    """One lawyer with an open player, who reports half a minute after half a minute."""

    session: str
    playback: str
    opened_ms: int
    reports: int = 0

    def report(self) -> bytes:
        """Return the next report as bytes of HTTP."""
        wall = self.opened_ms + 1000 + self.reports * SPAN_MS
        media = self.reports * SPAN_MS % LENGTH_MS
        self.reports += 1
        now = round(time.time() * 1000)
        body = (
            f'{{"device_now_ms":{now},"position_ms":{media + SPAN_MS},"spans":[{{"sequence":{self.reports},'
            f'"media_from_ms":{media},"media_until_ms":{media + SPAN_MS},'
            f'"wall_from_ms":{wall},"wall_until_ms":{wall + SPAN_MS}}}]}}'
        )
        return self._post(f"/api/v1/playbacks/{self.playback}/spans/", body)

    def nothing(self) -> bytes:
        """Return a request to the empty view."""
        return self._post("/bench/empty/", "{}")

    def _post(self, path: str, body: str) -> bytes:
        return (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
            f"Cookie: sessionid={self.session}; csrftoken={_TOKEN}\r\nX-CSRFToken: {_TOKEN}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n{body}"
        ).encode("ascii")


@dataclass
class Outcome:
    """What one run of one load brought: milliseconds of each answer, and what went wrong."""

    seconds: float = 0.0
    latencies_ms: list[float] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return len(self.latencies_ms) / self.seconds if self.seconds else 0.0

    def percentile(self, share: float) -> float:
        """Return the latency (ms) that this share of the answers did not exceed."""
        ordered = sorted(self.latencies_ms)
        return ordered[min(int(share * len(ordered)), len(ordered) - 1)] if ordered else 0.0


def run(port: int, requests: Iterator[bytes], *, connections: int, seconds: float) -> Outcome:
    """Keep `connections` requests under way for `seconds` and wait for the last answers."""
    outcome, began = Outcome(), time.perf_counter()
    end = began + seconds
    with selectors.DefaultSelector() as selector:
        for _number in range(connections):
            _ask(_Line(port), requests, selector)
        while selector.get_map():
            if time.perf_counter() > end + 30:
                outcome.errors += ["no answer"] * len(selector.get_map())
                break
            for key, _events in selector.select(1):
                line: _Line = key.data
                status = line.read()
                if status is None:
                    continue
                selector.unregister(line.socket)
                if status == 200:
                    outcome.latencies_ms.append((time.perf_counter() - line.asked) * 1000)
                else:
                    outcome.errors.append(line.complaint(status))
                if time.perf_counter() < end:
                    _ask(line if line.open else _Line(port), requests, selector)
                else:
                    line.socket.close()
    outcome.seconds = time.perf_counter() - began
    return outcome


def crowd(port: int, viewers: list[Viewer], *, seconds: float) -> Outcome:
    """Let all viewers report every half minute for `seconds`, each in a moment of its own, on a new connection, as browsers
    do whose last one was closed meanwhile. A report is due whether the server is quick or not: its latency counts from then.
    """
    outcome, began = Outcome(), time.perf_counter()
    every = SPAN_MS / 1000
    first = ((began + every * place / len(viewers), viewer) for place, viewer in enumerate(viewers))
    due = deque((at, viewer) for at, viewer in first if at < began + seconds)
    with selectors.DefaultSelector() as selector:
        while True:
            now = time.perf_counter()
            while due and due[0][0] <= now:
                at, viewer = due.popleft()
                if at + every < began + seconds:
                    due.append((at + every, viewer))
                try:
                    line = _Line(port)
                    line.ask(viewer.report())
                except OSError as error:
                    outcome.errors.append(f"no connection: {error}")
                    continue
                line.asked = at
                selector.register(line.socket, selectors.EVENT_READ, line)
            if not due and not selector.get_map():
                break
            if now > began + seconds + 30:
                outcome.errors += ["no answer"] * len(selector.get_map())
                break
            wait = max(due[0][0] - time.perf_counter(), 0) if due else 1.0
            for key, _events in selector.select(min(wait, 1.0)):
                answered: _Line = key.data
                status = answered.read()
                if status is None:
                    continue
                selector.unregister(answered.socket)
                answered.socket.close()
                if status == 200:
                    outcome.latencies_ms.append((time.perf_counter() - answered.asked) * 1000)
                else:
                    outcome.errors.append(answered.complaint(status))
    outcome.seconds = time.perf_counter() - began
    return outcome


def in_turn(viewers: list[Viewer], kind: Callable[[Viewer], bytes]) -> Iterator[bytes]:
    """Return requests of one viewer after the other, for ever."""
    return (kind(viewer) for viewer in itertools.cycle(viewers))


class _Line:
    """One kept-alive connection."""

    def __init__(self, port: int) -> None:
        self.port, self.open, self.asked, self._came = port, True, 0.0, b""
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> None:
        self._came, self.asked = b"", time.perf_counter()
        self.socket.sendall(request)

    def read(self) -> int | None:
        """Return the status when the answer is whole (0: the connection ended), None while it is not."""
        try:
            came = self.socket.recv(65_536)
        except OSError:
            came = b""
        if not came:
            self.open = False
            return 0
        self._came += came
        head, blank, body = self._came.partition(b"\r\n\r\n")
        if not blank:
            return None
        lower = head.lower()
        at = lower.find(b"content-length:")
        length = int(lower[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
        if len(body) < length:
            return None
        if b"connection: close" in lower:
            self.open = False
        return int(head[9:12])

    def complaint(self, status: int) -> str:
        return f"{status} {self._came[-200:].decode(errors='replace')}" if status else "connection ended"


def _ask(line: _Line, requests: Iterator[bytes], selector: selectors.BaseSelector) -> None:
    try:
        line.ask(next(requests))
    except OSError:
        # The server had closed the idle connection: that is no answer lost, ask on a new one.
        line = _Line(line.port)
        line.ask(next(requests))
    selector.register(line.socket, selectors.EVENT_READ, line)
