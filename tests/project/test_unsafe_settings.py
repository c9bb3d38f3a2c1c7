"""A production site with unsafe settings does not start, and says why."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SAFE = {
    "DJANGO_SETTINGS_MODULE": "qianchang.project.settings.production",
    "QIANCHANG_SECRET_KEY": "k" * 60,
    "QIANCHANG_LEDGER_KEY": "1e" * 32,
    "QIANCHANG_HOSTS": "qianchang.example",
    "DATABASE_URL": "postgres://somebody:secret@127.0.0.1/qianchang",
    "QIANCHANG_EMAIL_URL": "smtp+tls://somebody:secret@127.0.0.1:587",
}


def start(**changes: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **SAFE, **changes}
    command = [sys.executable, "-c", "import qianchang.project.wsgi"]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


def test_safe_settings_start():
    assert start().returncode == 0


def test_a_missing_secret_is_named():
    refused = start(QIANCHANG_SECRET_KEY="")
    assert refused.returncode != 0
    assert "QIANCHANG_SECRET_KEY" in refused.stderr


def test_every_unsafe_value_is_named_at_once():
    refused = start(
        QIANCHANG_HOSTS="*",
        QIANCHANG_LEDGER_KEY="not a key",
        DATABASE_URL="sqlite:///x.sqlite3",
        QIANCHANG_EMAIL_URL="consolemail://",
        QIANCHANG_SUMMARY_HOUR="24",
    )
    assert refused.returncode != 0
    for name in (
        "QIANCHANG_HOSTS",
        "QIANCHANG_LEDGER_KEY",
        "DATABASE_URL",
        "QIANCHANG_EMAIL_URL",
        "QIANCHANG_SUMMARY_HOUR",
    ):
        assert name in refused.stderr
