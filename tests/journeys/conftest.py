"""A whole site for the journeys: its own state folder, broker, worker and web server, stopped at the end."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="session")
def state_folder() -> Iterator[Path]:
    """A state folder that no other site uses."""
    folder = Path(tempfile.mkdtemp(prefix="qianchang-journey-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def manage(state_folder: Path):
    """Run a management command against the journey's state folder, as a shell would."""

    def run(*arguments: str, timeout: float = 600) -> subprocess.CompletedProcess[str]:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("QIANCHANG_")}
        environment |= {
            "QIANCHANG_STATE": str(state_folder),
            "DJANGO_SETTINGS_MODULE": "qianchang.project.settings.dev",
        }
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            command,
            cwd=ROOT,
            env=environment,
            capture_output=True,
            text=True,
            check=False,
            timeout=timeout,
            stdin=subprocess.DEVNULL,
        )

    return run
