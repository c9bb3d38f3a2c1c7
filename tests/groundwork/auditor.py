"""The auditor of the tests: the program of deploy/ with nothing of ours beside it."""

import subprocess
import sys
from pathlib import Path

from django.conf import settings

from qianchang.groundwork import heads

ROOT = Path(__file__).resolve().parents[2]


def audit(export: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run the auditor's program as an auditor does: with nothing of ours beside it."""
    program = export.parent / "audit_ledger.py"
    program.write_bytes((ROOT / "deploy" / "audit_ledger.py").read_bytes())
    command = [sys.executable, "-E", "-s", str(program), str(export), *options]
    return subprocess.run(command, cwd=export.parent, env={}, capture_output=True, text=True, check=False)


def site_key() -> str:
    return heads.public_hex(heads.private_key(settings.LEDGER_KEY))
