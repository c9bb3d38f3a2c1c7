"""What an auditor holds: the export, what damages it, and what it may not show."""

import json
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from courses.credits.models import CreditEntry
from qianchang.groundwork import exports, ledgers, signing
from qianchang.groundwork.chain import GENESIS
from tests.groundwork.auditor import audit, site_key
from tests.groundwork.factories import chain_anew, credit, passing, tear_down_the_wall
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_stays(db: None) -> Iterator[None]:
    with passing():
        yield


@pytest.fixture
def export(told: None, world: World, tmp_path: Path) -> Path:
    path = tmp_path / "gx.jsonl"
    call_command("export_ledger", "CN-GX", "--out", str(path), stdout=StringIO())
    return path


def lines_of(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]


def test_an_export_names_nobody(export: Path) -> None:
    text = export.read_text(encoding="utf-8")

    assert "张三" not in text
    assert "lawyer_row" not in text
    assert [line["sequence"] for line in lines_of(export) if "fields" in line] == [1, 2, 3, 4, 5]


@pytest.mark.parametrize("gone", [1, 3, 6, 7, 8, -1])
def test_a_line_that_is_missing_from_the_file_shows(export: Path, gone: int) -> None:
    lines = export.read_text(encoding="utf-8").splitlines(keepends=True)
    del lines[gone]
    export.write_text("".join(lines), encoding="utf-8")

    audited = audit(export)

    assert audited.returncode == 1
    assert "the file: says it holds" in audited.stderr or "does not say where" in audited.stderr


@pytest.mark.parametrize("text", ["", "{}\n", "not json\n", '{"qianchang_ledger_export": 1}\n', "[1]\n"])
def test_what_is_no_export_is_called_so(tmp_path: Path, text: str) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text(text, encoding="utf-8")

    audited = audit(path)

    assert audited.returncode == 2
    assert audited.stderr.startswith("cannot be read:")


def test_an_auditor_without_the_key_is_told_to_compare_it(export: Path) -> None:
    audited = audit(export)

    assert audited.returncode == 0
    assert f"compare it with the one you were given: {site_key()}" in audited.stderr


def test_an_auditor_with_another_key_believes_no_head(export: Path) -> None:
    audited = audit(export, "--key", "ab" * 32)

    assert audited.returncode == 1
    assert "signed head #1: is signed with a key that is not this site's" in audited.stderr


def test_openssl_alone_can_check_a_head(told: None, tmp_path: Path, client) -> None:
    for name, address in (("1.txt", "heads/1.txt"), ("1.sig", "heads/1.sig"), ("key.pem", "key.pem")):
        (tmp_path / name).write_bytes(client.get(f"/ledger/{address}").content)
    command = ["openssl", "pkeyutl", "-verify", "-pubin", "-inkey", "key.pem", "-rawin"]
    command += ["-in", "1.txt", "-sigfile", "1.sig"]

    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode == 0
    (tmp_path / "1.txt").write_bytes((tmp_path / "1.txt").read_bytes().replace(b"CN-GX 2", b"CN-GX 3"))
    assert subprocess.run(command, cwd=tmp_path, capture_output=True).returncode != 0


def test_an_entry_of_the_first_form_still_holds(world: World, tmp_path: Path) -> None:
    """Entries from before commitments keep their digests, on their own and followed by new ones."""
    credit(1, at=world.now)
    tear_down_the_wall(CreditEntry._meta.db_table)
    first = CreditEntry.objects.filter(ledger="CN-GX", sequence=1)
    first.update(chain_form=1, chain_salt="")
    chain_anew(CreditEntry, "CN-GX")
    credit(2, at=world.now, reverses=first.get())
    signing.sign_heads(at=world.now)
    exports.export_ledger("CN-GX", to=tmp_path / "gx.jsonl", at=world.now)

    assert ledgers.verify(CreditEntry, "CN-GX") == []
    assert audit(tmp_path / "gx.jsonl").returncode == 0
    first.update(chain_form=2)
    assert ledgers.verify(CreditEntry, "CN-GX")[0].what == "was altered"


def test_the_first_entry_follows_nothing(world: World) -> None:
    assert credit(1, at=world.now).previous_hash == GENESIS
