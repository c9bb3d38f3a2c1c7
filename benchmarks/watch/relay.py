"""The line for machines without network namespaces: a relay that passes on what TCP brings, late and slowly. A lost
packet is a pause of a round trip for all behind it; TCP's own slow start is not felt.
"""

import contextlib
import selectors
import socket
import threading
import time
from collections import deque
from pathlib import Path
from typing import Self

from benchmarks.watch.links import LONGEST_WAIT_S, Link, Way
from benchmarks.watch.traffic import Traffic

_PIECE = 1448
_HEADERS = 52


class _Half:
    """One way of one connection: what was read and is not yet due. `due` never goes back: TCP keeps the order."""

    def __init__(self, source: socket.socket, target: socket.socket, *, down: bool, opened: float) -> None:
        self.source, self.target, self.down = source, target, down
        self.due = opened
        self.waiting: deque[tuple[float, bytes]] = deque()
        self.ended = False


class Relay:
    """The line between a browser and a server on the same machine. Ends with the block."""

    says = "a relay (losses as pauses of a round trip)"
    server = "127.0.0.1"

    def __init__(self) -> None:
        self.traffic = Traffic()
        self._link: Link | None = None
        self._ways: dict[bool, Way] = {}
        self._cut = self._ended = False
        self._halves: list[_Half] = []
        self._upstream = 0
        self._listening: socket.socket | None = None
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._listening = socket.create_server(("127.0.0.1", 0))
        self._listening.setblocking(False)
        self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ended = True
        self._thread.join(timeout=5)
        for half in self._halves:
            half.source.close()
        if self._listening:
            self._listening.close()

    def carry(self, port: int) -> str:
        """Return the address of the server behind the line."""
        assert self._listening
        self._upstream = port
        return f"http://127.0.0.1:{self._listening.getsockname()[1]}"

    def browser(self, program: str, folder: Path) -> str:
        """Return the program itself: it needs no other way out."""
        return program

    def become(self, link: Link) -> None:
        """Be this link from now on, whole."""
        self._link, self._cut = link, False
        self._ways = {True: Way(link, seed=1), False: Way(link, seed=2)}

    def cut(self) -> None:
        """Pass nothing on, and tell nobody."""
        self._cut = True

    def restore(self) -> None:
        """Pass on what waits and what comes."""
        self._cut = False

    def _run(self) -> None:
        assert self._listening
        while not self._ended:
            now = time.monotonic()
            if not self._cut:
                with contextlib.suppress(BlockingIOError):
                    self._accept(self._listening.accept()[0], now)
                for half in list(self._halves):
                    self._read(half, now)
                    self._write(half, now)
                self._halves = [half for half in self._halves if not half.ended or half.waiting]
            self._rest()

    def _accept(self, browser: socket.socket, now: float) -> None:
        assert self._link
        try:
            server = socket.create_connection(("127.0.0.1", self._upstream), timeout=5)
        except OSError:
            browser.close()
            return
        # The handshake would have taken a round trip, and the first request another half.
        opened = now + 1.5 * self._link.round_trip_ms / 1000
        for end in (browser, server):
            end.setblocking(False)
            end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._halves += [
            _Half(server, browser, down=True, opened=opened),
            _Half(browser, server, down=False, opened=opened),
        ]

    def _read(self, half: _Half, now: float) -> None:
        assert self._link
        way = self._ways[half.down]
        while not half.ended and way.waiting_s(now) < LONGEST_WAIT_S:
            try:
                piece = half.source.recv(_PIECE)
            except BlockingIOError:
                return
            except OSError:
                piece = b""
            half.ended = not piece
            arrives = way.arrival(len(piece) + _HEADERS, now)
            while piece and way.lose():
                # Missed, asked for again, and sent again.
                arrives = way.arrival(len(piece) + _HEADERS, now) + self._link.round_trip_ms / 1000
            half.due = max(half.due, arrives)
            half.waiting.append((half.due, piece))

    def _write(self, half: _Half, now: float) -> None:
        while half.waiting and half.waiting[0][0] <= now:
            _due, piece = half.waiting.popleft()
            try:
                if not piece:
                    half.target.shutdown(socket.SHUT_WR)
                    continue
                sent = half.target.send(piece)
            except BlockingIOError:
                half.waiting.appendleft((now, piece))
                return
            except OSError:
                half.ended = True
                half.waiting.clear()
                return
            self.traffic.add(sent + _HEADERS, down=half.down)
            if sent < len(piece):
                half.waiting.appendleft((now, piece[sent:]))

    def _rest(self) -> None:
        """Until something may have come: pieces are due within milliseconds of each other."""
        assert self._listening
        with selectors.DefaultSelector() as selector:
            if not self._halves:
                selector.register(self._listening, selectors.EVENT_READ)
                selector.select(0.05)
            else:
                time.sleep(0.004)
