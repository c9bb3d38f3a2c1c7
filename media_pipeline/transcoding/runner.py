"""Our own supervisor of ffmpeg and ffprobe: one process group, watched, limited, and gone when we leave.

It knows nothing of media: it runs an argument list, hands over standard output line by line, keeps the end of standard
error, and kills the whole group on a limit, on cancel, on any exception, and (by the launcher) when the worker dies.
"""

import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from media_pipeline.transcoding.launcher import NOT_STARTED

_LAUNCHER = str(Path(__file__).with_name("launcher.py"))
_TAIL_LINES = 60
# The exit code of a program whose libraries cannot be loaded.
_LOADER_FAILED = 127
_LINE_BYTES = 64 * 1024
_READ_BYTES = 64 * 1024


@dataclass(frozen=True)
class Limits:
    """What one run may use. `stall_seconds`: longest time without a line that `on_line` calls a step forward."""

    wall_seconds: int
    stall_seconds: int = 180
    cpu_seconds: int = 24 * 3600
    memory_bytes: int = 4 * 1024**3
    file_bytes: int = 64 * 1024**2
    nice: int = 10


class ToolFailed(Exception):
    """The tool ended with an error; `tail` is the end of what it wrote to standard error."""

    def __init__(self, returncode: int, tail: str) -> None:
        super().__init__(f"exit {returncode}: {tail[-400:]}")
        self.returncode = returncode
        self.tail = tail

    @property
    def gave_up(self) -> bool:
        """Tell whether the tool ended by its own decision; else it was killed from outside, or never started."""
        return self.returncode > 0 and not self.never_started

    @property
    def never_started(self) -> bool:
        """Tell whether there was no tool to speak of: it is missing, or its libraries are."""
        return self.returncode in (NOT_STARTED, _LOADER_FAILED)

    @property
    def used_its_cpu(self) -> bool:
        """Tell whether the tool was stopped because it had computed for as long as it may."""
        return self.returncode == -signal.SIGXCPU


class ToolTimedOut(Exception):
    """The tool was killed: it ran too long (`stalled` is False) or stood still (`stalled` is True)."""

    def __init__(self, stalled: bool, tail: str) -> None:
        super().__init__("stalled" if stalled else "ran too long")
        self.stalled = stalled
        self.tail = tail


class ToolCancelled(Exception):
    """The tool was killed because nobody wants its output any more."""


def run(
    command: Sequence[str],
    *,
    limits: Limits,
    folder: Path,
    on_line: Callable[[str], bool] | None = None,
    on_block: Callable[[bytes], bool] | None = None,
    cancelled: Callable[[], bool] = lambda: False,
    reads: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a tool in `folder`, with the file `reads` as its standard input, and return the end of its standard
    error.

    `on_line` takes each line of standard output and tells whether it was a step forward; `on_block` takes standard output
    as it comes instead, for a tool that writes pictures. Raises ToolFailed, ToolTimedOut, ToolCancelled, and whatever
    these two raise.
    """
    launch = [sys.executable, "-I", "-S", _LAUNCHER, json.dumps(asdict(limits)), str(os.getpid()), *command]
    with Path(reads or os.devnull).open("rb") as standard_input:
        process = subprocess.Popen(
            launch,
            stdin=standard_input,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=folder,
            env={
                "PATH": os.environ.get("PATH", os.defpath),
                "LC_ALL": "C.UTF-8",
                "HOME": str(folder),
                **(environment or {}),
            },
            start_new_session=True,
        )
    watched = _Watched(process, limits, on_line or (lambda line: bool(line)), on_block, cancelled)
    try:
        watched.until_closed()
        returncode = process.wait(timeout=limits.stall_seconds)
    except subprocess.TimeoutExpired as error:
        raise ToolTimedOut(True, watched.tail()) from error
    finally:
        _kill_group(process)
    if returncode != 0:
        raise ToolFailed(returncode, watched.tail())
    return watched.tail()


class _Watched:
    """The two pipes of one running tool, and its clocks."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        limits: Limits,
        on_line: Callable[[str], bool],
        on_block: Callable[[bytes], bool] | None,
        cancelled: Callable[[], bool],
    ) -> None:
        self._process, self._limits = process, limits
        self._on_line, self._on_block, self._cancelled = on_line, on_block, cancelled
        self._started = self._moved = time.monotonic()
        self._errors: deque[str] = deque(maxlen=_TAIL_LINES)
        self._rest = {"out": b"", "err": b""}

    def tail(self) -> str:
        """Return the last lines of standard error."""
        return "\n".join(self._errors)

    def until_closed(self) -> None:
        """Read both pipes until the tool closes them, within the limits."""
        assert self._process.stdout is not None  # noqa: S101 (both were asked for as pipes)
        assert self._process.stderr is not None  # noqa: S101
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ, "out")
            selector.register(self._process.stderr, selectors.EVENT_READ, "err")
            while selector.get_map():
                for key, _events in selector.select(timeout=0.5):
                    block = os.read(key.fd, _READ_BYTES)
                    self._take(str(key.data), block)
                    if not block:
                        selector.unregister(key.fileobj)
                self._check_clocks()

    def _take(self, name: str, block: bytes) -> None:
        if name == "out" and self._on_block:
            if block and self._on_block(block):
                self._moved = time.monotonic()
            return
        *lines, rest = (self._rest[name] + block).split(b"\n")
        if not block and rest:
            lines, rest = [*lines, rest], b""
        # A line without an end is cut: no tool makes us hold its output in memory.
        self._rest[name] = rest[-_LINE_BYTES:]
        for line in lines:
            text = line.decode("utf-8", "replace")
            if name == "err":
                self._errors.append(text[:2000])
            elif self._on_line(text):
                self._moved = time.monotonic()

    def _check_clocks(self) -> None:
        now = time.monotonic()
        if self._cancelled():
            raise ToolCancelled
        if now - self._started > self._limits.wall_seconds:
            raise ToolTimedOut(False, self.tail())
        if now - self._moved > self._limits.stall_seconds:
            raise ToolTimedOut(True, self.tail())


def _kill_group(process: subprocess.Popen[bytes]) -> None:
    """End the tool and everything it started. Its session is its own, so the group's number is its process number."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        process.kill()  # gone, or not yet in its own session
    process.wait()
    for pipe in (process.stdout, process.stderr):
        if pipe:
            pipe.close()
