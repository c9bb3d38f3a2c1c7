"""The scripts' own suite, run as part of ours: without node it fails, it is never skipped."""

import subprocess
from pathlib import Path

FRONTEND = Path(__file__).resolve().parents[2] / "frontend"


def test_the_scripts_own_suite_passes() -> None:
    # Given node, when the suite of the scripts runs, then every one of its tests passes and there are some.
    done = subprocess.run(
        ["npm", "test", "--silent", "--", "--test-reporter=tap"],
        cwd=FRONTEND,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "# pass 0" not in done.stdout
