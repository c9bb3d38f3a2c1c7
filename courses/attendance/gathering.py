"""Callers who come while another one is served are served together next: one transaction for all of them."""

import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class _Ticket(Generic[Item, Result]):
    """One caller's item, and what became of it. `turn` opens when it is served, or when its caller has to serve."""

    __slots__ = ("done", "error", "item", "result", "turn")

    def __init__(self, item: Item) -> None:
        self.item = item
        self.done = False
        self.result: Result | None = None
        self.error: Exception | None = None
        self.turn = threading.Lock()
        self.turn.acquire()


class Gathering(Generic[Item, Result]):
    """Serves the items of all threads of this process, as many at once as wait (at most `most`).

    There is no thread of its own: whoever comes first serves, and the first of those who came meanwhile serves all of
    them next. A lone caller is served at once. After company it pays to wait `patience_s` seconds for more of it: what
    serving costs is mostly the same for one as for many.

    `serve` takes items and returns their results in the same order, all or nothing: when it raises, each item is
    served again by itself, so that one caller's trouble is not the others'.
    """

    def __init__(
        self, serve: Callable[[Sequence[Item]], Sequence[Result]], *, most: int, patience_s: float = 0
    ) -> None:
        self._serve = serve
        self._most = most
        self._patience_s = patience_s
        self._line: deque[_Ticket[Item, Result]] = deque()
        self._door = threading.Lock()
        self._busy = False
        self._had_company = False

    def bring(self, item: Item) -> Result:
        """Return the result of an item when it is served. Raises what serving it raised."""
        ticket: _Ticket[Item, Result] = _Ticket(item)
        with self._door:
            self._line.append(ticket)
            serves, self._busy = not self._busy, True
        if not serves:
            ticket.turn.acquire()
        if not ticket.done:
            self._serve_line()
        if ticket.error is not None:
            raise ticket.error
        return ticket.result  # type: ignore[return-value]  # a Result may itself be None

    def _serve_line(self) -> None:
        """Serve everybody in the line; the caller's own ticket is the first of it."""
        if self._had_company and self._patience_s:
            time.sleep(self._patience_s)
        with self._door:
            tickets = [self._line.popleft() for _place in range(min(len(self._line), self._most))]
        self._had_company = len(tickets) > 1
        try:
            self._settle(tickets)
        finally:
            with self._door:
                following = self._line[0] if self._line else None
                self._busy = following is not None
            for ticket in tickets:
                if not ticket.done:  # this thread is being stopped in the middle
                    ticket.error, ticket.done = InterruptedError("the server is stopping"), True
                ticket.turn.release()
            if following is not None:
                following.turn.release()

    def _settle(self, tickets: Sequence[_Ticket[Item, Result]]) -> None:
        try:
            results = self._serve([ticket.item for ticket in tickets])
        except Exception as error:
            if len(tickets) > 1:
                for ticket in tickets:
                    self._settle([ticket])
                return
            tickets[0].error = error
        else:
            for ticket, result in zip(tickets, results, strict=True):
                ticket.result = result
        for ticket in tickets:
            ticket.done = True
