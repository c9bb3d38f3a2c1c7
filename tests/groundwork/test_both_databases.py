"""The ledgers on a real server: the planted alterations once more on PostgreSQL, and many writers at once on
both databases. Walls, locks and migrations are others there.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import ROOT, environment, migrated_postgresql, migrated_sqlite

pytestmark = [pytest.mark.stack, pytest.mark.timeout(400)]

# Foreign keys point nowhere (factories.py), so they are not asked here.
LAX = """
from django.db import connection
with connection.cursor() as cursor:
    on_sqlite = connection.vendor == "sqlite"
    cursor.execute("PRAGMA foreign_keys = OFF" if on_sqlite else "SET session_replication_role = replica")
"""
WRITE = """
from django.utils import timezone
from tests.groundwork.factories import credit
for number in range(begin, begin + 40):
    credit(number, at=timezone.now())
"""
READ = """
from courses.credits.models import CreditEntry
from qianchang.groundwork import ledgers, signing
from django.utils import timezone
times = 0
while not (entries := CreditEntry.objects.count()) >= 160 or times < 5:
    times += 1
    assert ledgers.verify(CreditEntry, "CN-GX") == [], entries
    assert signing.sign_heads(at=timezone.now()).refusals == ()
proof = signing.prove_everything(at=timezone.now())
print(connection.vendor, times, proof.lines, proof.faults)
"""


def start(url: str, *command: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *command],
        cwd=ROOT,
        env=environment(url),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def end(process: subprocess.Popen[str]) -> str:
    told = process.communicate(timeout=300)[0]
    assert process.returncode == 0, told[-6000:]
    return told


def in_the_site(url: str, code: str) -> subprocess.Popen[str]:
    return start(url, "-c", f"import django; django.setup(){LAX}{code}")


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with migrated_postgresql() as url:
        yield url


def test_alterations_are_found_on_postgresql_too(server: str) -> None:
    files = ["test_planted_alterations.py", "test_auditing.py", "test_signing.py"]

    told = end(
        start(
            server, "-m", "pytest", "-q", "--no-migrations", *(f"tests/groundwork/{name}" for name in files)
        )
    )

    assert " passed" in told
    assert "skipped" not in told


@pytest.mark.parametrize("vendor", ["sqlite", "postgresql"])
def test_many_writers_at_once_leave_one_whole_chain(vendor: str, server: str, tmp_path: Path) -> None:
    # Given a migrated database.
    url = server if vendor == "postgresql" else migrated_sqlite(tmp_path / "site.sqlite3")
    # When four processes write to one ledger while a fifth proves and signs it again and again.
    writers = [in_the_site(url, f"begin = {1 + 40 * each}{WRITE}") for each in range(4)]
    reader = in_the_site(url, READ)
    # Then nobody is refused, nothing that was being written looked like a fault, and the chain is whole.
    for writer in writers:
        end(writer)
    told = end(reader)
    assert told.splitlines()[-1].startswith(vendor)
    assert "credits.CreditEntry CN-GX: 160 entries, 0 faults" in told
    assert told.rstrip().endswith("[]")
