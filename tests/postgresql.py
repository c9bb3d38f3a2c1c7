"""A PostgreSQL of the test's own: Debian's server in a folder of its own, on a free port, gone at the end."""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_PLACES = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def is_installed() -> bool:
    """Tell whether this machine has a PostgreSQL server."""
    return bool(_PLACES) or shutil.which("initdb") is not None


@contextmanager
def postgresql() -> Iterator[str]:
    """Give the DATABASE_URL of a fresh server, whose superuser needs no password from this machine."""
    folder = Path(tempfile.mkdtemp(prefix="qianchang-pg-"))
    # The server refuses to run as root: Debian's package made an account for it.
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if other:
        shutil.chown(folder, "postgres")
    binaries = f"{_PLACES[-1]}/" if _PLACES else ""
    data, port = folder / "data", _free_port()
    try:
        _run(
            *other,
            f"{binaries}initdb",
            "-D",
            str(data),
            "-U",
            "tester",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--no-sync",
        )
        options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off"
        _run(
            *other,
            f"{binaries}pg_ctl",
            "-D",
            str(data),
            "-l",
            str(folder / "log"),
            "-w",
            "-o",
            options,
            "start",
        )
        try:
            yield f"postgres://tester@127.0.0.1:{port}/postgres"
        finally:
            _run(*other, f"{binaries}pg_ctl", "-D", str(data), "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str) -> None:
    # Its output goes nowhere: a server that was started would keep a pipe open for ever.
    done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    assert done.returncode == 0, command


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
