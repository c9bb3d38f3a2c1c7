"""Migrated databases for tests of whole sites. A migration of everything takes a minute: it is made once in a run of the
tests, by whichever process needs it first, and every further site begins with a copy.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import FileLock

from tests.postgresql import postgresql

ROOT = Path(__file__).resolve().parents[1]
KEPT = "DATABASES_OF_THIS_RUN"
MIGRATE = ("manage.py", "migrate", "-v", "0")


def environment(url: str, settings: str = "qianchang.project.settings.test") -> dict[str, str]:
    """Return the environment of a command over the database at a DATABASE_URL."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith("QIANCHANG_")}
    return kept | {
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": settings,
        "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'platform'}",
    }


def run(url: str, *command: str) -> str:
    """Run Python with these arguments over the database at a DATABASE_URL, and return what was said; it must succeed."""
    done = subprocess.run(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(url),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, (done.stdout + done.stderr)[-6000:]
    return done.stdout + done.stderr


def migrated_sqlite(file: Path) -> str:
    """Make a migrated, empty database in a file that is not there yet, and return its DATABASE_URL."""
    with _kept("site.sqlite3") as kept:
        if not kept.exists():
            making = kept.with_suffix(".making")
            run(f"sqlite:///{making}", *MIGRATE)
            making.rename(kept)
    shutil.copy(kept, file)
    return f"sqlite:///{file}"


@contextmanager
def migrated_postgresql() -> Iterator[str]:
    """Give the DATABASE_URL of a server with a migrated, empty database; see `postgresql`."""
    with _kept("postgresql") as kept:
        if not kept.exists():
            making = kept.with_suffix(".making")
            with postgresql(keep_as=making) as url:
                run(url, *MIGRATE)
            making.rename(kept)
    with postgresql(begin_with=kept) as url:
        yield url


def keep_for_this_run() -> Path | None:
    """Choose where what is made once is kept, and return it to whoever chose: the process that began the tests."""
    if KEPT in os.environ:
        return None
    folder = Path(tempfile.mkdtemp(prefix="qianchang-databases-"))
    os.environ[KEPT] = str(folder)
    return folder


@contextmanager
def _kept(name: str) -> Iterator[Path]:
    folder = Path(os.environ[KEPT])
    with FileLock(folder / f"{name}.lock"):
        yield folder / name
