"""One command starts the site and nothing is left when it ends, however it ends."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from tests.databases import migrated_sqlite

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.stack, pytest.mark.timeout(240)]


def start(state: Path) -> subprocess.Popen[bytes]:
    environment = {key: value for key, value in os.environ.items() if not key.startswith("QIANCHANG_")}
    environment |= {"QIANCHANG_STATE": str(state), "DJANGO_SETTINGS_MODULE": "qianchang.project.settings.dev"}
    command = [sys.executable, "manage.py", "up", "--port", "0"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )


def wait_until_well(state: Path, site: subprocess.Popen[bytes]) -> dict[str, object]:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        assert site.poll() is None, site.stdout.read().decode() if site.stdout else ""
        address = state / "run" / "site.json"
        if address.exists():
            try:
                url = json.loads(address.read_text())["url"]
                with urllib.request.urlopen(f"{url}/healthz", timeout=5) as answer:  # noqa: S310 (our own address)
                    return dict(json.load(answer))
            except (OSError, ValueError):
                pass
        time.sleep(0.3)
    raise AssertionError("the site did not come up")


def processes_of(state: Path) -> list[str]:
    """The command lines of every process whose environment names this state folder."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        try:
            if f"QIANCHANG_STATE={state}".encode() in (folder / "environ").read_bytes().split(b"\0"):
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except (FileNotFoundError, ProcessLookupError, PermissionError):
            continue
    return found


def wait_until_gone(state: Path, *, seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while processes_of(state) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert processes_of(state) == []


@pytest.mark.parametrize("end", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda end: end.name)
def test_nothing_outlives_the_site(end: signal.Signals, up_state: Path):
    # Given a site that is well, with a broker, a worker, a scheduler and a web server.
    site = start(up_state)
    try:
        health = wait_until_well(up_state, site)
        assert set(health["parts"]) == {"database", "redis", "worker", "storage"}  # type: ignore[call-overload]
        assert len(processes_of(up_state)) > 4
        # When it ends, politely or not.
        site.send_signal(end)
        # Then nothing of it is left.
        wait_until_gone(up_state, seconds=40)
    finally:
        site.kill()
        site.wait(timeout=10)


@pytest.fixture(scope="module")
def up_state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One folder for all ends: the site goes on where it was, even after a kill. The first start of all, with its
    migrations, is the subject of test_main_job.py.
    """
    folder = tmp_path_factory.mktemp("up")
    migrated_sqlite(folder / "qianchang.sqlite3")
    return folder
