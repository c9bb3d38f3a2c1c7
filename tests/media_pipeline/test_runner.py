"""The supervisor: whatever a tool does, it ends, and nothing of it is left."""

import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import pytest

from media_pipeline.transcoding.runner import Limits, ToolCancelled, ToolFailed, ToolTimedOut, run

QUICK = Limits(wall_seconds=20, stall_seconds=20)
ROOT = Path(__file__).resolve().parents[2]


def alive(marker):
    listed = subprocess.run(["ps", "-eo", "args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if marker in line and "ps -eo" not in line]


def wait_until_gone(marker, seconds=5.0):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if not alive(marker):
            return True
        time.sleep(0.05)
    return False


def taking(lines):
    def take(line):
        lines.append(line)
        return True

    return take


def test_lines_come_one_by_one_and_errors_stay(tmp_path):
    lines: list[str] = []
    tail = run(["sh", "-c", "printf 'a\\nb'; echo oops >&2"], limits=QUICK, folder=tmp_path,
               on_line=taking(lines))  # fmt: skip
    assert (lines, tail) == (["a", "b"], "oops")


def test_an_exit_code_is_an_error_with_the_last_words(tmp_path):
    with pytest.raises(ToolFailed) as failure:
        run(["sh", "-c", "for i in $(seq 200); do echo $i >&2; done; exit 3"], limits=QUICK, folder=tmp_path)
    assert failure.value.returncode == 3
    assert failure.value.tail.splitlines()[-1] == "200"
    assert len(failure.value.tail.splitlines()) == 60


def test_a_tool_that_stands_still_is_killed_with_its_children(tmp_path):
    with pytest.raises(ToolTimedOut) as failure:
        run(["sh", "-c", "sleep 61.25 & sleep 61.25"], limits=Limits(20, stall_seconds=1), folder=tmp_path)
    assert failure.value.stalled
    assert wait_until_gone("sleep 61.25")


def test_a_tool_that_talks_for_ever_is_killed_by_the_wall(tmp_path):
    with pytest.raises(ToolTimedOut) as failure:
        run(["yes"], limits=Limits(wall_seconds=1), folder=tmp_path)
    assert not failure.value.stalled


def test_cancel_kills(tmp_path):
    with pytest.raises(ToolCancelled):
        run(["sleep", "62.25"], limits=QUICK, folder=tmp_path, cancelled=lambda: True)
    assert wait_until_gone("sleep 62.25")


def test_memory_and_files_are_bounded(tmp_path):
    with pytest.raises(ToolFailed):
        run(
            [sys.executable, "-c", "bytearray(10**9)"],
            limits=Limits(20, memory_bytes=500_000_000),
            folder=tmp_path,
        )
    with pytest.raises(ToolFailed):
        run(
            ["sh", "-c", "head -c 200000 /dev/zero > big"],
            limits=Limits(20, file_bytes=100_000),
            folder=tmp_path,
        )
    assert (tmp_path / "big").stat().st_size <= 100_000


def test_a_tool_sees_nothing_of_our_secrets(tmp_path, monkeypatch):
    monkeypatch.setenv("QIANCHANG_SECRET_KEY", "s3cret")
    lines: list[str] = []
    run(["env"], limits=QUICK, folder=tmp_path, on_line=taking(lines))
    assert not any("s3cret" in line for line in lines)


@pytest.mark.skipif(os.geteuid() != 0, reason="without root the kernel may not let us take the network away")
def test_a_tool_has_no_network(tmp_path):
    reach = "import socket; socket.create_connection(('127.0.0.1', int(__import__('sys').argv[1])), 2)"
    import socket

    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        with pytest.raises(ToolFailed) as failure:
            run([sys.executable, "-c", reach, port], limits=QUICK, folder=tmp_path)
    assert "unreachable" in failure.value.tail


def test_a_tool_dies_with_a_worker_that_was_killed(tmp_path):
    script = textwrap.dedent(f"""
        import sys; sys.path.insert(0, {str(ROOT)!r})
        from pathlib import Path
        from media_pipeline.transcoding.runner import Limits, run
        run(["sh", "-c", "echo started; exec sleep 63.25"], limits=Limits(60), folder=Path({str(tmp_path)!r}),
            on_line=lambda line: not print(line, flush=True))
    """)
    worker = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    assert worker.stdout is not None
    assert worker.stdout.readline().strip() == "started"
    assert alive("sleep 63.25")
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    assert wait_until_gone("sleep 63.25")


def test_pictures_come_as_they_are_written_and_silence_among_them_is_a_stall(tmp_path):
    blocks: list[bytes] = []

    def take(block):
        blocks.append(block)
        return True

    run(["printf", r"\0\n\377"], limits=QUICK, folder=tmp_path, on_block=take)
    assert b"".join(blocks) == b"\0\n\xff"
    assert all(blocks)
    with pytest.raises(ToolTimedOut) as failure:
        run(["yes"], limits=Limits(20, stall_seconds=1), folder=tmp_path, on_block=lambda block: False)
    assert failure.value.stalled
