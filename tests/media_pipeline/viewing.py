"""A viewer before a browser: what is looked at, and with which cookie."""

from datetime import datetime

from django.db import connections
from django.http import HttpResponse
from django.test import Client
from django.test.testcases import LiveServerThread

from media_pipeline import api
from qianchang.people.models import Account

CONTENT = bytes(range(256)) * 1000


def cookie_of(account: Account, at: datetime) -> str:
    """Return the viewer's cookie that an account gets with its links."""
    answer = HttpResponse()
    api.set_viewer_cookie(answer, account.pk, at)
    return answer.cookies["qc_viewer"].value


def browser_of(account: Account, at: datetime) -> Client:
    """Return a browser that has the viewer's cookie of an account and nothing else."""
    client = Client()
    client.cookies["qc_viewer"] = cookie_of(account, at)
    return client


class InThread:
    """The real site in a thread of the test, on the test's own connection: what the test wrote is what it serves.

    pytest-django's `live_server` empties every table afterwards, which the ledgers refuse.
    """

    def __init__(self) -> None:
        self._connection = connections["default"]
        self._connection.inc_thread_sharing()
        self._thread = LiveServerThread("127.0.0.1", lambda site: site, {"default": self._connection})
        self._thread.daemon = True
        self._thread.start()
        self._thread.is_ready.wait(20)
        if self._thread.error:
            raise self._thread.error
        self._running = True

    @property
    def place(self) -> str:
        """host:port"""
        return f"127.0.0.1:{self._thread.port}"

    def stop(self) -> None:
        if self._running:
            self._running = False
            self._thread.terminate()
            self._connection.dec_thread_sharing()
