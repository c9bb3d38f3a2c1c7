"""A little site of the test's own: web server, worker and broker as processes that can be killed."""

import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]

_CAST = """
from django.contrib.sessions.backends.db import SessionStore
from django.utils import timezone
from tests.world import World
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
world = World()
world.now = timezone.now()
session = SessionStore()
account = world.expert
session[SESSION_KEY] = str(account.pk)
session[BACKEND_SESSION_KEY] = "allauth.account.auth_backends.AuthenticationBackend"
session[HASH_SESSION_KEY] = account.get_session_auth_hash()
session.save()
print("SESSION", account.pk, session.session_key)
"""


class Site:
    """State, processes and one signed-in expert. Every process is in its own group and dies with `stop_all`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._running: dict[str, subprocess.Popen[bytes]] = {}
        self.env = {key: value for key, value in os.environ.items() if not key.startswith("QIANCHANG_")} | {
            "QIANCHANG_STATE": str(folder),
            "QIANCHANG_BROKER": f"redis+socket://{folder}/redis.sock",
            "DJANGO_SETTINGS_MODULE": "tests.media_pipeline.site_settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        }
        if _migrated:
            shutil.copy(_migrated[0], self._database)
        else:
            self.manage("migrate", "--run-syncdb", "-v", "0")
            _keep_migrated(self._database)
        self.viewer_id, self.session_key = self.shell(_CAST).split("SESSION ")[1].split()

    @property
    def _database(self) -> Path:
        return self.folder / "qianchang.sqlite3"

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def manage(self, *arguments: str) -> str:
        """Run a management command and return what it says."""
        done = subprocess.run(
            [sys.executable, "manage.py", *arguments], cwd=ROOT, env=self.env, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return done.stdout

    def shell(self, code: str) -> str:
        """Run some lines of Python inside the site and return what they print."""
        return self.manage("shell", "--no-imports", "-c", code)

    def start_web(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "qianchang.project.wsgi", "-b", f"127.0.0.1:{self.port}",
                   "--threads", "8", "--log-level", "warning"]  # fmt: skip
        self._start("web", command)
        self.wait(lambda: _answers(f"{self.url}/api/v1/uploads/"), "the web server")

    def start_broker(self) -> None:
        server = shutil.which("redis-server") or ""
        self._start(
            "broker",
            [
                server,
                "--port",
                "0",
                "--unixsocket",
                f"{self.folder}/redis.sock",
                "--save",
                "",
                "--dir",
                str(self.folder),
            ],
        )
        self.wait((self.folder / "redis.sock").exists, "the broker")

    def start_worker(self, name: str = "worker") -> None:
        """Start a worker on every queue, with a beat of its own: any number may run."""
        command = [sys.executable, "-m", "celery", "-A", "qianchang.project", "worker", "-c", "2", "-B",
                   "-Q", "upkeep,short,middle,long", "-s", f"{self.folder}/beat-{name}",
                   "-l", "warning", "-n", f"{name}@{self.port}"]  # fmt: skip
        self._start(name, command)

    def pid(self, name: str) -> int:
        """The process number, which is also the number of the process's group."""
        return self._running[name].pid

    def kill(self, name: str) -> None:
        """kill -9 a process and everything it started, as a power cut would."""
        process = self._running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def stop_all(self) -> None:
        for name in list(self._running):
            self.kill(name)

    def wait(self, ready: Callable[[], object], what: str, seconds: float = 60) -> None:
        """Return when `ready` says so; fail with the end of the logs when it never does."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if ready():
                return
            time.sleep(0.2)
        logs = "\n".join(log.read_text(errors="replace")[-2000:] for log in self.folder.glob("*.log"))
        raise AssertionError(f"{what} did not come up in {seconds} s\n{logs}")

    def _start(self, name: str, command: list[str]) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self._running[name] = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.env,
                stdout=log,
                stderr=log,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )


# The migrated, empty database of the first site of this process: every further site begins with a copy of it.
_migrated: list[Path] = []


def _keep_migrated(database: Path) -> None:
    with closing(sqlite3.connect(database)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    kept = database.with_name("migrated.sqlite3")
    shutil.copy(database, kept)
    _migrated.append(kept)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _answers(url: str) -> bool:
    try:
        urllib.request.urlopen(url, timeout=2)  # noqa: S310 (our own server)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
