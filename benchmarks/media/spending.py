"""Running one command and counting what it took, by the kernel's own account of that process."""

import os
import subprocess
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Spent:
    """CPU-seconds (user and system) and seconds on the wall."""

    cpu: float = 0.0
    wall: float = 0.0

    def __add__(self, other: "Spent") -> "Spent":
        return Spent(self.cpu + other.cpu, self.wall + other.wall)


def total(parts: Iterable[Spent]) -> Spent:
    """Return the sum; the wall seconds are those of one after the other."""
    return sum(parts, Spent())


class CommandFailed(Exception):
    """A command of the benchmark ended with an error; the text is the end of what it said."""


def spend(command: Sequence[object]) -> Spent:
    """Run a command to its end and return what it took. Raises CommandFailed."""
    words = [str(word) for word in command]
    began = time.monotonic()
    process = subprocess.Popen(
        words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    assert process.stderr is not None
    with process.stderr:
        said = process.stderr.read()
    _pid, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandFailed(
            f"{words[0]} ended with {process.returncode}: {said[-600:].decode(errors='replace')}"
        )
    return Spent(usage.ru_utime + usage.ru_stime, time.monotonic() - began)


def ffmpeg(*arguments: object) -> Spent:
    """Run the same ffmpeg as production does."""
    return spend(["ffmpeg", "-v", "error", "-hide_banner", "-nostdin", "-y", *arguments])
