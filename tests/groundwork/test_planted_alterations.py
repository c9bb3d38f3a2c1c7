"""Whatever somebody with all rights on the database does to a ledger is found and named: by `verify_ledger`,
and by an auditor who has nothing but an export. test_both_databases.py runs this on PostgreSQL as well.
"""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from courses.credits.models import CreditEntry
from qianchang.groundwork import exports, heads, ledgers, signing
from qianchang.groundwork.models import LedgerHead, SignedHead
from tests.groundwork.auditor import audit, site_key
from tests.groundwork.factories import chain_anew, credit, passing, run
from tests.world import World


@pytest.fixture(autouse=True)
def _nothing_stays(db: None) -> Iterator[None]:
    with passing():
        yield


def entry(sequence: int):
    return CreditEntry.objects.filter(ledger="CN-GX", sequence=sequence)


def head_of_ledger():
    return LedgerHead.objects.filter(kind="credits.creditentry", ledger="CN-GX")


# --- what is planted ----------------------------------------------------------------------------------------


def change_a_field() -> None:
    entry(2).update(hours=9)


def change_the_time() -> None:
    entry(2).update(recorded_at=entry(3).get().recorded_at)


def give_it_to_another_lawyer() -> None:
    entry(2).update(lawyer_id=3)


def change_the_reason() -> None:
    entry(4).update(reason="无")


def change_a_field_and_its_digest() -> None:
    changed = entry(2).get()
    changed.hours = 9
    entry(2).update(hours=9, entry_hash=ledgers.digest(changed.previous_hash, changed.covered_fields()))


def let_it_take_back_another() -> None:
    entry(4).update(reverses_id=entry(3).get().pk)


def delete_in_the_middle() -> None:
    entry(2)._raw_delete("default")


def delete_at_the_end() -> None:
    entry(5)._raw_delete("default")


def delete_at_the_end_and_set_the_head_back() -> None:
    entry(5)._raw_delete("default")
    entry(4)._raw_delete("default")
    head_of_ledger().update(sequence=3, entry_hash=entry(3).get().entry_hash)


def delete_all() -> None:
    CreditEntry.objects.filter(ledger="CN-GX")._raw_delete("default")
    head_of_ledger()._raw_delete("default")


def swap_two() -> None:
    entry(2).update(sequence=99)
    entry(3).update(sequence=2)
    entry(99).update(sequence=3)


def swap_two_with_their_places() -> None:
    second, third = entry(2).get(), entry(3).get()
    swap_two()
    entry(2).update(previous_hash=second.previous_hash)
    entry(3).update(previous_hash=third.entry_hash)


def _copy(of: int, **changes: object) -> None:
    row = entry(of).get()
    row.pk, row._state.adding = None, True
    row.lecture_id = row.lecture_version_id = 77
    row.entry_hash = "ab" * 32
    for name, value in changes.items():
        setattr(row, name, value)
    row.save(force_insert=True)


def insert_in_the_middle() -> None:
    for sequence in (5, 4, 3):
        entry(sequence).update(sequence=F("sequence") + 1)
    _copy(2, sequence=3, previous_hash=entry(2).get().entry_hash)


def insert_in_the_middle_and_chain_anew() -> None:
    insert_in_the_middle()
    chain_anew(CreditEntry, "CN-GX")


def insert_at_the_end() -> None:
    _copy(5, sequence=6, previous_hash=entry(5).get().entry_hash)


def rewrite_the_tail() -> None:
    entry(3).update(hours=9)
    chain_anew(CreditEntry, "CN-GX")


def rewrite_everything() -> None:
    entry(1).update(hours=9)
    chain_anew(CreditEntry, "CN-GX")


def replace_the_head() -> None:
    head_of_ledger().update(entry_hash="cd" * 32)


def _replace_document(number: int, text: str, **columns: str) -> None:
    row = SignedHead.objects.filter(sequence=number)
    row.update(document=text, document_hash=heads.document_hash(text), **columns)
    chain_anew(SignedHead, SignedHead.LEDGER)


def replace_a_signed_head() -> None:
    """Make the first signed head state what a rewritten ledger says."""
    before = entry(2).get().entry_hash
    entry(2).update(hours=9)
    chain_anew(CreditEntry, "CN-GX")
    text = SignedHead.objects.get(sequence=1).document
    _replace_document(1, text.replace(before, entry(2).get().entry_hash))


def forge_the_signature() -> None:
    """The same, signed with a key of one's own."""
    replace_a_signed_head()
    row = SignedHead.objects.get(sequence=1)
    forger = heads.private_key("66" * 32)
    text = row.document.replace(row.key, heads.public_hex(forger))
    _replace_document(1, text, key=heads.public_hex(forger), signature=heads.sign(text, forger))


def garble_the_signature() -> None:
    SignedHead.objects.filter(sequence=1).update(signature="00" * 64)
    chain_anew(SignedHead, SignedHead.LEDGER)


def delete_a_signed_head() -> None:
    SignedHead.objects.filter(sequence=1)._raw_delete("default")


def put_a_line_break_into_a_head() -> None:
    _replace_document(2, SignedHead.objects.get(sequence=2).document.replace("\n", "\r\n"))


GX = "credits.CreditEntry CN-GX"
SIGNED = "groundwork.SignedHead"
REWRITTEN = "is not the entry that signed head 1 of 2026-10-12 states"
PLANTED: list[tuple[Callable[[], None], str, str]] = [
    # what is done, what verify_ledger names, what the auditor of an export names ("": the export is whole)
    (change_a_field, f"{GX} #2: was altered", "#2: was altered"),
    (change_the_time, f"{GX} #2: was altered", "#2: was altered"),
    (give_it_to_another_lawyer, f"{GX} #2: was altered", "#2: was altered"),
    (change_the_reason, f"{GX} #4: was altered", "#4: was altered"),
    (let_it_take_back_another, f"{GX} #4: was altered", "#4: was altered"),
    (change_a_field_and_its_digest, f"{GX} #3: does not follow", "#3: does not follow"),
    (delete_in_the_middle, f"{GX} #2: entries 2 to 2 are missing", "#2: entries 2 to 2 are missing"),
    (delete_at_the_end, f"{GX} #5: entries 5 to 5 are missing", "#5: entries 5 to 5 are missing"),
    (
        delete_at_the_end_and_set_the_head_back,
        f"{GX} #4: is missing, but signed head 2 of 2026-10-13 states it",
        "#4: is missing, but signed head 2 of 2026-10-13 states it",
    ),
    (swap_two, f"{GX} #2: does not follow", "#2: does not follow"),
    (swap_two_with_their_places, f"{GX} #2: was altered", "#2: was altered"),
    (insert_in_the_middle, f"{GX} #3: was altered", "#3: was altered"),
    (
        insert_in_the_middle_and_chain_anew,
        f"{GX} #4: is not the entry that signed head 2 of 2026-10-13 states: entries 3 to 4 were rewritten",
        "#4: is not the entry that signed head 2 of 2026-10-13 states: entries 3 to 4 were rewritten",
    ),
    (insert_at_the_end, f"{GX} #6: is beyond entry 5, the last", ""),
    (
        rewrite_the_tail,
        f"{GX} #4: is not the entry that signed head 2 of 2026-10-13 states: entries 3 to 4 were rewritten",
        "#4: is not the entry that signed head 2 of 2026-10-13 states: entries 3 to 4 were rewritten",
    ),
    (rewrite_everything, f"{GX} #2: {REWRITTEN}", f"#2: {REWRITTEN}"),
    (
        replace_the_head,
        f"{GX} #5: is not the entry that the ledger ended with",
        "#5: is not the entry that the ledger ends with",
    ),
    (
        replace_a_signed_head,
        f"{SIGNED} #1: the signature does not fit the document",
        "signed head #1: the signature does not fit the document",
    ),
    (
        forge_the_signature,
        f"{SIGNED} #1: is signed with a key that is not this site's",
        "signed head #1: is signed with a key that is not this site's",
    ),
    (garble_the_signature, f"{SIGNED} #1: the signature does not fit", "#1: the signature does not fit"),
    (
        delete_a_signed_head,
        f"{SIGNED} #1: signed heads 1 to 1 are missing",
        "signed heads 1 to 1 are missing",
    ),
    (put_a_line_break_into_a_head, f"{SIGNED} #2: the document was altered", "#2: the document was altered"),
]


def verify(*options: str) -> str:
    """Run verify_ledger, which must exit 1, and return what it names."""
    named = StringIO()
    with pytest.raises(CommandError) as fault:
        call_command("verify_ledger", *options, stdout=StringIO(), stderr=named)
    assert fault.value.returncode == 1
    return named.getvalue()


@pytest.mark.usefixtures("told")
def test_untouched_it_holds_here_and_at_the_auditors(world: World, tmp_path: Path) -> None:
    printed = StringIO()
    call_command("verify_ledger", stdout=printed, stderr=StringIO())
    exports.export_ledger("CN-GX", to=tmp_path / "gx.jsonl", at=world.now)

    audited = audit(tmp_path / "gx.jsonl", "--key", site_key())

    assert f"{GX}: 5 entries, 0 faults" in printed.getvalue()
    assert "groundwork.SignedHead: 2 entries, 0 faults" in printed.getvalue()
    assert (audited.returncode, audited.stdout.splitlines()[-1]) == (0, "everything holds"), audited.stderr
    assert "entries 5 to 5 are in no signed head yet" in audited.stderr


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize(("plant", "here", "there"), PLANTED, ids=[plant.__name__ for plant, _, _ in PLANTED])
def test_it_is_found_and_named(
    world: World, tmp_path: Path, plant: Callable[[], None], here: str, there: str
) -> None:
    # When somebody goes round everything that Python and the walls refuse.
    plant()
    # Then the platform names it.
    assert here in verify()
    # And so does the auditor of an export of what is there now.
    exports.export_ledger("CN-GX", to=tmp_path / "gx.jsonl", at=world.now)
    audited = audit(tmp_path / "gx.jsonl", "--key", site_key())
    assert there in audited.stderr
    assert audited.returncode == (1 if there else 0), audited.stderr


@pytest.mark.usefixtures("told")
def test_a_ledger_that_is_gone_altogether_is_named(world: World, tmp_path: Path) -> None:
    delete_all()

    assert f"{GX} #2: is missing, but signed head 1 of 2026-10-12 states it" in verify()
    with pytest.raises(exports.UnknownLedger):
        exports.export_ledger("CN-GX", to=tmp_path / "gx.jsonl", at=world.now)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.usefixtures("told")
def test_a_history_signed_anew_with_the_sites_own_key_is_found_by_a_witness(
    world: World, tmp_path: Path, client
) -> None:
    # Given a partner who keeps the public heads.
    kept = tmp_path / "kept.json"
    kept.write_bytes(client.get("/ledger/heads.json").content)
    call_command("verify_ledger", "--witness", str(kept), stdout=StringIO(), stderr=StringIO())
    # When somebody with the database and the key writes all of it anew.
    documents = list(SignedHead.objects.order_by("sequence").values_list("recorded_at", flat=True))
    rewrite_everything()
    SignedHead.objects.all()._raw_delete("default")
    LedgerHead.objects.filter(kind="groundwork.signedhead")._raw_delete("default")
    for at in documents:
        signing.sign_heads(at=at)
    # Then nothing shows from inside; but the partner's heads tell.
    call_command("verify_ledger", stdout=StringIO(), stderr=StringIO())
    assert f"{SIGNED} #1: is not the signed head that the witness kept" in verify("--witness", str(kept))
    exports.export_ledger("CN-GX", to=tmp_path / "gx.jsonl", at=world.now)
    audited = audit(tmp_path / "gx.jsonl", "--key", site_key(), "--witness", "kept.json")
    assert audited.returncode == 1
    assert "signed head #1: is not the signed head that the witness kept" in audited.stderr


def test_the_wall_refuses_until_it_is_torn_down(world: World) -> None:
    credit(1, at=world.now)
    if connection.vendor == "postgresql":
        run("SET LOCAL session_replication_role = origin")

    for attempt in (lambda: entry(1).update(hours=9), lambda: entry(1)._raw_delete("default")):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            attempt()

    assert ledgers.verify(CreditEntry, "CN-GX") == []
