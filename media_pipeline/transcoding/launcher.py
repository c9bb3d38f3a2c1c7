"""The last step before ffmpeg: limits, no network, and a promise to die with the worker. Then it becomes ffmpeg.

Run as a script by `runner.py`: `launcher.py '<limits as JSON>' <parent pid> command...`. A program of its own, because
code between fork and exec of a process with threads may hang for ever.
"""

import ctypes
import json
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000
CLONE_NEWUSER = 0x10000000
# Our own ending where the tool was never started: no exit code of ffmpeg or ffprobe.
NOT_STARTED = 125
# Between the two limits of the processor the kernel says which one it was; at the second it kills like anybody.
CPU_GRACE_SECONDS = 5


def main() -> None:
    """Apply the limits and become the command."""
    try:
        _become_the_tool()
    except OSError as error:
        sys.stderr.write(f"the tool could not be started: {error}\n")
        sys.exit(NOT_STARTED)


def _become_the_tool() -> None:
    limits = json.loads(sys.argv[1])
    parent = int(sys.argv[2])
    command = sys.argv[3:]
    libc = ctypes.CDLL(None, use_errno=True)
    # Best effort: where the kernel allows it, the tool sees no network at all. The allow-lists hold in any case.
    if libc.unshare(CLONE_NEWNET) != 0:
        libc.unshare(CLONE_NEWUSER | CLONE_NEWNET)
    libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        sys.stderr.write("the worker died before the tool started\n")
        sys.exit(NOT_STARTED)
    os.nice(limits["nice"])
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_FSIZE, limits["file_bytes"])
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"], grace=CPU_GRACE_SECONDS)
    _limit(resource.RLIMIT_NOFILE, 128)
    _limit(resource.RLIMIT_CORE, 0)
    os.execvp(command[0], command)  # noqa: S606 (an argument list of our own, never a shell)


def _limit(what: int, value: int, *, grace: int = 0) -> None:
    hard = resource.getrlimit(what)[1]
    most = value + grace
    if hard != resource.RLIM_INFINITY:
        value, most = min(value, hard), min(most, hard)
    resource.setrlimit(what, (value, most))


if __name__ == "__main__":
    main()
