"""A PostgreSQL of the test's own: Debian's server in a folder of its own, on a free port, gone at the end.

The benchmarks run on it too.
"""

import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_DEBIAN = Path("/usr/lib/postgresql")


# May make databases, for Django's tests, and put walls aside that tests of tampering need aside; no wall of rows.
_SITE = (
    "CREATE ROLE site LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS",
    "GRANT SET ON PARAMETER session_replication_role TO site",
    "CREATE DATABASE site OWNER site",
)


class NoPostgreSQL(Exception):
    """This machine has no PostgreSQL server, or it does not start; the message says which."""


@contextmanager
def postgresql(
    *, durable: bool = False, begin_with: Path | None = None, keep_as: Path | None = None
) -> Iterator[str]:
    """Give the DATABASE_URL of a fresh server and of a user on it as a site should have: the owner of its own database,
    bound by row-level security, with no password from this machine. "tester" is the superuser.

    `durable`: a commit is on the disk when it is told, as in production; else the disk is not waited for. `keep_as`: a
    folder for what it holds at the end, which another one may `begin_with`. Raises NoPostgreSQL.
    """
    binaries = sorted(_DEBIAN.glob("*/bin"), key=lambda path: int(path.parent.name))
    if not binaries:
        raise NoPostgreSQL("no PostgreSQL server is installed (apt-get install postgresql)")
    # Not under pytest's folder, which other accounts may not enter: the server refuses to run as root, and Debian's
    # package made an account for it.
    folder = Path(tempfile.mkdtemp(prefix="qianchang-pg-"))
    other = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    if other:
        shutil.chown(folder, "postgres")
    data, port = str(folder / "data"), _free_port()
    initdb, pg_ctl = (str(binaries[-1] / name) for name in ("initdb", "pg_ctl"))
    options = f"-p {port} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder}"
    if not durable:
        options += " -c fsync=off"
    try:
        if begin_with:
            _run("cp", "-a", str(begin_with), data)
        else:
            _run(
                *other,
                initdb,
                "-D",
                data,
                "-U",
                "tester",
                "-A",
                "trust",
                "--locale=C.UTF-8",
                "-E",
                "UTF8",
                "--no-sync",
            )
        _run(*other, pg_ctl, "-D", data, "-l", str(folder / "log"), "-w", "-o", options, "start")
        try:
            if not begin_with:
                psql = [
                    *other,
                    str(binaries[-1] / "psql"),
                    "-h",
                    "127.0.0.1",
                    "-p",
                    str(port),
                    "-U",
                    "tester",
                ]
                for statement in _SITE:
                    _run(*psql, "-d", "postgres", "-v", "ON_ERROR_STOP=1", "-c", statement)
            yield f"postgres://site@127.0.0.1:{port}/site"
        finally:
            _run(*other, pg_ctl, "-D", data, "-m", "fast" if keep_as else "immediate", "stop")
        if keep_as:
            _run("cp", "-a", data, str(keep_as))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run(*command: str) -> None:
    # Its output goes nowhere: a server that was started would keep a pipe open for ever.
    done = subprocess.run(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise NoPostgreSQL(f"{' '.join(command)} ended with {done.returncode}")


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
        return port
