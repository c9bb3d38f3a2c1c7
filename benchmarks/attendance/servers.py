"""The web server of a run, over one database."""

import contextlib
import json
import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg

from benchmarks.attendance.load import Viewer

ROOT = Path(__file__).resolve().parents[2]


class Site:
    """The web server as `make up` starts it (two processes of sixteen threads), over SQLite or a DATABASE_URL."""

    def __init__(self, folder: Path, *, database_url: str = "", viewers: int) -> None:
        self.folder, self.port, self.database_url = folder, free_port(), database_url
        folder.mkdir(parents=True, exist_ok=True)
        self._web: subprocess.Popen[bytes] | None = None
        self.environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("QIANCHANG_", "DATABASE_"))
        } | {
            "QIANCHANG_STATE": str(folder),
            "DJANGO_SETTINGS_MODULE": "benchmarks.attendance.settings",
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        }
        if database_url:
            self.environment["DATABASE_URL"] = database_url
        self._python("manage.py", "migrate", "--run-syncdb", "-v", "0")
        made = json.loads(self._python("-m", "benchmarks.attendance.cast", str(viewers)))
        self.viewers = [
            Viewer(session=one["session"], playback=one["playback"], opened_ms=made["opened_ms"])
            for one in made["viewers"]
        ]

    def __enter__(self) -> "Site":
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def start(self) -> None:
        """Start the web server and wait until it answers."""
        command = [sys.executable, "-m", "gunicorn", "qianchang.project.wsgi:application", "--bind",
                   f"127.0.0.1:{self.port}", "--worker-class", "gthread", "--workers", "2", "--threads", "16",
                   "--worker-tmp-dir", str(self.folder), "--no-control-socket", "--log-level", "warning"]  # fmt: skip
        log = self.folder / "web.log"
        with log.open("ab") as sink:
            self._web = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self.environment,
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        _wait(lambda: _answers(self.port), "the web server", log)

    def stop(self) -> None:
        """Ask the web server to end."""
        if self._web:
            self._web.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._web.wait(timeout=20)
            self.kill()

    def kill(self) -> None:
        """kill -9 the web server with all its processes, as a power cut would."""
        if self._web:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._web.pid, signal.SIGKILL)
            self._web.wait()
            self._web = None

    def cpu_seconds(self) -> float:
        """Return what the web server's processes have spent until now. The database's own processes are not in it."""
        assert self._web
        parent = self._web.pid
        ids = [parent, *map(int, Path(f"/proc/{parent}/task/{parent}/children").read_text().split())]
        ticks = 0
        for each in ids:
            # After the name in brackets: field 14 and 15 of proc(5) are user and system time.
            fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def stored(self) -> tuple[int, int]:
        """Return how many spans stand in the database, and how many bytes all of it takes."""
        self.rows("VACUUM" if self.database_url else "PRAGMA wal_checkpoint(TRUNCATE)")
        ((spans,),) = self.rows("SELECT count(*) FROM attendance_watchedspan")
        if self.database_url:
            ((size,),) = self.rows("SELECT pg_database_size(current_database())")
            return spans, size
        pages, free, size = (
            self.rows(f"PRAGMA {name}")[0][0] for name in ("page_count", "freelist_count", "page_size")
        )
        return spans, (pages - free) * size

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """Return what the database itself answers, past the web server."""
        if self.database_url:
            with psycopg.connect(self.database_url, autocommit=True) as connection:
                cursor = connection.execute(statement.encode())
                return cursor.fetchall() if cursor.description else []
        with contextlib.closing(sqlite3.connect(self.folder / "qianchang.sqlite3")) as file:
            return file.execute(statement).fetchall()

    def _python(self, *arguments: str) -> str:
        return _run([sys.executable, *arguments], cwd=ROOT, env=self.environment)


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port


def _run(command: list[str], **how: object) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, **how)  # type: ignore[call-overload]
    if done.returncode:
        raise RuntimeError(f"{command[0]} ended with {done.returncode}: {done.stderr[-2000:]}")
    return str(done.stdout)


def _wait(ready: Callable[[], bool], what: str, log: Path) -> None:
    end = time.monotonic() + 40
    while time.monotonic() < end:
        if ready():
            return
        time.sleep(0.1)
    raise RuntimeError(f"{what} did not come up\n{log.read_text(errors='replace')[-2000:]}")


def _answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/bench/empty/", timeout=2)
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False
    return True
