"""The web server of a run: gunicorn as `make up` starts it, over a state folder of its own."""

import contextlib
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from benchmarks.attendance.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
_EMBEDDED = "qianchang.project.settings.dev"
_NO_MIGRATIONS = "tests.media_pipeline.site_settings"


@dataclass(frozen=True)
class Viewer:
    """A lawyer who is enrolled and signed in, and has watched nothing yet."""

    session: str
    lawyer: int


@dataclass(frozen=True)
class Credit:
    """What the ledger says of a viewer: seconds that were covered, and hours (学时) as they are written."""

    covered_s: float
    hours: str


class Site:
    """The embedded default with one lecture, reached at `host`. Ends with the block."""

    def __init__(self, folder: Path, *, host: str, ladder: Path, seconds: int, viewers: int) -> None:
        self.folder, self.host, self.port = folder, host, free_port()
        folder.mkdir(parents=True, exist_ok=True)
        self._web: subprocess.Popen[bytes] | None = None
        self._environment = {
            key: value for key, value in os.environ.items() if not key.startswith(("QIANCHANG_", "DATABASE_"))
        } | {
            "QIANCHANG_STATE": str(folder),
            "QIANCHANG_HOSTS": f"{host},127.0.0.1",
            "QIANCHANG_URL": f"http://{host}:{self.port}",
            "DJANGO_SETTINGS_MODULE": _EMBEDDED,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
        }
        # The same tables, without the minute that all migrations take.
        self._python("manage.py", "migrate", "--run-syncdb", "-v", "0", settings=_NO_MIGRATIONS)
        self._python("manage.py", "collectstatic", "--noinput", "-v", "0")
        said = self._python("-m", "benchmarks.watch.cast", str(ladder), str(seconds), str(viewers))
        made = json.loads(said.strip().splitlines()[-1])
        self.path: str = made["path"]
        self.viewers = [Viewer(**viewer) for viewer in made["viewers"]]

    def __enter__(self) -> "Site":
        command = [sys.executable, "-m", "gunicorn", "qianchang.project.wsgi:application", "--bind",
                   f"{self.host}:{self.port}", "--worker-class", "gthread", "--workers", "2", "--threads", "16",
                   "--worker-tmp-dir", str(self.folder), "--no-control-socket", "--log-level", "warning"]  # fmt: skip
        log = self.folder / "web.log"
        with log.open("ab") as sink:
            self._web = subprocess.Popen(
                command,
                cwd=ROOT,
                env=self._environment,
                stdout=sink,
                stderr=sink,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
            )
        end = time.monotonic() + 40
        while not self._answers():
            if time.monotonic() > end:
                self.stop()
                raise RuntimeError(f"no web server\n{log.read_text(errors='replace')[-2000:]}")
            time.sleep(0.2)
        self._warm()
        return self

    def __exit__(self, *exception: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the web server with all its processes."""
        if self._web:
            self._web.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._web.wait(timeout=10)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._web.pid, signal.SIGKILL)
            self._web.wait()
            self._web = None

    def covered_s(self, viewer: Viewer) -> float:
        """Return how many seconds of the lecture the database has for a viewer, past the web server."""
        with contextlib.closing(sqlite3.connect(self.folder / "qianchang.sqlite3")) as file:
            ((covered,),) = file.execute(
                "SELECT COALESCE(SUM(covered_ms), 0) FROM attendance_coverage WHERE lawyer_id = ?",
                (viewer.lawyer,),
            ).fetchall()
        return float(covered) / 1000

    def credited(self, viewer: Viewer) -> Credit | None:
        """Return the viewer's entry in the ledger; None while there is none."""
        with contextlib.closing(sqlite3.connect(self.folder / "qianchang.sqlite3")) as file:
            row = file.execute(
                "SELECT covered_ms, hours FROM credits_creditentry WHERE lawyer_id = ?", (viewer.lawyer,)
            ).fetchone()
        return Credit(row[0] / 1000, str(row[1])) if row else None

    def _warm(self) -> None:
        """Ask for the page a few times past the line: no process measures its own start."""
        page = urllib.request.Request(
            f"http://{self.host}:{self.port}{self.path}",
            headers={"Cookie": f"sessionid={self.viewers[0].session}"},
        )
        for _time in range(8):
            urllib.request.urlopen(page, timeout=30).close()  # noqa: S310

    def _answers(self) -> bool:
        try:
            urllib.request.urlopen(f"http://{self.host}:{self.port}/api/v1/uploads/", timeout=2)
        except urllib.error.HTTPError:
            return True
        except OSError:
            return False
        return True

    def _python(self, *arguments: str, settings: str = _EMBEDDED) -> str:
        done = subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self._environment | {"DJANGO_SETTINGS_MODULE": settings},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )
        if done.returncode:
            raise RuntimeError(
                f"{' '.join(arguments[:3])} ended with {done.returncode}: {done.stderr[-2000:]}"
            )
        return done.stdout
